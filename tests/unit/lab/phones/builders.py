"""Phones without a program, SIP messages and sounds as the stories need them."""

import asyncio
import random
from array import array
from datetime import UTC, datetime
from pathlib import Path

from lab.phones.baresip import Line
from lab.phones.handset import Handset
from lab.phones.sip import Message, parse
from lab.phones.softphone import Softphone
from lab.phones.sound import TELEPHONE_RATE, Sound, write_wav

CALLER = "051588880001"
CALL_ID = "6a9589cd-8fa0-40db-a45f-c72d26fcaf50"


class StoppedClock:
    """A clock that stands still unless it is moved on."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


class SilentPhone(Softphone):
    """A phone whose baresip is played by the story: commands are noted, events are given by `sees`."""

    def __init__(self, folder: Path, number: str = "8001", tone_hz: int = 410) -> None:
        super().__init__(Line(number=number, address="127.9.1.1", server="127.9.1.1"), folder, tone_hz=tone_hz)
        self.commands: list[str] = []
        self._handset.do = self._note  # type: ignore[method-assign]
        self._handset.ears.folder.mkdir(parents=True, exist_ok=True)

    async def _note(self, command: str, parameters: str = "") -> str:
        self.commands.append(f"{command} {parameters}".strip())
        return ""

    def sees(self, kind: str, **fields: str) -> None:
        """One event of baresip's, of an incoming call unless it says otherwise."""
        message = {"event": True, "type": kind, "direction": "incoming", "id": CALL_ID, "peeruri": f"sip:{CALLER}@127.9.1.1"}
        self._handset._take(message | fields)

    def is_invited(self, message: bytes) -> None:
        """Write the INVITE into the log as baresip's trace does, and ring."""
        with self._handset.log.open("ab") as log:
            log.write(traced(message))
        self.sees("CALL_INCOMING", id=parse(message).header("Call-ID"))

    def hears_so_far(self, sound: Sound) -> None:
        """Something comes in: the recording grows."""
        recording = next(iter(self._handset.ears.folder.glob("*.wav")), None) or self._handset.ears.folder / "dump-1-dec.wav"
        if not recording.exists():
            write_wav(recording, sound.between(0, 0))
        with recording.open("ab") as growing:
            growing.write(sound.channels[0].tobytes())
        self._handset.ears.notice(self.call)

    @property
    def handset(self) -> Handset:
        return self._handset


def traced(message: bytes, source: str = "127.9.1.1:5060", target: str = "127.9.1.1:5571") -> bytes:
    """A message as `baresip -s` writes it down."""
    return b"\x1b[36;1m#\nUDP " + f"{source} -> {target}\n".encode() + message + b"\x1b[;m\n"


def an_invite(number: str = "8001", *, call: str = CALL_ID, caller: str = f'"盐城某公司" <sip:{CALLER}@127.9.1.1>') -> bytes:
    """An INVITE as Asterisk sends it to a seat."""
    return "\r\n".join(
        [
            f"INVITE sip:{number}@127.9.1.3:5060 SIP/2.0",
            "Via: SIP/2.0/UDP 127.9.1.1:5060;rport;branch=z9hG4bKPjb901",
            f"From: {caller};tag=547425f9",
            f"To: <sip:{number}@127.9.1.3>",
            f"Call-ID: {call}",
            "CSeq: 3354 INVITE",
            "X-Zhida-Call: zhida-1795208949.6",
            "Content-Length: 3",
            "",
            "v=0",
        ]
    ).encode()


def a_request(method: str, like: bytes) -> Message:
    """Another request of the same call."""
    message = parse(like)
    _, uri, version = message.first_line.split(" ")
    headers = tuple((key, f"{value.split(' ')[0]} {method}" if key == "CSeq" else value) for key, value in message.headers)
    return Message(first_line=f"{method} {uri} {version}", headers=headers, body=b"")


def speech(seconds: float, seed: int) -> Sound:
    """Noise that swells and fades some five times a second, like syllables, and never the same twice."""
    dice = random.Random(seed)  # noqa: S311  # the same noise each time, and no secret
    samples = array("h")
    while len(samples) < seconds * TELEPHONE_RATE:
        height = dice.choice([300, 3000, 6000, 9000])
        level = 0.0
        for _ in range(dice.randrange(800, 2400)):
            level = 0.7 * level + dice.uniform(-height, height)
            samples.append(round(max(-32000, min(32000, level))))
    return Sound(rate=TELEPHONE_RATE, channels=(samples[: round(seconds * TELEPHONE_RATE)],))


def joined(*sounds: Sound) -> Sound:
    """One after another."""
    return Sound(rate=sounds[0].rate, channels=(sum((sound.channels[0] for sound in sounds), array("h")),))


def together(*sounds: Sound) -> Sound:
    """At the same time."""
    return Sound(rate=sounds[0].rate, channels=(array("h", map(sum, zip(*(sound.channels[0] for sound in sounds), strict=True))),))


def side_by_side(left: Sound, right: Sound) -> Sound:
    """On two channels."""
    return Sound(rate=left.rate, channels=(left.channels[0], right.channels[0]))


async def a_moment() -> None:
    """Let the tasks that can go on do so."""
    for _ in range(10):
        await asyncio.sleep(0)
