"""Whose turn it is to be called back."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.callbacks import CallbackOrder, CallbackRules, Cause, Owed, is_callback, new_call_id, next_attempt, turns
from seats.seat import Phone, Seat
from seats.state import SeatState

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # twelve o'clock in Yancheng
RULES = CallbackRules(auto=True, zone=ZoneInfo("Asia/Shanghai"), attempts=3, every_s=900, after_s=60)


def owed(task_id: str = "t1", **fields: object) -> Owed:
    given = {
        "number": f"0515-8888{task_id:0>4}",
        "caller_class": "key_enterprise",
        "arrived": NOON - timedelta(seconds=200),
        "left": NOON - timedelta(seconds=100),
        "asked": None,
        "chosen": False,
        "attempts": 0,
        "tried": None,
        "claimed": False,
        "trusted": True,
        **fields,
    }
    return Owed(task_id=task_id, **given)  # type: ignore[arg-type]


def a_seat(seat_id: str, *groups: str, state: SeatState = SeatState.READY, phone: Phone = Phone.IDLE) -> Seat:
    return Seat(
        seat_id=seat_id, state=state, since=NOON, why="", phone=phone, devices=(), groups=groups, skills=frozenset(), agent=""
    )


def begun(*list_: Owed, seats: tuple[Seat, ...] = (), busy: tuple[str, ...] = (), rules: CallbackRules = RULES) -> list[str]:
    ladders = {one.task_id: ("priority", "qilai") for one in list_}
    return [turn.owed.task_id for turn in turns(list_, seats=seats, busy=busy, ladders=ladders, rules=rules, now=NOON)]


class TestWhen:
    def test_not_before_he_has_been_gone_for_a_while(self) -> None:
        assert next_attempt(owed(left=NOON), RULES) == NOON + timedelta(seconds=60)

    def test_after_an_attempt_not_before_the_pause_is_over(self) -> None:
        assert next_attempt(owed(attempts=1, tried=NOON), RULES) == NOON + timedelta(seconds=900)

    def test_so_many_attempts_and_no_more(self) -> None:
        assert next_attempt(owed(attempts=2), RULES) is not None
        assert next_attempt(owed(attempts=3), RULES) is None

    def test_who_asked_for_it_has_his_turn_at_any_hour_and_without_auto(self) -> None:
        night = NOON + timedelta(hours=12)
        assert next_attempt(owed(asked=night), replace(RULES, auto=False)) == night

    @pytest.mark.parametrize("fields", [{"number": ""}, {"claimed": True}, {"trusted": False}, {"claimed": True, "asked": NOON}])
    def test_nobody_is_called_by_itself_who_cannot_be_or_is_taken_care_of(self, fields: dict[str, object]) -> None:
        assert next_attempt(owed(**fields), RULES) is None

    def test_without_auto_people_do_it(self) -> None:
        assert next_attempt(owed(), replace(RULES, auto=False)) is None

    def test_who_left_a_message_is_for_people_who_hear_it_first_unless_he_chose_to_be_called(self) -> None:
        assert next_attempt(owed(voicemail=True), RULES) is None
        assert next_attempt(owed(voicemail=True, asked=NOON, chosen=True), RULES) == NOON

    def test_who_chose_it_and_was_busy_is_tried_again_also_without_auto(self) -> None:
        assert next_attempt(owed(chosen=True, attempts=1, tried=NOON), replace(RULES, auto=False)) == NOON + timedelta(seconds=900)

    @pytest.mark.parametrize(
        ("left", "not_before", "not_after", "due"),
        [
            (time(12), time(9), time(20), (2, time(12, 1))),
            (time(21), time(9), time(20), (3, time(9))),
            (time(3), time(9), time(20), (2, time(9))),
            (time(23), time(22), time(6), (2, time(23, 1))),
            (time(12), time(22), time(6), (2, time(22))),
            (time(3), time(0), time(0), (2, time(3, 1))),
        ],
    )
    def test_only_between_these_hours_of_the_hotlines_clock(
        self, left: time, not_before: time, not_after: time, due: tuple[int, time]
    ) -> None:
        local = datetime(2026, 3, 2, left.hour, left.minute, tzinfo=ZoneInfo("Asia/Shanghai"))
        at = next_attempt(owed(left=local.astimezone(UTC)), replace(RULES, not_before=not_before, not_after=not_after))
        assert at is not None
        there = at.astimezone(ZoneInfo("Asia/Shanghai"))
        assert (there.day, there.time()) == due


class TestWho:
    def test_nobody_without_a_free_seat_of_his_ladder(self) -> None:
        busy = (
            a_seat("8001", "priority", state=SeatState.TALKING),
            a_seat("8002", "priority", phone=Phone.IN_USE),
            a_seat("8003", "general"),
        )
        assert begun(owed(), seats=busy) == []

    def test_never_more_than_free_seats_in_the_lists_order(self) -> None:
        seats = (a_seat("8001", "priority"), a_seat("8004", "qilai"))
        assert begun(owed("1"), owed("2"), owed("3"), seats=seats) == ["1", "2"]

    def test_a_seat_that_waits_serves_one_and_only_if_enough_are_left(self) -> None:
        seats = (a_seat("8001", "priority"), a_seat("8002", "priority"))
        assert begun(owed("1"), owed("2"), seats=seats, rules=replace(RULES, keep_free=1)) == ["1"]

    def test_who_asked_for_it_waits_in_the_room_with_the_others_free_seat_or_not(self) -> None:
        assert begun(owed("1", asked=NOON), owed("2")) == ["1"]

    def test_nobody_who_is_on_the_line_or_at_rest_and_he_takes_no_seat_from_the_next(self) -> None:
        one = owed("1")
        assert begun(one, owed("2"), seats=(a_seat("8001", "priority"),), busy=(one.number,)) == ["2"]

    def test_a_number_once(self) -> None:
        seats = (a_seat("8001", "priority"), a_seat("8002", "priority"))
        assert begun(owed("1", number="0515-1"), owed("2", number="0515-1"), seats=seats) == ["1"]


def test_a_call_backs_id_is_known_by_itself() -> None:
    call_id = new_call_id("zhida-3f2a", 1795210144000, "012345")
    assert is_callback(call_id)
    assert not is_callback("zhida-3f2a-1795210144.17")
    order = CallbackOrder(
        call_id=call_id,
        task_id="t",
        number="",
        cause=Cause.LEFT,
        by="",
        seat_id="",
        arrived_ms=0,
        since_ms=0,
        trunk="",
        dialled="",
        group="",
        wait_s=0,
    )
    assert not order.line_id.startswith(order.call_id)
    assert not order.call_id.startswith(order.line_id)
