"""The outside world: its one door, and who is behind it."""

import asyncio
from collections.abc import Callable

import pytest

from lab.phones.behaviours import BUSY, NO_SUCH_NUMBER, Answers, IsDead, PhoneBehaviour, Refuses, RingsForEver
from lab.phones.errors import NotHappened, PhoneFault
from lab.phones.front import Address, Front
from lab.phones.sip import Message, parse
from lab.phones.world import World
from tests.unit.lab.phones.builders import CALL_ID, CALLER, a_moment, a_request, an_invite

ASTERISK: Address = ("127.9.1.1", 5060)
PHONE: Address = ("127.9.1.3", 10004)
MOBILE = "13900001001"


class Wire:
    """What the door sends."""

    def __init__(self) -> None:
        self.sent: list[tuple[Message, Address]] = []
        self.closed = False

    def sendto(self, data: bytes, to: Address) -> None:
        self.sent.append((parse(data), to))

    def close(self) -> None:
        self.closed = True

    def told(self) -> list[tuple[str, Address]]:
        """First words and receivers of all that was sent since the last time."""
        told = [(message.method or str(message.status), to) for message, to in self.sent]
        self.sent.clear()
        return told


def a_door(goes_to: Address | Refuses | IsDead) -> tuple[Front, Wire]:
    async def route(_: Message) -> Address | Refuses | IsDead:
        return goes_to

    front, wire = Front(("127.9.1.3", 5060), route), Wire()
    front._transport = wire  # type: ignore[assignment]
    return front, wire


async def test_a_door_that_somebody_else_stands_in_is_told_in_a_sentence() -> None:
    async def route(_: Message) -> Address | Refuses | IsDead:
        return PHONE

    first, second = Front(("127.9.1.3", 15060), route), Front(("127.9.1.3", 15060), route)
    await first.open()
    try:
        with pytest.raises(PhoneFault, match=r"UDP 127\.9\.1\.3:15060 cannot be used"):
            await second.open()
    finally:
        first.close()


async def test_a_call_goes_in_and_its_answers_come_out() -> None:
    front, wire = a_door(PHONE)
    front.datagram_received(an_invite(MOBILE), ASTERISK)
    await a_moment()
    ((passed_on, to),) = wire.sent
    assert to == PHONE
    assert passed_on.header("Via") == "SIP/2.0/UDP 127.9.1.3:5060;branch=z9hG4bK-door-z9hG4bKPjb901"
    assert bytes(passed_on.without_first("Via")) == an_invite(MOBILE)
    wire.sent.clear()
    ringing = Message(first_line="SIP/2.0 180 Ringing", headers=passed_on.headers, body=b"")
    front.datagram_received(bytes(ringing), PHONE)
    assert wire.sent == [(ringing.without_first("Via"), ASTERISK)]


async def test_the_cancel_follows_its_invite() -> None:
    front, wire = a_door(PHONE)
    front.datagram_received(an_invite(MOBILE), ASTERISK)
    front.datagram_received(bytes(a_request("CANCEL", an_invite(MOBILE))), ASTERISK)
    assert wire.told() == []
    await a_moment()
    assert wire.told() == [("INVITE", PHONE), ("CANCEL", PHONE)]
    front.datagram_received(bytes(a_request("ACK", an_invite(MOBILE))), ASTERISK)
    assert wire.told() == [("ACK", PHONE)]


async def test_a_refused_call_is_refused_as_often_as_it_is_repeated() -> None:
    front, wire = a_door(BUSY)
    for _ in range(2):
        front.datagram_received(an_invite(), ASTERISK)
        await a_moment()
    front.datagram_received(bytes(a_request("ACK", an_invite())), ASTERISK)
    assert wire.told() == [("486", ASTERISK), ("486", ASTERISK)]


async def test_the_dead_say_nothing_to_anything() -> None:
    front, wire = a_door(IsDead())
    front.datagram_received(an_invite(), ASTERISK)
    await a_moment()
    front.datagram_received(bytes(a_request("CANCEL", an_invite())), ASTERISK)
    assert wire.told() == []


async def test_options_are_answered_and_nonsense_is_not() -> None:
    front, wire = a_door(PHONE)
    for data in (bytes(a_request("OPTIONS", an_invite())), b"\r\n\r\n", b"nonsense", bytes(a_request("ACK", an_invite()))):
        front.datagram_received(data, ASTERISK)
    front.datagram_received(bytes(a_request("BYE", an_invite())), ASTERISK)
    front.datagram_received(b"SIP/2.0 200 OK\r\nCall-ID: nobody\r\n\r\n", ASTERISK)
    assert wire.told() == [("200", ASTERISK), ("481", ASTERISK)]


async def test_a_phone_that_cannot_be_switched_on_is_a_refusal() -> None:
    async def fail(_: Message) -> Address:
        raise PhoneFault("program_missing", "The program baresip\n is not installed.")

    front, wire = Front(("127.9.1.3", 5060), fail), Wire()
    front._transport = wire  # type: ignore[assignment]
    front.datagram_received(an_invite(), ASTERISK)
    await a_moment()
    assert [message.first_line for message, _ in wire.sent] == ["SIP/2.0 500 The program baresip is not installed."]
    front.close()
    assert wire.closed


class Switchboard:
    """Stands for `Phones`: notes which phones were switched on."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int | None]] = []
        self.does: dict[str, Callable[[], PhoneBehaviour]] = {}

    def address(self, last: int) -> str:
        return f"127.9.1.{last}"

    async def outside(self, number: str, *, tone_hz: int | None, does: Callable[[], PhoneBehaviour]) -> "Switchboard":
        await asyncio.sleep(0)
        self.made.append((number, tone_hz))
        self.does[number] = does
        return self

    @property
    def sip_address(self) -> str:
        return "127.9.1.3:10004"


@pytest.fixture
def board() -> Switchboard:
    return Switchboard()


@pytest.fixture
def world(board: Switchboard) -> World:
    return World(board)  # type: ignore[arg-type]


async def test_a_number_gets_its_phone_at_its_first_call(world: World, board: Switchboard) -> None:
    world.script(MOBILE, Answers(tone_hz=0))
    calls = [world._reach(parse(an_invite(MOBILE))) for _ in range(3)]
    assert await asyncio.gather(*calls) == [PHONE] * 3
    assert board.made == [(MOBILE, 0)]
    assert [(call.number, call.caller) for call in world.called] == [(MOBILE, CALLER)] * 3


async def test_numbers_without_a_script_do_what_the_others_do(world: World, board: Switchboard) -> None:
    assert await world._reach(parse(an_invite("1"))) == NO_SUCH_NUMBER
    lively = World(board, otherwise=RingsForEver())  # type: ignore[arg-type]
    assert await lively._reach(parse(an_invite("1"))) == PHONE


async def test_a_script_may_change(world: World, board: Switchboard) -> None:
    world.script(MOBILE, RingsForEver())
    await world._reach(parse(an_invite(MOBILE)))
    assert board.does[MOBILE]() == RingsForEver()
    world.script(MOBILE, Answers(after_s=1))
    assert board.does[MOBILE]() == Answers(after_s=1)
    world.script(MOBILE, BUSY)
    assert await world._reach(parse(an_invite(MOBILE))) == BUSY
    assert board.does[MOBILE]() == RingsForEver()


async def test_a_phone_fetched_beforehand_rings_until_told_otherwise(world: World, board: Switchboard) -> None:
    await world.phone(MOBILE)
    assert board.does[MOBILE]() == RingsForEver()
    assert await world._reach(parse(an_invite(MOBILE))) == PHONE


async def test_a_call_is_awaited(world: World) -> None:
    waiting = asyncio.create_task(world.is_called(MOBILE, times=2))
    for caller in ("<sip:1@x>", "<sip:2@x>"):
        await a_moment()
        assert not waiting.done()
        await world._reach(parse(an_invite(MOBILE, call=CALL_ID, caller=caller)))
    assert (await waiting).caller == "2"
    assert (await world.is_called(MOBILE)).caller == "1"


async def test_a_call_that_does_not_come_tells_which_came(world: World) -> None:
    await world._reach(parse(an_invite("051586660001")))
    with pytest.raises(NotHappened, match=rf"{MOBILE} was not called 1 times within 0\.01 s\. Called were: \S+ 051586660001 by {CALLER}\."):
        await world.is_called(MOBILE, within_s=0.01)
