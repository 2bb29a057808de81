"""A seat's phone dials a code: which seat it is, and what becomes of the line."""

from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from calls.errors import LegGone, PbxFault, StoreFault
from engine.seat_codes import SeatCodeRoad
from engine.watcher import SeatPhones
from ivr.seat_codes import CodeAction, SeatCode
from pbx.line import AgiLine
from seats.seat import SeatDefinition

CODES = {"*10": SeatCode(action=CodeAction.READY)}


class Codes:
    """Notes what was dialled; fails where it is told to."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.dialled_by: list[tuple[str, str]] = []
        self._fault = fault

    async def dialled(self, code: SeatCode, phone: AgiLine, seat_id: str, *, by: str) -> str:
        self.dialled_by.append((seat_id, by))
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


async def take(line: Line, codes: Codes) -> Line:
    phones = SeatPhones(SimpleNamespace(), ready_when_registered=False, reported=lambda: True)  # type: ignore[arg-type]
    phones.define([SeatDefinition(seat_id="8001", devices=("PJSIP/8001", "PJSIP/9001"), groups=("priority",))])
    with capture_logs():
        road = SeatCodeRoad(codes, phones)  # type: ignore[arg-type]
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
