"""A seat's phone dials a code: which seat it is, and what becomes of the line."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from calls.clock import SystemClock
from calls.errors import LegGone, PbxFault, StoreFault
from calls.events import Act
from engine.acts import KeyedActs
from engine.seat_codes import SeatCodeRoad
from engine.watcher import SeatPhones
from ivr.seat_codes import CodeAction, SeatCode
from pbx.line import AgiLine
from seats.seat import SeatDefinition

CODES = {"*10": SeatCode(action=CodeAction.READY), "*13": SeatCode(action=CodeAction.SIGN_IN), "*19": SeatCode(action=CodeAction.STATE)}


class Codes:
    """Notes what was dialled; fails where it is told to."""

    def __init__(self, fault: Exception | None = None, *, refuses: bool = False) -> None:
        self.dialled_by: list[tuple[str, str]] = []
        self._fault = fault
        self._refuses = refuses

    async def dialled(self, code: SeatCode, phone: AgiLine, seat_id: str, *, by: str, refused: Callable[[str], None] = print) -> str:
        self.dialled_by.append((seat_id, by))
        if self._refuses:
            refused("agent_missing")
        if self._fault is not None:
            raise self._fault
        return "seat-ready"


class Line:
    def __init__(self, channel: str, dialled: str = "*10") -> None:
        self.channel = channel
        self.arrival = SimpleNamespace(dialled=dialled)
        self.finished = False

    async def finish(self) -> None:
        self.finished = True


class Acts:
    """The log of acts, and the seat's agent."""

    def __init__(self, *, away: bool = False) -> None:
        self.noted: list[Act] = []
        self._away = away
        self.keyed = KeyedActs(self, self, SystemClock())  # type: ignore[arg-type]

    async def note(self, act: Act) -> None:
        if self._away:
            raise StoreFault("redis_away", "away")
        self.noted.append(act)

    async def seat(self, seat_id: str) -> SimpleNamespace:
        return SimpleNamespace(agent="101")


async def take(line: Line, codes: Codes, acts: Acts | None = None) -> Line:
    phones = SeatPhones(SimpleNamespace(), ready_when_registered=False, reported=lambda: True)  # type: ignore[arg-type]
    phones.define([SeatDefinition(seat_id="8001", devices=("PJSIP/8001", "PJSIP/9001"), groups=("priority",))])
    with capture_logs():
        road = SeatCodeRoad(codes, phones, (acts or Acts()).keyed)  # type: ignore[arg-type]
        road.codes = CODES
        await road.take(line)  # type: ignore[arg-type]
    return line


@pytest.mark.parametrize("phone", ["8001", "9001"])
async def test_either_of_a_seats_phones_speaks_for_the_seat(phone: str) -> None:
    codes = Codes()
    assert (await take(Line(f"PJSIP/{phone}-0000000a"), codes)).finished
    assert codes.dialled_by == [("8001", f"phone {phone}")]


@pytest.mark.parametrize(("channel", "dialled"), [("PJSIP/7001-0000000a", "*10"), ("PJSIP/8001-0000000a", "*99")])
async def test_a_phone_of_no_seat_and_an_unknown_code_do_nothing(channel: str, dialled: str) -> None:
    codes = Codes()
    assert not (await take(Line(channel, dialled), codes)).finished
    assert codes.dialled_by == []


@pytest.mark.parametrize("fault", [LegGone("leg_gone", "hung up"), StoreFault("redis_away", "away"), PbxFault("agi_late", "no answer")])
async def test_without_the_last_word_the_dialplan_asks_the_next_engine(fault: Exception) -> None:
    assert not (await take(Line("PJSIP/8001-0000000a"), Codes(fault))).finished


async def test_what_a_phone_dials_is_noted_before_it_is_done() -> None:
    acts = Acts()
    await take(Line("PJSIP/8001-0000000a"), Codes(), acts)
    (act,) = acts.noted
    assert (act.what, act.subject, act.who, act.person) == ("change_seat", "seats/8001", "phone 8001", "agent 101")
    assert '"keyed": "*10"' in act.detail


async def test_a_refusal_is_noted_with_its_reason() -> None:
    acts = Acts()
    await take(Line("PJSIP/8001-0000000a", "*13"), Codes(refuses=True), acts)
    assert [(act.what, act.came_of) for act in acts.noted] == [("sign_in", ""), ("sign_in", "agent_missing")]


async def test_who_only_asks_for_the_state_has_done_nothing() -> None:
    acts = Acts()
    await take(Line("PJSIP/8001-0000000a", "*19"), Codes(), acts)
    assert acts.noted == []


async def test_what_cannot_be_noted_is_not_done() -> None:
    codes = Codes()
    assert not (await take(Line("PJSIP/8001-0000000a"), codes, Acts(away=True))).finished
    assert codes.dialled_by == []
