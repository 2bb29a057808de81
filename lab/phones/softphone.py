"""A telephone, in the words of the people who use telephones.

    ring = await seat.rings()
    assert ring.number == "051588880001"
    await seat.answer()
    await seat.hears(caller)
    await seat.hang_up()
    await caller.call_ended()

What is awaited either is so already, comes about in time, or fails with a sentence that tells what happened instead.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

from calls.clock import Clock, SystemClock
from lab.patience import PATIENCE_S
from lab.phones import ears
from lab.phones.baresip import Line, Program
from lab.phones.ears import LISTEN_EVERY_S, Listener
from lab.phones.errors import PhoneFault
from lab.phones.events import Event, Kind, Story
from lab.phones.handset import HUM_AGAIN_S, Handset
from lab.phones.prompts import prompts_in
from lab.phones.sip import Message, address_of
from lab.phones.sound import Sound
from lab.phones.tones import silent, write_tone_wav
from lab.phones.trace import invite, messages

TONE_S = HUM_AGAIN_S + 10
REGISTER_S = PATIENCE_S
PROMPT_EVERY_S = 0.3
KEY_S = 0.35
"""From key to key; a key sounds 0.18 s, and one that follows before a busy machine has sent it takes its place."""

Sounding: TypeAlias = "int | Softphone"
"""A tone in Hz, or the phone that hums it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """What a phone shows and knows when it rings.

    Args:
        number: the caller's, as shown.
        name: the caller's, as shown; may be empty.
        zhida_call: the header X-Zhida-Call; empty where there is none.
        invite: the whole INVITE.
    """

    number: str
    name: str
    zhida_call: str
    invite: Message
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a call ended: the reason in words, and the SIP status if it was refused (486, 603, ...), else 0."""

    reason: str
    status: int
    event: Event


class Softphone:
    """One phone.

    Args:
        folder: its own; made where it is missing. The recordings and the log with all SIP messages are in it.
        tone_hz: what it hums while it talks; 0 for silence.
        tones: a folder for the tones' files that phones may share; the phone's own if None.
    """

    def __init__(
        self,
        line: Line,
        folder: Path,
        *,
        tone_hz: int = 0,
        tones: Path | None = None,
        program: Program | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.line = line
        self.tone_hz = tone_hz
        self._tone = (tones or folder) / f"{tone_hz}.wav"
        self._handset = Handset(line, folder, self._tone, program or Program(), clock or SystemClock())
        self._told: set[tuple[Kind, str]] = set()  # what was told of a call; the same is not told of the next one

    async def start(self) -> Self:
        """Switch on; with a password, wait until it is registered.

        Raises:
            PhoneFault: the program does not start. NotHappened: the registration was refused or not answered.
        """
        if not self._tone.exists():
            self._tone.parent.mkdir(parents=True, exist_ok=True)
            write_tone_wav(self._tone, self.tone_hz, TONE_S)
        await self._handset.switch_on()
        if self.line.password:
            await self.story.until(self._registered, within_s=REGISTER_S, wanted="register")
        return self

    async def stop(self) -> None:
        """Hang up, unregister and switch off; safe to call twice."""
        await self._handset.switch_off()

    async def unplug(self) -> None:
        """Pull the plug: gone without a word, still registered, as after a power cut."""
        await self._handset.switch_off(suddenly=True)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # What one does with it

    async def dial(self, number: str) -> None:
        """Call the number (or `sip:` URI), without waiting for anything."""
        await self._handset.dial(number)

    async def answer(self) -> None:
        """Take the ringing call; `talks()` tells when it is up."""
        self._must_ring("answer")
        await self._handset.do_with_call("accept")

    async def decline(self) -> None:
        """Refuse the ringing call: 486."""
        self._must_ring("decline")
        await self._handset.do_with_call("hangup")

    async def hang_up(self) -> None:
        """End the call, or give up calling."""
        if not self.call or self._handset.seen(Kind.ENDED, self.call):
            raise self.story.in_vain("has no call to hang up")
        await self._handset.do_with_call("hangup")

    async def send_digits(self, digits: str) -> None:
        """Press the keys one after another, as RFC 4733 events; returns when the last has sounded."""
        for digit in digits:
            await self._handset.do("sndcode", digit)
            self.story.add(Kind.PRESSED, self.call, digit)
            await asyncio.sleep(KEY_S)

    async def mute(self) -> None:
        """Say nothing any more, or (asked again) speak again; what is heard does not change."""
        await self._handset.do("mute")

    async def hold(self) -> None:
        """Put the call on hold by a re-INVITE. From then on baresip records nothing of what comes in during this call."""
        async with self._handset.renegotiated("put its call on hold"):
            await self._handset.do_with_call("hold")
        self.story.add(Kind.HOLDS, self.call)

    async def unhold(self) -> None:
        """Take the call off hold again."""
        async with self._handset.renegotiated("take its call off hold"):
            try:
                await self._handset.do_with_call("resume")
            except PhoneFault as refusal:
                if "Invalid argument" not in refusal.sentence:  # 1.1.0 says so, and resumes, where no other call had to be held
                    raise
        self.story.add(Kind.RESUMED, self.call)

    # What one waits for

    async def rings(self, within_s: float = PATIENCE_S) -> Ring:
        """Wait for a call that has not been told of yet to ring; it may have stopped meanwhile."""
        event = await self.story.until(self._untold_ring, within_s=within_s, wanted="ring")
        self._told.add((Kind.RINGS, event.call))
        message = invite(self._handset.log, event.call)
        if message is None:
            raise PhoneFault("no_invite", f"{self.number} rings, but its log {self._handset.log} holds no INVITE of that call.")
        shown = address_of(message.header("From"))
        return Ring(number=shown.user, name=shown.name, zhida_call=message.header("X-Zhida-Call"), invite=message, event=event)

    async def hears_ringing(self, within_s: float = PATIENCE_S) -> Event:
        """Wait for the dialled number to ring."""
        return await self._await(Kind.HEARS_RINGING, within_s, "hear it ring")

    async def talks(self, within_s: float = PATIENCE_S) -> Event:
        """Wait for the call to be answered, by whomever."""
        return await self._await(Kind.TALKS, within_s, "talk")

    async def call_ended(self, within_s: float = PATIENCE_S) -> Ended:
        """Wait for the end of the call, by whomever."""
        event = await self._await(Kind.ENDED, within_s, "see its call end")
        status = int(event.detail[:3]) if event.detail[:3].isdigit() else 0
        return Ended(reason=event.detail, status=status, event=event)

    async def hears_digits(self, digits: str, within_s: float = PATIENCE_S) -> None:
        """Wait until these keys, and no others, have been heard in the call."""
        pinned = self._pinned()
        heard: Callable[[], bool | None] = lambda: self._digits(pinned or self.call) == digits or None  # noqa: E731
        await self.story.until(heard, within_s=within_s, wanted=f"hear the keys {digits}")

    async def hears(
        self, *tones: Sounding, but_not: tuple[Sounding, ...] = (), within_s: float = PATIENCE_S, lasting_s: float = 0.4
    ) -> None:
        """Wait until, from now on, all these tones sound together for a while, and none of those in `but_not` with them."""
        wanted, unwanted = set(map(_hz, tones)), set(map(_hz, but_not))
        what = " and ".join(f"{hz} Hz" for hz in sorted(wanted)) + "".join(f", but not {hz} Hz," for hz in sorted(unwanted))
        await self._listen(ears.tones(wanted, unwanted), f"hear {what}", within_s, lasting_s)

    async def hears_music(self, *, but_not: tuple[Sounding, ...] = (), within_s: float = PATIENCE_S, lasting_s: float = 0.5) -> None:
        """Wait until, from now on, anything sounds for a while in which none of the tones in `but_not` is."""
        await self._listen(ears.something_but(set(map(_hz, but_not))), "hear music", within_s, lasting_s)

    async def hears_silence(self, *, within_s: float = PATIENCE_S, lasting_s: float = 0.5) -> None:
        """Wait until, from now on, nothing sounds for a while: silence comes in, or nothing at all."""
        clock, pinned = self.story.clock, self._pinned()
        grown, since = self.heard_s, clock.monotonic()

        def nothing_came() -> bool:
            nonlocal grown, since
            if (now_s := self._handset.ears.seconds(pinned or self.call)) != grown:
                grown, since = now_s, clock.monotonic()
            return clock.monotonic() - since >= lasting_s

        await self._listen(silent, "hear silence", within_s, lasting_s, or_else=nothing_came)

    async def hears_prompt(self, wav: Path, *, within_s: float = PATIENCE_S) -> float:
        """Wait until the whole prompt has been heard in this call; the second of the recording at which it began."""
        pinned, ears = self._pinned(), self._handset.ears
        deadline = self.story.clock.monotonic() + within_s
        while self.story.clock.monotonic() < deadline:
            file = ears.file(call) if ears.seconds(call := pinned or self.call) else None
            if file and (found := await asyncio.to_thread(prompts_in, file, {wav.stem: wav})):
                return found[0].start_s
            await asyncio.sleep(PROMPT_EVERY_S)
        raise self.story.in_vain(f"did not hear the prompt {wav.name} within {within_s:g} s")

    # What is known of it

    @property
    def number(self) -> str:
        """Whose phone this is."""
        return self.line.number

    @property
    def story(self) -> Story:
        """All it has seen."""
        return self._handset.story

    @property
    def events(self) -> tuple[Event, ...]:
        """All it has seen, oldest first."""
        return tuple(self.story.events)

    @property
    def call(self) -> str:
        """The latest call's name in the events; empty before there is one."""
        return self._handset.call

    @property
    def digits(self) -> str:
        """The keys heard in the latest call."""
        return self._digits(self.call)

    @property
    def heard_s(self) -> float:
        """How much of the latest call is recorded by now: this moment, as a place in `heard()`'s file."""
        return self._handset.ears.seconds(self.call)

    def heard(self) -> Path:
        """The recording of what came in during the latest call; it grows while the call lasts.

        Only what is sent is written: where nothing came in, the recording is shorter than the call.
        """
        file = self._handset.ears.file(self.call)
        if file is None:
            raise self.story.in_vain("has recorded nothing in its latest call")
        return file

    def messages(self) -> tuple[Message, ...]:
        """All SIP messages that came to this phone, oldest first."""
        return tuple(messages(self._handset.log.read_bytes(), to=self.sip_address))

    @property
    def sip_address(self) -> str:
        """Where it can be reached, `address:port`."""
        return f"{self.line.address}:{self._handset.sip_port}"

    def __repr__(self) -> str:
        return f"Softphone({self.number} at {self.sip_address})"

    def _registered(self) -> Event | None:
        for event in reversed(self.story.events):
            if event.kind is Kind.NOT_REGISTERED:
                raise self.story.in_vain("could not register")
            if event.kind is Kind.REGISTERED:
                return event
        return None

    def _must_ring(self, verb: str) -> None:
        ringing = self._handset.seen(Kind.RINGS, self.call)
        if not ringing or any(self._handset.seen(kind, self.call) for kind in (Kind.TALKS, Kind.ENDED)):
            raise self.story.in_vain(f"does not ring, so that there is nothing to {verb}")

    def _untold_ring(self) -> Event | None:
        rings = (event for event in self.story.events if event.kind is Kind.RINGS)
        return next((event for event in rings if (Kind.RINGS, event.call) not in self._told), None)

    async def _await(self, kind: Kind, within_s: float, wanted: str) -> Event:
        pinned = self._pinned(kind)

        def look() -> Event | None:
            call = pinned or self.call
            if not call or self._done_with(call, kind):
                return None
            if event := self._handset.seen(kind, call):
                return event
            if self._handset.seen(Kind.ENDED, call):
                raise self.story.in_vain(f"did not {wanted} before its call ended")
            return None

        event = await self.story.until(look, within_s=within_s, wanted=wanted)
        self._told.add((kind, event.call))
        return event

    def _digits(self, call: str) -> str:
        return "".join(event.detail for event in self.story.events if event.kind is Kind.HEARD_KEY and event.call == call)

    def _pinned(self, kind: Kind = Kind.ENDED) -> str:
        """The call to be looked at, and not the next one, which may ring in the very moment in which this one ends.

        Empty where what is awaited belongs to the next one, whichever that will be.
        """
        current = self.call
        return "" if self._done_with(current, kind) else current

    def _done_with(self, call: str, kind: Kind) -> bool:
        """Whether the call's end was told, or is plain from what was: what is awaited now belongs to the next call."""
        told = (Kind.ENDED, call) in self._told or (kind, call) in self._told
        return told and self._handset.seen(Kind.ENDED, call) is not None

    async def _listen(
        self,
        fits: Callable[[Sound], bool],
        wanted: str,
        within_s: float,
        lasting_s: float,
        *,
        or_else: Callable[[], bool] = lambda: False,
    ) -> None:
        """Wait for blocks that fit, in what comes in from now on."""
        call, listener = self.call, Listener(fits, lasting_s)
        start_s = self._handset.ears.seconds(call)
        if self._handset.seen(Kind.HOLDS, call):
            raise self.story.in_vain("has had its call on hold, after which baresip records nothing of it; listen at the other end")

        def look() -> bool | None:
            return listener.heard(self._handset.ears.since(call, start_s + listener.judged_s)) or or_else() or None

        await self.story.until(look, within_s=within_s, wanted=f"{wanted} for {lasting_s:g} s", every_s=LISTEN_EVERY_S)


def _hz(sounding: Sounding) -> int:
    return sounding.tone_hz if isinstance(sounding, Softphone) else sounding
