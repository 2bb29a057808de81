"""Specialists by the dozen: one SIP address behind which every number answers at once, presses the key that accepts, and hums.

sipp cannot do this: it presses keys from another port than that of its sound. What is said to them is not listened to.
"""

import asyncio
import itertools
import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from lab.phones.phones import WORLD
from lab.phones.sip import Message, NotSip, parse, response
from lab.phones.sound import mulaw
from lab.phones.tones import tone

SIP_PORT: Final = 5060
_PACKET_S: Final = 0.02
_SAMPLES: Final = 160  # of a packet, at 8000 a second
_KEY_AFTER: Final = 25  # packets of the tone; by then the prompt plays
_KEY_PACKETS: Final = 8  # 0.16 s, then three that tell its end (RFC 4733 §2.5.1.4)
_LATE_S: Final = 0.2  # who is so much behind goes on from now, and does not send all he missed at once
_MULAW, _KEYS = 0, 101  # payload types: PCMU (RFC 3551), and that of keys where the other side names none


@dataclass(slots=True)
class _Leg:
    """One who is talked with: what is sent to `to` next, packet by packet."""

    sound: socket.socket
    to: tuple[str, int]
    packets: Iterator[bytes]

    def send(self) -> None:
        try:
            self.sound.sendto(next(self.packets), self.to)
        except OSError:
            return  # the other side has closed its port; its BYE is on the way


class BulkSpecialists(asyncio.DatagramProtocol):
    """All numbers of the outside world, from `start()` to `stop()`.

    Args:
        net: the first three parts of all addresses. presses: the key; "" presses none.
    """

    def __init__(self, *, net: str, tone_hz: int, presses: str = "1") -> None:
        self._address = f"{net}.{WORLD}"
        self._sound = mulaw(tone(tone_hz, 1).channels[0])
        self._presses = presses
        self._legs: dict[str, _Leg] = {}
        self._talking: dict[str, _Leg] = {}
        self._answers: dict[str, bytes] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._humming: asyncio.Task[None] | None = None

    @property
    def talking(self) -> int:
        """How many are in a call."""
        return len(self._talking)

    async def start(self) -> Self:
        """Answer from now on. Raises: OSError: the address is taken."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self._address, SIP_PORT))
        self._humming = asyncio.create_task(self._hum(), name="specialists hum")
        return self

    async def stop(self) -> None:
        """Be silent from now on; safe to call twice."""
        if self._humming is not None:
            self._humming.cancel()
            await asyncio.gather(self._humming, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()
        for leg in self._legs.values():
            leg.sound.close()
        self._legs.clear()
        self._talking.clear()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """See `asyncio.DatagramProtocol`."""
        try:
            message = parse(data)
        except NotSip:
            return  # a keep-alive
        call = message.header("Call-ID")
        if message.method == "INVITE":
            self._say(self._answers.get(call) or self._answer(message, call), addr)
        elif message.method == "ACK" and call in self._legs:
            self._talking[call] = self._legs[call]
        elif message.method and message.method != "ACK":
            self._say(bytes(response(message, 200, "OK", to_tag="specialist")), addr)
            if message.method in ("BYE", "CANCEL"):
                self._over(call)

    def _answer(self, invite: Message, call: str) -> bytes:
        sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sound.setblocking(False)
        sound.bind((self._address, 0))
        offered = invite.body.decode("latin-1")
        self._legs[call] = _Leg(sound, _where(offered), self._packets(_keys_type(offered)))
        lines = (
            "v=0",
            f"o=- 1 1 IN IP4 {self._address}",
            "s=-",
            f"c=IN IP4 {self._address}",
            "t=0 0",
            f"m=audio {sound.getsockname()[1]} RTP/AVP {_MULAW} {_keys_type(offered)}",
            f"a=rtpmap:{_MULAW} PCMU/8000",
            f"a=rtpmap:{_keys_type(offered)} telephone-event/8000",
            "",
        )
        body = "\r\n".join(lines).encode()
        plain = response(invite, 200, "OK", to_tag="specialist")
        kept = tuple((name, value) for name, value in plain.headers if name != "Content-Length")
        own = (("Contact", f"<sip:{self._address}:{SIP_PORT}>"), ("Content-Type", "application/sdp"), ("Content-Length", str(len(body))))
        self._answers[call] = bytes(Message(first_line=plain.first_line, headers=(*kept, *own), body=body))
        return self._answers[call]

    def _packets(self, keys_type: int) -> Iterator[bytes]:
        """The tone, the key in between, the tone for ever."""
        numbers, stamp, source = itertools.count(1), 0, id(self) & 0xFFFFFF
        for place in itertools.count():
            if place == _KEY_AFTER and self._presses:
                for step in range(1, _KEY_PACKETS + 4):
                    held, over = min(step, _KEY_PACKETS) * _SAMPLES, step > _KEY_PACKETS
                    event = struct.pack("!BBH", int(self._presses), 10 | (0x80 if over else 0), held)
                    yield _header(keys_type, next(numbers), stamp, source, marked=step == 1) + event
                stamp += (_KEY_PACKETS + 3) * _SAMPLES
            begin = place * _SAMPLES % len(self._sound)
            yield _header(_MULAW, next(numbers), stamp, source) + self._sound[begin : begin + _SAMPLES]
            stamp += _SAMPLES

    async def _hum(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for leg in list(self._talking.values()):
                leg.send()
            due = max(due + _PACKET_S, loop.time() - _LATE_S)
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _over(self, call: str) -> None:
        self._talking.pop(call, None)
        if (leg := self._legs.pop(call, None)) is not None:
            leg.sound.close()

    def _say(self, message: bytes, to: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(message, to)


def _header(payload_type: int, number: int, stamp: int, source: int, *, marked: bool = False) -> bytes:
    """Of an RTP packet (RFC 3550 §5.1)."""
    return struct.pack("!BBHII", 0x80, payload_type | (0x80 if marked else 0), number & 0xFFFF, stamp & 0xFFFFFFFF, source)


def _where(sdp: str) -> tuple[str, int]:
    """Where the other side wants the sound."""
    address, port = re.search(r"^c=IN IP4 (\S+)", sdp, re.MULTILINE), re.search(r"^m=audio (\d+)", sdp, re.MULTILINE)
    return (address[1] if address else "", int(port[1]) if port else 0)


def _keys_type(sdp: str) -> int:
    found = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", sdp, re.MULTILINE)
    return int(found[1]) if found else _KEYS
