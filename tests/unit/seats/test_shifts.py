"""Who is on duty, when nobody is, and who is missing."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.calendar import BEIJING, Calendar
from calls.hours import DAY, MONDAY_TO_FRIDAY, Counts, Hours, Span
from seats.seat import Phone, Seat
from seats.shifts import Cycle, Duty, Lack, OnDuty, Roster, gaps, lack_now, lack_soon, on_duty
from seats.state import SeatState

CALENDAR = Calendar()
EARLY = Hours(name="early", times=((480, 960),))
LATE = Hours(name="late", times=((960, 1440),))
NIGHT = Hours(name="night", times=((0, 480),))
OFFICE = Hours(name="office", days=MONDAY_TO_FRIDAY, times=((540, 1080),), counts=Counts.WORKDAYS)
ROUND_THE_CLOCK = Roster(
    group="priority",
    duties=(
        Duty(seats=("8001", "8002"), hours=(EARLY,)),
        Duty(seats=("8001",), agents=("li",), hours=(LATE,)),
        Duty(seats=("8002",), hours=(NIGHT,)),
    ),
)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def at(roster: Roster, moment: str) -> OnDuty:
    return on_duty(roster, beijing(moment), CALENDAR)


def bare(roster: Roster, since: str, until: str) -> list[tuple[str, str]]:
    found = gaps(roster, beijing(since), beijing(until), CALENDAR)
    return [(f"{gap.since.astimezone(BEIJING):%m-%d %H:%M}", f"{gap.until.astimezone(BEIJING):%m-%d %H:%M}") for gap in found]


def a_seat(seat_id: str, state: SeatState = SeatState.READY, *, agent: str = "", groups: tuple[str, ...] = ("priority",)) -> Seat:
    since, none = beijing("2026-10-01 00:00"), frozenset[str]()
    return Seat(seat_id=seat_id, state=state, since=since, why="", phone=Phone.IDLE, devices=(), groups=groups, skills=none, agent=agent)


@pytest.mark.parametrize(
    ("moment", "seats", "agents", "until"),
    [
        ("2026-10-01 08:00", ("8001", "8002"), (), "2026-10-01 16:00"),
        ("2026-10-01 15:59", ("8001", "8002"), (), "2026-10-01 16:00"),
        ("2026-10-01 16:00", ("8001",), ("li",), "2026-10-02 00:00"),
        ("2026-10-02 02:00", ("8002",), (), "2026-10-02 08:00"),
    ],
)
def test_who_is_on_duty_and_until_when(moment: str, seats: tuple[str, ...], agents: tuple[str, ...], until: str) -> None:
    duty = at(ROUND_THE_CLOCK, moment)
    assert (duty.seats, duty.agents, duty.until) == (seats, agents, beijing(until))


def test_round_the_clock_leaves_no_gap() -> None:
    assert bare(ROUND_THE_CLOCK, "2026-09-28 00:00", "2026-10-05 00:00") == []


def test_who_is_always_on_duty_is_so_without_end() -> None:
    assert at(Roster(group="g", duties=(Duty(seats=("8001",)),)), "2026-10-01 02:00").until is None


def test_an_exception_holds_instead_of_all_duties_for_what_begins_that_day() -> None:
    holiday = Duty(seats=("8002",), hours=(EARLY,), dates=((date(2026, 10, 1), date(2026, 10, 7)),))
    nights = Duty(seats=("8001",), hours=(Hours(name="n", times=((1200, 480),)),))
    roster = Roster(group="priority", duties=(nights,), exceptions=(holiday,))
    assert at(roster, "2026-10-01 02:00").seats == ("8001",)  # the night that began on the last day of September
    assert at(roster, "2026-10-01 10:00").seats == ("8002",)
    assert not at(roster, "2026-10-02 02:00").anybody
    assert at(roster, "2026-10-08 21:00").seats == ("8001",)


def test_nobody_can_be_an_exception() -> None:
    closed = Duty(dates=((date(2026, 10, 1), date(2026, 10, 1)),))
    roster = Roster(group="g", duties=(Duty(seats=("8001",)),), exceptions=(closed,))
    assert bare(roster, "2026-09-30 12:00", "2026-10-03 00:00") == [("10-01 00:00", "10-02 00:00")]


def test_a_week_of_people_by_weekday() -> None:
    duties = tuple(Duty(agents=(name,), days=frozenset({day})) for day, name in enumerate(["zhao", "qian", "sun"]))
    roster = Roster(group="g", duties=duties)
    assert [at(roster, f"2026-10-{day:02} 12:00").agents for day in (5, 6, 7, 8)] == [("zhao",), ("qian",), ("sun",), ()]


def test_two_days_on_and_two_off() -> None:
    first = Duty(seats=("8001",), cycle=Cycle(days=4, begins=date(2026, 10, 1), on=frozenset({1, 2})))
    second = Duty(seats=("8002",), cycle=Cycle(days=4, begins=date(2026, 10, 1), on=frozenset({3, 4})))
    roster = Roster(group="g", duties=(first, second))
    days = [at(roster, f"2026-{day} 12:00").seats[0] for day in ("09-29", "09-30", "10-01", "10-02", "10-03", "10-04", "10-05")]
    assert days == ["8002", "8002", "8001", "8001", "8002", "8002", "8001"]


def test_a_gap_is_where_somebody_must_be_and_nobody_is() -> None:
    day_only = Roster(group="g", duties=(Duty(seats=("8001",), hours=(EARLY, LATE)),))
    assert bare(day_only, "2026-10-01 12:00", "2026-10-03 00:00") == [("10-02 00:00", "10-02 08:00")]


def test_where_nobody_must_be_there_is_no_gap() -> None:
    mornings = Duty(seats=("8001",), hours=(Hours(name="morning", times=((540, 720),)),))
    office = Roster(group="g", duties=(mornings,), hours=(OFFICE,))
    assert bare(office, "2026-10-01 00:00", "2026-10-09 00:00") == [("10-08 12:00", "10-08 18:00")]


class TestLack:
    """What a group lacks now or soon, in words."""

    def test_all_are_there(self) -> None:
        assert lack_now(at(ROUND_THE_CLOCK, "2026-10-01 10:00"), [a_seat("8001"), a_seat("8002", SeatState.TALKING)], "直达专席") is None

    def test_one_is_missing(self) -> None:
        lack = lack_now(at(ROUND_THE_CLOCK, "2026-10-01 10:00"), [a_seat("8001"), a_seat("8002", SeatState.LOGGED_OUT)], "直达专席")
        assert lack is not None
        assert (lack.lack, lack.sentence, lack.missing) == (Lack.SHORT, "直达专席: 1 signed in, 2 wanted.", ("8002",))

    def test_nobody_is_there(self) -> None:
        lack = lack_now(at(ROUND_THE_CLOCK, "2026-10-01 18:00"), [a_seat("8001", SeatState.UNREACHABLE)], "直达专席")
        assert lack is not None
        assert (lack.lack, lack.sentence, lack.missing) == (Lack.NOBODY, "直达专席: nobody signed in, 2 wanted.", ("8001", "li"))

    def test_an_agent_is_there_at_whatever_seat(self) -> None:
        assert lack_now(at(ROUND_THE_CLOCK, "2026-10-01 18:00"), [a_seat("8001"), a_seat("8002", agent="li")], "直达专席") is None

    def test_somebody_else_at_another_seat_of_the_group_will_do(self) -> None:
        duty = at(Roster(group="priority", duties=(Duty(seats=("8001",)),)), "2026-10-01 10:00")
        assert lack_now(duty, [a_seat("8002")], "直达专席") is None
        assert lack_now(duty, [a_seat("8004", groups=("qilai",))], "直达专席") is not None

    def test_a_pause_is_no_absence(self) -> None:
        duty = at(Roster(group="priority", duties=(Duty(seats=("8001",)),)), "2026-10-01 10:00")
        assert lack_now(duty, [a_seat("8001", SeatState.PAUSED)], "直达专席") is None

    def test_fewer_may_be_enough(self) -> None:
        roster = Roster(group="priority", duties=(Duty(seats=("8001", "8002", "8003")),), least=2)
        duty = at(roster, "2026-10-01 10:00")
        assert lack_now(duty, [a_seat("8001"), a_seat("8002")], "直达专席") is None

    def test_nobody_on_duty_wants_nobody(self) -> None:
        roster = Roster(group="priority", duties=(Duty(seats=("8001",), hours=(EARLY,)),), least=2)
        assert at(roster, "2026-10-01 02:00").wanted == 0

    @pytest.mark.parametrize(
        ("moment", "sentence"),
        [
            ("2026-10-01 23:00", None),
            ("2026-10-01 23:31", "g: nobody is on duty from 2026-10-02 00:00 on, until 2026-10-02 08:00."),
            ("2026-10-02 07:59", "g: nobody is on duty now, until 2026-10-02 08:00."),
            ("2026-10-02 08:00", None),
        ],
    )
    def test_a_gap_is_warned_of_before_it_comes(self, moment: str, sentence: str | None) -> None:
        roster = Roster(group="g", duties=(Duty(seats=("8001",), hours=(EARLY, LATE)),))
        lack = lack_soon(roster, beijing(moment), 1800, CALENDAR, "g")
        assert (lack.sentence if lack else None) == sentence

    def test_a_roster_that_ran_out(self) -> None:
        last_week = Roster(group="g", duties=(Duty(seats=("8001",), dates=((date(2026, 9, 21), date(2026, 9, 30)),)),))
        lack = lack_soon(last_week, beijing("2026-10-01 00:00"), 0, CALENDAR, "g")
        assert lack is not None
        assert lack.sentence == "g: nobody is on duty now, for more than a week."


TIMES = st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)).filter(lambda span: span[0] != span[1])
DUTIES = st.builds(
    lambda times, days, who: Duty(seats=who, days=days, hours=(Hours(name="h", times=(times,)),)),
    TIMES,
    st.frozensets(st.integers(0, 6)),
    st.sampled_from([(), ("8001",), ("8002",)]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(DUTIES, min_size=1, max_size=4).map(tuple), st.lists(st.integers(0, 5 * DAY - 1), min_size=30, max_size=30))
def test_a_moment_lies_in_a_gap_exactly_where_nobody_is_on_duty(duties: tuple[Duty, ...], minutes: list[int]) -> None:
    roster, monday = Roster(group="g", duties=duties), beijing("2026-10-05 00:00")
    found: list[Span] = gaps(roster, monday, monday + timedelta(days=5), CALENDAR)
    assert all(one.until < other.since for one, other in pairwise(found))
    for minute in minutes:
        moment = monday + timedelta(minutes=minute)
        in_gap = any(gap.since <= moment < gap.until for gap in found)
        assert in_gap is not on_duty(roster, moment, CALENDAR).anybody


@settings(max_examples=40, deadline=None)
@given(st.lists(DUTIES, min_size=1, max_size=4).map(tuple), st.integers(0, 7 * DAY - 1))
def test_nothing_changes_before_it_is_said_to(duties: tuple[Duty, ...], minute: int) -> None:
    roster, moment = Roster(group="g", duties=duties), beijing("2026-10-05 00:00") + timedelta(minutes=minute)
    now = on_duty(roster, moment, CALENDAR)
    last = (now.until or moment + timedelta(days=7)) - timedelta(minutes=1)
    before = on_duty(roster, max(last, moment), CALENDAR)
    assert (before.seats, before.agents) == (now.seats, now.agents)
    if now.until is not None:
        after = on_duty(roster, now.until, CALENDAR)
        assert (after.seats, after.agents) != (now.seats, now.agents)
