import asyncio
import struct
from collections.abc import AsyncIterator

import pytest

from lab.phones.bulk_specialists import SIP_PORT, BulkSpecialists
from lab.phones.sip import Message, parse

NET = "127.9.41"
ASTERISK = f"{NET}.1"


class Asterisk(asyncio.DatagramProtocol):
    """One UDP port of Asterisk's side; what comes in is kept."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport

    async def start(self) -> int:
        self.transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=(ASTERISK, 0))
        port: int = self.transport.get_extra_info("sockname")[1]
        return port

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.came.put_nowait(data)

    async def asks(self, method: str, *, body: bytes = b"") -> None:
        headers = (
            ("Via", f"SIP/2.0/UDP {ASTERISK};branch=z9hG4bK-1"),
            ("From", "<sip:12345@lab>;tag=a"),
            ("To", "<sip:051587770001@world>"),
            ("Call-ID", "call-1"),
            ("CSeq", f"1 {method}"),
        )
        message = Message(first_line=f"{method} sip:051587770001@{NET}.3 SIP/2.0", headers=headers, body=body)
        self.transport.sendto(bytes(message), (f"{NET}.3", SIP_PORT))

    async def hears(self) -> bytes:
        async with asyncio.timeout(30):
            return await self.came.get()


@pytest.fixture
async def specialists() -> AsyncIterator[BulkSpecialists]:
    async with BulkSpecialists(net=NET, tone_hz=760) as specialists:
        yield specialists


@pytest.fixture
async def ports() -> AsyncIterator[tuple[Asterisk, Asterisk]]:
    """For SIP and for sound."""
    sip, sound = Asterisk(), Asterisk()
    await sip.start()
    yield sip, sound
    sip.transport.close()
    sound.transport.close()


async def call(sip: Asterisk, sound: Asterisk) -> Message:
    """The answer to a call."""
    offered = f"v=0\r\nc=IN IP4 {ASTERISK}\r\nm=audio {await sound.start()} RTP/AVP 8 0 97\r\na=rtpmap:97 telephone-event/8000\r\n"
    await sip.asks("INVITE", body=offered.encode())
    return parse(await sip.hears())


async def test_whoever_is_rung_answers_presses_the_key_and_hums(specialists: BulkSpecialists, ports: tuple[Asterisk, Asterisk]) -> None:
    sip, sound = ports
    answer = await call(sip, sound)
    assert answer.status == 200
    assert b"a=rtpmap:97 telephone-event/8000" in answer.body
    assert sound.came.empty(), "nobody hums before the call is up"
    await sip.asks("ACK")
    packets = [await sound.hears() for _ in range(40)]
    kinds = [packet[1] & 0x7F for packet in packets]
    assert kinds == [0] * 25 + [97] * 11 + [0] * 4
    numbers = [struct.unpack("!H", packet[2:4])[0] for packet in packets]
    assert numbers == list(range(1, 41))
    key, last = packets[25], packets[35]
    assert (key[12], key[13] & 0x80, last[13] & 0x80) == (1, 0, 0x80), "the key 1, and its end"
    assert specialists.talking == 1


async def test_a_repeated_invite_gets_the_same_answer(specialists: BulkSpecialists, ports: tuple[Asterisk, Asterisk]) -> None:
    sip, sound = ports
    answer = await call(sip, sound)
    await sip.asks("INVITE")
    assert parse(await sip.hears()) == answer


async def test_who_is_hung_up_on_is_silent(specialists: BulkSpecialists, ports: tuple[Asterisk, Asterisk]) -> None:
    sip, sound = ports
    await call(sip, sound)
    await sip.asks("ACK")
    await sound.hears()
    await sip.asks("BYE")
    assert parse(await sip.hears()).status == 200
    assert specialists.talking == 0
