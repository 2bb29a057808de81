"""Whom a caller may be handed on to, by the lab's configuration; and what another hotline is told."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest

from calls.errors import Conflict, Refused
from conference.targets import headers_of
from conference.transfer import TargetKind, TransferTarget, call_of_transfer
from config.faults import ConfigFault
from config.lab_file import LAB_FILE
from config.load import load
from engine.targets import TargetsHere
from routing.waiting import CallState, LiveCall
from seats.seat import Phone, Seat
from seats.state import SeatState

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SETTINGS = load(LAB_FILE)
CALL = LiveCall(
    call_id="lab-1.0",
    state=CallState.TALKING,
    engine="e",
    caller_class="key_enterprise",
    number="0515-88880001",
    name='某厂 "四星级"',
    channel="PJSIP/carrier-1",
    rank_ms=0,
    arrived=NOW,
    seat_id="8001",
)


def seat(seat_id: str, group: str, state: SeatState = SeatState.READY, *, since: int = 0, phone: Phone = Phone.IDLE) -> Seat:
    return Seat(
        seat_id=seat_id,
        state=state,
        since=NOW.replace(second=since),
        why="",
        phone=phone,
        devices=(f"PJSIP/{seat_id}",),
        groups=(group,),
        skills={},
        agent="",
    )


class Board:
    def __init__(self, *seats: Seat) -> None:
        self.held = {one.seat_id: one for one in seats}

    async def seat(self, seat_id: str) -> Seat | None:
        return self.held.get(seat_id)

    async def seats(self) -> list[Seat]:
        return list(self.held.values())


def targets(*seats: Seat) -> TargetsHere:
    phones = SimpleNamespace(reachable=lambda seat_id: (f"PJSIP/{seat_id}",))
    asterisks: Any = SimpleNamespace(of=lambda _: SimpleNamespace(phones=phones))
    board: Any = Board(seat("8001", "priority", SeatState.TALKING, phone=Phone.IN_USE), *seats)
    return TargetsHere(lambda: SETTINGS, board, asterisks)


def to(kind: str, value: str) -> TransferTarget:
    return TransferTarget(kind=TargetKind(kind), value=value)


async def test_a_free_seat_shows_the_caller_as_any_phone_does() -> None:
    (found,) = await targets(seat("8004", "qilai")).find(CALL, to("seat", "8004"), announced=True)
    assert (found.device, found.shown_number, found.shown_name) == ("PJSIP/8004", "051588880001", "某厂 四星级")


async def test_of_a_group_the_seats_that_have_been_ready_longest_are_talked_with() -> None:
    there = [seat("8004", "qilai", since=30), seat("8005", "qilai", since=10), seat("8006", "qilai", SeatState.PAUSED)]
    found = await targets(*there).find(CALL, to("group", "qilai"), announced=True)
    assert [one.value for one in found] == ["8005", "8004"]


@pytest.mark.parametrize(
    ("kind", "value", "announced", "code"),
    [
        ("seat", "8001", False, "transfer_to_itself"),
        ("seat", "9999", False, "seat_unknown"),
        ("seat", "8006", False, "seat_not_free"),
        ("group", "nobody", False, "group_unknown"),
        ("group", "project", False, "group_empty"),
        ("group", "priority", True, "group_busy"),
        ("number", "010-88880000", False, "number_not_allowed"),
        ("number", "95", False, "number_not_callable"),
        ("number", "0515-86660003%0d%0a", False, "number_not_callable"),
        ("hotline", "12315", False, "hotline_unknown"),
        ("queue", "", True, "transfer_target_unknown"),
    ],
)
async def test_who_is_not_there_or_not_allowed_is_said_in_one_sentence(kind: str, value: str, announced: bool, code: str) -> None:
    with pytest.raises((Refused, Conflict)) as refused:
        await targets(seat("8006", "qilai", SeatState.PAUSED)).find(CALL, to(kind, value), announced=announced)
    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")


async def test_numbers_and_hotlines_by_the_outside_trunk() -> None:
    (number,) = await targets().find(CALL, to("number", "(0515)86660003"), announced=False)
    (hotline,) = await targets().find(CALL, to("hotline", "12366"), announced=True)
    assert number.device == "PJSIP/051586660003@zhida-outside"
    assert (hotline.device, hotline.name) == ("PJSIP/12366@zhida-outside", "纳税缴费服务热线")


def test_what_people_wrote_is_no_line_of_an_invite() -> None:
    headers = headers_of("xfer-lab-1.0-0011", enterprise="某厂\r\nX-Evil: 1", summary="退税，\n" * 200)
    assert all(set(value) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~%-") for value in headers.values())
    assert unquote(headers["X-Zhida-Enterprise"]) == "某厂 X-Evil: 1"
    assert len(unquote(headers["X-Zhida-Summary"])) == 100
    assert call_of_transfer(headers["X-Zhida-Handover"]) == "lab-1.0"


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("transfer.hotlines={12366: {name: 税务, number: 12366, token: nobody}}", "nobody"),
        ("transfer.hotlines={12366: {name: 税务, number: 12366, token: lab}}", "hotline"),
        ("outbound=", "outbound"),
    ],
)
def test_a_hotline_that_could_not_be_reached_is_found_at_start(override: str, said: str) -> None:
    with pytest.raises(ConfigFault, match=said):
        load(LAB_FILE, [override])
