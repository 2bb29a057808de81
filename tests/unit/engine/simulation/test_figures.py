"""Figures made of outcomes, and how many seats are needed."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from calls.events import to_ms
from engine.simulation.figures import figures_of, in_time_of
from engine.simulation.outcome import CallOutcome, DayOutcome, End
from engine.simulation.wanted import MOST_SEATS, Tried, Want, seats_needed, want_of
from tests.unit.engine.simulation.builders import NINE, a_call, a_seats_day
from whitelist.identify import CallerClass

PUBLIC, KEY = CallerClass.PUBLIC, CallerClass.KEY_ENTERPRISE


def a_day_of(*calls: CallOutcome) -> DayOutcome:
    return DayOutcome(calls=calls, seats={})


def test_waits_are_those_of_answered_calls_and_the_longest_is_anybodys() -> None:
    day = a_day_of(*(a_call(wait) for wait in range(1, 101)), a_call(200, End.LADDER_END), a_call(3, End.ABANDONED))
    figures = figures_of([day], within_s=20)
    found = figures.classes[PUBLIC]
    assert (found.calls, found.answered, found.abandoned, found.ladder_end) == (102, 100, 1, 1)
    assert (found.mean_s, found.p50_s, found.p95_s, found.max_s) == (50.5, 50, 95, 100)
    assert figures.longest is not None
    assert (figures.longest.waited_s, figures.longest.end, figures.longest.queued) == (200, End.LADDER_END, NINE)


def test_who_left_sooner_than_he_was_to_be_answered_counts_neither_way() -> None:
    calls = [a_call(20), a_call(20.5), a_call(5, End.ABANDONED), a_call(25, End.ABANDONED)]
    assert in_time_of([a_day_of(*calls)], PUBLIC, 20) == (pytest.approx(1 / 3), None)


def test_several_days_tell_how_sure_the_share_is() -> None:
    good, bad = a_day_of(*[a_call(1)] * 10), a_day_of(*[a_call(1)] * 8, *[a_call(99)] * 2)
    share, sure = in_time_of([good, bad, good, bad], PUBLIC, 20)
    assert share == pytest.approx(0.9)
    assert sure == pytest.approx(0.184, abs=1e-3)


def test_a_class_that_nobody_belongs_to_is_not_told_of() -> None:
    assert list(figures_of([a_day_of(a_call(1, caller=KEY))], within_s=20).classes) == [KEY]
    assert in_time_of([a_day_of()], KEY, 20) == (None, None)
    assert figures_of([a_day_of()], within_s=20).longest is None


def test_a_seat_of_two_groups_counts_in_both_and_a_call_in_the_one_it_was_taken_for() -> None:
    seats = {"8010": a_seats_day("qilai", "general"), "8011": a_seats_day("general", talking_s=0)}
    day = DayOutcome(calls=[a_call(1, group="qilai"), a_call(1, group="qilai"), a_call(1, group="general")], seats=seats)
    groups = figures_of([day, day], within_s=20).groups
    assert (groups["qilai"].seats, groups["qilai"].answered, groups["qilai"].occupancy) == (1, 4, 0.5)
    assert (groups["general"].seats, groups["general"].answered, groups["general"].occupancy) == (2, 2, 0.25)


def test_hours_are_those_of_the_hotlines_clock() -> None:
    late = [a_call(wait) for wait in (30, 40)]
    early = [replace(a_call(10), queued_ms=to_ms(NINE - timedelta(minutes=1))), a_call(5, End.ABANDONED)]
    first, second = figures_of([a_day_of(*late, *early)], within_s=20, zone=timezone(timedelta(hours=8))).hours
    assert (first.begins.isoformat(), first.calls, first.in_time) == ("2026-11-20T16:00:00+08:00", 1, 1)
    assert (second.begins.hour, second.calls, second.abandoned, second.p95_s, second.in_time) == (17, 3, 1, 40, 0)


def test_nobody_on_duty_is_no_share_of_anything() -> None:
    day = DayOutcome(calls=[], seats={"8001": a_seats_day(on_duty_s=0, talking_s=0, answered=0)})
    assert figures_of([day], within_s=20).groups["qilai"].occupancy is None


WANT = Want(caller_class=KEY, within_s=20, share=0.95)


@pytest.mark.parametrize("first", [1, 2, 7, 8, 40, 300])
@pytest.mark.parametrize("truth", [0, 1, 7, 100])
async def test_the_fewest_seats_are_found_from_wherever_one_begins(first: int, truth: int) -> None:
    asked: list[int] = []

    async def attempt(seats: int) -> Tried:
        asked.append(seats)
        return Tried(seats=seats, in_time=0.96 if seats >= truth else 0.5, sure=0.01)

    needed = await seats_needed(WANT, "priority", attempt, first=first)
    assert needed.seats == truth
    assert len(asked) == len(set(asked)) <= 20
    assert [tried.seats for tried in needed.tried] == sorted(asked)
    assert truth == 0 or truth - 1 in asked


async def test_it_says_so_where_no_number_of_seats_is_enough() -> None:
    async def attempt(seats: int) -> Tried:
        return Tried(seats=seats, in_time=0.9, sure=None)

    needed = await seats_needed(WANT, "priority", attempt, first=2)
    assert needed.seats is None
    assert needed.tried[-1].seats == MOST_SEATS


def test_a_want_as_it_is_written() -> None:
    assert want_of("key_enterprise:20:0.95") == WANT
    assert str(WANT) == "0.95 of key_enterprise answered within 20 s"


@pytest.mark.parametrize(
    "text", ["", "key_enterprise", "vip:20:0.95", "public:20", "public:-1:0.9", "public:20:1", "public:20:95", "public:inf:0.5"]
)
def test_what_is_no_want_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="write CLASS:SECONDS:SHARE, the class one of key_enterprise, project, public, anonymous"):
        want_of(text)
