"""Named times of the week: office hours, nights, holidays, with 调休."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.calendar import BEIJING, Calendar, CalendarYearMissing, DayKind, YearTable
from calls.hours import DAY, MONDAY_TO_FRIDAY, Counts, Hours, written

CALENDAR = Calendar()
OFFICE = Hours(name="office", days=MONDAY_TO_FRIDAY, times=((540, 720), (840, 1080)), counts=Counts.WORKDAYS)
NIGHT = Hours(name="night", times=((1200, 480),))


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-09-30", DayKind.WORKDAY),
        ("2026-10-01", DayKind.HOLIDAY),
        ("2026-10-03", DayKind.HOLIDAY),  # a Saturday of the holiday
        ("2026-10-10", DayKind.MAKE_UP),
        ("2026-10-11", DayKind.WEEKEND),
    ],
)
def test_what_a_day_is(day: str, kind: DayKind) -> None:
    assert CALENDAR.kind(date.fromisoformat(day)) is kind


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-09-30 08:59", False),
        ("2026-09-30 09:00", True),
        ("2026-09-30 11:59", True),
        ("2026-09-30 12:00", False),
        ("2026-09-30 17:59", True),
        ("2026-10-01 10:00", False),  # the national holiday, a Thursday
        ("2026-10-08 10:00", True),
        ("2026-10-10 10:00", True),  # a Saturday that is worked
        ("2026-10-11 10:00", False),
    ],
)
def test_office_hours_follow_the_state_council(moment: str, is_open: bool) -> None:
    assert OFFICE.at(beijing(moment), CALENDAR).open is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-10-01 19:59", False),
        ("2026-10-01 20:00", True),
        ("2026-10-02 02:00", True),
        ("2026-10-02 07:59", True),
        ("2026-10-02 08:00", False),
    ],
)
def test_a_night_runs_over_midnight(moment: str, is_open: bool) -> None:
    assert NIGHT.at(beijing(moment), CALENDAR).open is is_open


def test_the_night_after_the_last_working_day_is_that_day_s() -> None:
    """At two in the morning of 1 October it is still the night of Wednesday, which was worked; the next night is the holiday's."""
    working_nights = Hours(name="working-nights", times=((1200, 480),), counts=Counts.WORKDAYS)
    assert working_nights.at(beijing("2026-10-01 02:00"), CALENDAR).open
    assert not working_nights.at(beijing("2026-10-02 02:00"), CALENDAR).open


@pytest.mark.parametrize(
    ("hours", "moment", "why"),
    [
        (OFFICE, "2026-10-01 10:00", "Thursday 2026-10-01 is a statutory holiday"),
        (OFFICE, "2026-10-10 10:00", "Saturday 2026-10-10 is a make-up working day (调休), 10:00 is within 09:00-12:00"),
        (OFFICE, "2026-09-30 13:00", "Wednesday 2026-09-30 is a working day, 13:00 is outside 09:00-12:00, 14:00-18:00"),
        (NIGHT, "2026-10-01 02:00", "Wednesday 2026-09-30, 02:00 is within 20:00-08:00"),
        (Hours(name="sat", days=frozenset({5})), "2026-10-01 02:00", "Thursday 2026-10-01 is not among its days"),
        (Hours(name="d", dates=((date(2026, 12, 1), date(2026, 12, 2)),)), "2026-10-01", "Thursday 2026-10-01 is not among its dates"),
        (Hours(name="d", but=((date(2026, 10, 1), date(2026, 10, 1)),)), "2026-10-01 02:00", "Thursday 2026-10-01 is excepted"),
    ],
)
def test_it_says_why(hours: Hours, moment: str, why: str) -> None:
    assert hours.at(beijing(moment), CALENDAR).why == why


def test_a_year_without_a_table_says_so_plainly_and_refuses_nobody() -> None:
    with pytest.raises(CalendarYearMissing, match=r"calendar of 2031 is not known here: add it under deadlines.calendar"):
        CALENDAR.kind(date(2031, 10, 1))
    verdict = OFFICE.at(beijing("2031-10-01 10:00"), CALENDAR)  # a Wednesday
    assert verdict.open
    assert "(the State Council's calendar of 2031 is not known here, so weekends and nothing else are off)" in verdict.why


def test_a_table_of_one_s_own_counts_before_the_library_s() -> None:
    table = YearTable(holidays=frozenset({date(2031, 10, 1)}), make_up=frozenset({date(2031, 10, 11)}))
    calendar = Calendar(years={2031: table})
    assert not OFFICE.at(beijing("2031-10-01 10:00"), calendar).open
    assert OFFICE.at(beijing("2031-10-11 10:00"), calendar).open


def test_a_make_up_saturday_is_no_saturday_of_rest() -> None:
    rest = Hours(name="rest", counts=Counts.RESTDAYS)
    assert not rest.at(beijing("2026-10-10 10:00"), CALENDAR).open
    assert rest.at(beijing("2026-10-11 10:00"), CALENDAR).open
    assert not Hours(name="holidays", counts=Counts.HOLIDAYS).at(beijing("2026-10-11 10:00"), CALENDAR).open


def test_mondays_that_are_worked_have_no_make_up_saturday() -> None:
    mondays = Hours(name="mondays", days=frozenset({0}), counts=Counts.WORKDAYS)
    assert not mondays.at(beijing("2026-10-10 10:00"), CALENDAR).open


def test_the_zone_is_the_hotline_s_whoever_asks() -> None:
    assert OFFICE.at(datetime(2026, 9, 30, 1, 0, tzinfo=UTC), CALENDAR).open  # nine in the morning in Beijing
    shanghai = Calendar(zone=ZoneInfo("Asia/Shanghai"))
    for day in (date(2026, 3, 29), date(2026, 10, 25)):  # where others change their clocks
        [span] = NIGHT.spans(day, shanghai)
        assert span.until - span.since == timedelta(hours=12)


def test_the_whole_day_is_written_as_people_do() -> None:
    assert written(((0, DAY),)) == "00:00-24:00"


TIMES = st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)).filter(lambda span: span[0] != span[1])


@given(TIMES, st.frozensets(st.integers(0, 6)), st.sampled_from(Counts), st.integers(0, 6 * DAY))
def test_a_moment_is_open_exactly_where_a_span_holds_it(times: tuple[int, int], days: frozenset[int], counts: Counts, minute: int) -> None:
    hours = Hours(name="h", days=days, times=(times,), counts=counts)
    moment = beijing("2026-10-07 00:00") + timedelta(minutes=minute)
    spans = [span for day in range(-1, 9) for span in hours.spans(date(2026, 10, 7) + timedelta(days=day), CALENDAR)]
    assert hours.at(moment, CALENDAR).open is any(span.since <= moment < span.until for span in spans)
