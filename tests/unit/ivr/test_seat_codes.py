"""What an agent hears who dials a code at his phone."""

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from calls.errors import Conflict, NotFound
from ivr.seat_codes import AFTERWARDS, PROMPTS, SAYS, CodeAction, SeatCode, SeatCodes
from seats.agents import Agent, Agents
from seats.desk import SeatDesk
from seats.seat import Phone, Seat
from seats.state import DEFERRED, SeatEvent, SeatState, advance
from tests.unit.store.redis.builders import VirtualClock

S = SeatState
AGENTS = {"101": Agent(agent_id="101", name="王某", pin="1101"), "104": Agent(agent_id="104")}


class Telephone:
    """Keys these in, in turn; "" where nothing is pressed."""

    def __init__(self, *keys: str) -> None:
        self._keys = deque(keys)
        self.heard: list[str] = []

    async def play(self, prompt: str, keys: str = "") -> str:
        self.heard.append(prompt)
        return self._keys.popleft() if keys and self._keys else ""

    async def key(self, within_s: float) -> str:
        return self._keys.popleft() if self._keys else ""

    async def digits(self, prompt: str, most: int, within_s: float) -> str:
        self.heard.append(prompt)
        return self._keys.popleft()[:most] if self._keys else ""


class OneSeat:
    """Seat 8001 alone (seats.desk.Board), by the seats' own table."""

    def __init__(self, state: SeatState) -> None:
        self.now = Seat(
            seat_id="8001", state=state, since=datetime(2026, 11, 20, tzinfo=UTC), why="", phone=Phone.IN_USE, devices=(), groups=(),
            skills={}, agent="",
        )  # fmt: skip
        self.extended = 0
        self.longest = False
        self.by: list[str] = []

    async def seat(self, seat_id: str) -> Seat | None:
        return self.now if seat_id == "8001" else None

    async def seats(self) -> list[Seat]:
        return [self.now]

    async def ask(self, seat_id: str, event: SeatEvent, *, why: str, by: str) -> Seat:
        self.by.append(by)
        if self.now.state in (S.RESERVED, S.TALKING):
            self.now = replace(self.now, wish=DEFERRED[event], wish_why=why)
        else:
            self.now = replace(self.now, state=advance(self.now.state, event), why=why)
        return self.now

    async def sign_in(self, seat_id: str, agent: Agent, event: SeatEvent, *, by: str) -> Seat:
        if self.now.state is S.TALKING:
            raise Conflict("seat_taken", "Seat 8001 is talking.")
        self.now = replace(self.now, agent=agent.agent_id)
        return await self.ask(seat_id, event, why="signed in", by=by)

    async def wrapped_up(self, seat_id: str, *, call_id: str = "", why: str = "", by: str = "") -> Seat:
        return await self.ask(seat_id, SeatEvent.MAKE_READY, why=why, by=by)

    async def extend(self, seat_id: str, more_s: float, *, by: str) -> Seat:
        if self.longest:
            raise Conflict("wrap_up_longest", "no longer")
        self.extended += 1
        return self.now


async def dials(seat: OneSeat, action: CodeAction, *keys: str, reason: str = "", reasons: bool = True, seat_id: str = "8001") -> list[str]:
    """All that is heard; the keys are pressed on the way."""
    telephone = Telephone(*keys)
    desk = SeatDesk(seat, Agents(VirtualClock(), AGENTS), pause_reasons={"1": "小休", "2": "用餐"} if reasons else {}, extend_s=30)
    told = await SeatCodes(desk).dialled(SeatCode(action=action, reason=reason), telephone, seat_id, by="phone 8001")
    assert told == telephone.heard[-1]
    return telephone.heard


async def test_ready_and_signed_out_are_confirmed() -> None:
    seat = OneSeat(S.PAUSED)
    assert await dials(seat, CodeAction.READY) == ["seat-ready"]
    assert await dials(seat, CodeAction.SIGN_OUT) == ["seat-logged-out"]
    assert seat.by == ["phone 8001", "phone 8001"]


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (CodeAction.READY, "seat-ready-afterwards"),
        (CodeAction.PAUSE, "seat-paused-afterwards"),
        (CodeAction.SIGN_OUT, "seat-logged-out-afterwards"),
    ],
)
async def test_what_waits_for_the_end_of_the_call_is_told_as_such(action: CodeAction, told: str) -> None:
    seat = OneSeat(S.TALKING)
    assert (await dials(seat, action))[-1] == told
    assert (await dials(seat, CodeAction.STATE)) == ["seat-talking", told]


async def test_a_pause_with_its_reason_in_the_code_asks_nothing() -> None:
    seat = OneSeat(S.READY)
    assert await dials(seat, CodeAction.PAUSE, reason="2") == ["seat-paused"]
    assert seat.now.why == "用餐"


async def test_a_pause_asks_for_its_reason() -> None:
    seat = OneSeat(S.READY)
    assert await dials(seat, CodeAction.PAUSE, "1") == ["seat-pause-reason", "seat-paused"]
    assert seat.now.why == "小休"


async def test_a_wrong_reason_is_told_and_asked_for_again() -> None:
    seat = OneSeat(S.READY)
    heard = await dials(seat, CodeAction.PAUSE, "7", "2")
    assert heard == ["seat-pause-reason", "seat-pause-reason-wrong", "seat-pause-reason", "seat-paused"]
    assert seat.now.why == "用餐"


async def test_who_gives_no_reason_is_paused_all_the_same() -> None:
    seat = OneSeat(S.READY)
    assert await dials(seat, CodeAction.PAUSE) == ["seat-pause-reason", "seat-paused"]
    assert seat.now.state is S.PAUSED
    other = OneSeat(S.READY)
    assert (await dials(other, CodeAction.PAUSE, "7", "8", "9"))[-1] == "seat-paused"
    assert other.now.state is S.PAUSED


async def test_where_there_are_no_reasons_none_is_asked_for() -> None:
    assert await dials(OneSeat(S.READY), CodeAction.PAUSE, reasons=False) == ["seat-paused"]


async def test_an_agent_signs_in_with_number_and_pin() -> None:
    seat = OneSeat(S.LOGGED_OUT)
    assert await dials(seat, CodeAction.SIGN_IN, "101", "1101") == ["seat-agent-number", "seat-agent-pin", "seat-signed-in"]
    assert (seat.now.agent, seat.now.state) == ("101", S.READY)


async def test_an_unknown_number_sounds_like_a_wrong_pin() -> None:
    asked = ["seat-agent-number", "seat-agent-pin", "seat-sign-in-wrong"]
    assert await dials(OneSeat(S.LOGGED_OUT), CodeAction.SIGN_IN, "999", "1", "101", "2", "101", "3") == asked * 3


async def test_who_keys_nothing_in_is_not_asked_for_a_pin() -> None:
    heard = await dials(OneSeat(S.LOGGED_OUT), CodeAction.SIGN_IN)
    assert heard == ["seat-agent-number", "seat-sign-in-wrong"] * 3


async def test_a_seat_in_the_middle_of_anothers_call_is_not_taken() -> None:
    assert (await dials(OneSeat(S.TALKING), CodeAction.SIGN_IN, "101", "1101"))[-1] == "seat-taken"


async def test_wrap_up_is_extended_and_ended() -> None:
    seat = OneSeat(S.WRAP_UP)
    assert await dials(seat, CodeAction.EXTEND) == ["seat-wrap-up-extended"]
    seat.longest = True
    assert await dials(seat, CodeAction.EXTEND) == ["seat-wrap-up-longest"]
    assert await dials(seat, CodeAction.WRAPPED_UP) == ["seat-ready"]
    assert seat.extended == 1
    assert await dials(seat, CodeAction.WRAPPED_UP) == ["seat-no-wrap-up"]
    assert await dials(seat, CodeAction.EXTEND) == ["seat-no-wrap-up"]


@pytest.mark.parametrize("state", SeatState)
async def test_every_state_can_be_said(state: SeatState) -> None:
    assert await dials(OneSeat(state), CodeAction.STATE) == [SAYS[state]]


@pytest.mark.parametrize(("code", "told"), [("agent_missing", "seat-sign-in-first"), ("seat_event_illegal", "seat-not-possible")])
async def test_what_the_seat_does_not_allow_is_told(code: str, told: str) -> None:
    class Stubborn(OneSeat):
        async def ask(self, seat_id: str, event: SeatEvent, *, why: str, by: str) -> Seat:
            raise Conflict(code, "no")

    assert await dials(Stubborn(S.LOGGED_OUT), CodeAction.READY) == [told]


async def test_a_seat_that_was_taken_out_of_the_configuration_can_do_nothing() -> None:
    class Gone(OneSeat):
        async def ask(self, seat_id: str, event: SeatEvent, *, why: str, by: str) -> Seat:
            raise NotFound("seat_unknown", "none")

    for action in (CodeAction.READY, CodeAction.STATE):
        assert await dials(Gone(S.READY), action, seat_id="9999") == ["seat-not-possible"]


def test_every_sentence_is_listed() -> None:
    assert {*SAYS.values(), *AFTERWARDS.values()} <= PROMPTS
