"""Who sits where by the hotline's own shifts."""

from datetime import datetime, timedelta

from calls.calendar import BEIJING, Calendar
from calls.events import to_ms
from calls.hours import Hours
from engine.simulation.rosters import staff_by_shifts
from engine.simulation.staff import Staff
from seats.shifts import Duty, Roster
from tests.unit.engine.simulation.builders import AT_ONCE, a_seat

MIDNIGHT = datetime(2026, 11, 20, tzinfo=BEIJING)
SEATS = [a_seat("8001", "priority"), a_seat("8002", "priority"), a_seat("8003", "priority", "qilai"), a_seat("8004", "qilai")]


def from_to(begin: int, end: int) -> tuple[Hours, ...]:
    """Of each day; past 24: over midnight."""
    return (Hours(name=f"{begin}-{end}", times=((begin * 60, end * 60),)),)


def at(hour: float) -> int:
    return to_ms(MIDNIGHT + timedelta(hours=hour))


def staff(*rosters: Roster) -> Staff:
    given = {roster.group: roster for roster in rosters}
    return staff_by_shifts(SEATS, given, Calendar(), begin=MIDNIGHT, end=MIDNIGHT + timedelta(days=1), manner=AT_ONCE)


def spans(found: Staff, seat_id: str) -> list[tuple[int, int]]:
    return [(shift.from_ms, shift.until_ms) for shift in found.shifts.get(seat_id, ())]


def test_without_shifts_everybody_is_there_all_the_time() -> None:
    found = staff()
    assert all(spans(found, seat.seat_id) == [(at(0), at(24))] for seat in SEATS)


def test_a_seat_works_while_it_is_on_duty() -> None:
    morning, evening = Duty(seats=("8001",), hours=from_to(8, 12)), Duty(seats=("8001",), hours=from_to(18, 20))
    found = staff(Roster(group="priority", duties=(morning, evening)))
    assert spans(found, "8001") == [(at(8), at(12)), (at(18), at(20))]
    assert spans(found, "8002") == []


def test_a_seat_of_a_group_without_shifts_is_always_there() -> None:
    found = staff(Roster(group="priority", duties=(Duty(seats=("8001",), hours=from_to(8, 12)),)))
    assert spans(found, "8003") == spans(found, "8004") == [(at(0), at(24))]


def test_shifts_that_touch_or_overlap_are_one() -> None:
    duties = (Duty(seats=("8001",), hours=from_to(8, 12)), Duty(seats=("8001", "8002"), hours=from_to(12, 16)))
    found = staff(Roster(group="priority", duties=duties), Roster(group="qilai", duties=(Duty(seats=("8003",), hours=from_to(9, 10)),)))
    assert spans(found, "8001") == [(at(8), at(16))]
    assert spans(found, "8003") == [(at(9), at(10))]
    assert spans(found, "8004") == []


def test_agents_without_a_seat_take_the_groups_seats_in_order() -> None:
    found = staff(Roster(group="priority", duties=(Duty(seats=("8002",), agents=("张三", "李四"), hours=from_to(8, 9)),)))
    assert spans(found, "8002") == spans(found, "8001") == [(at(8), at(9))]


def test_the_night_before_reaches_into_the_day() -> None:
    found = staff(Roster(group="priority", duties=(Duty(seats=("8001",), hours=from_to(20, 32)),)))
    assert spans(found, "8001") == [(at(0), at(8)), (at(20), at(24))]
