"""Working days and the three clocks, by the State Council's calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.calendar import BEIJING, CalendarYearMissing, YearTable
from calls.errors import Refused
from tickets.calendar import OfficeHours, Season, WorkCalendar
from tickets.clocks import ClockKind, CountFrom, Within, due, within

CALENDAR = WorkCalendar()


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def due_at(start: str, limit: str, count_from: CountFrom = CountFrom.NEXT_WORKDAY, calendar: WorkCalendar = CALENDAR) -> str:
    return due(beijing(start), within(limit), count_from, calendar).strftime("%Y-%m-%d %H:%M")


def test_received_before_the_national_holiday_it_is_due_on_the_make_up_saturday() -> None:
    assert due_at("2025-09-30 16:20", "3wd") == "2025-10-11 18:00"


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2025-10-01", False),  # Wednesday, National Day
        ("2025-10-08", False),  # Wednesday, the last of eight days
        ("2025-10-11", True),  # Saturday, made up
        ("2025-09-28", True),  # Sunday, made up
        ("2025-10-12", False),  # Sunday
        ("2026-02-17", False),  # Spring Festival
        ("2026-11-20", True),
    ],
)
def test_holidays_and_make_up_days_are_known(day: str, worked: bool) -> None:
    assert CALENDAR.is_workday(date.fromisoformat(day)) is worked


def test_the_day_of_receipt_is_not_counted_at_whatever_hour() -> None:
    assert due_at("2026-11-19 00:01", "1wd") == due_at("2026-11-19 23:59", "1wd") == "2026-11-20 18:00"
    assert due_at("2026-11-21 10:00", "1wd") == "2026-11-23 18:00"  # Saturday -> Monday


def test_the_day_is_the_hotlines_not_greenwichs() -> None:
    late = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)  # 01:00 on the 20th in Beijing
    assert due(late, within("1wd"), CountFrom.NEXT_WORKDAY, CALENDAR) == beijing("2026-11-23 18:00")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-16 16:20", "2026-11-18 16:20"),
        ("2026-11-16 20:00", "2026-11-19 09:00"),  # after hours: from the next opening
        ("2026-11-16 12:30", "2026-11-18 14:00"),  # lunch
        ("2026-11-21 10:00", "2026-11-25 09:00"),  # Saturday
    ],
)
def test_from_the_instant_it_is_due_at_the_same_minute(start: str, expected: str) -> None:
    assert due_at(start, "2wd", CountFrom.INSTANT) == expected


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-11-16 10:00", "1wh", "2026-11-16 11:00"),
        ("2026-11-16 11:30", "1wh", "2026-11-16 14:30"),  # over lunch
        ("2026-11-16 17:30", "1wh", "2026-11-17 09:30"),  # over night
        ("2025-09-30 17:30", "1wh", "2025-10-09 09:30"),  # over the holiday
        ("2026-11-21 03:00", "1wh", "2026-11-23 10:00"),
        ("2026-11-16 09:00", "7wh", "2026-11-16 18:00"),  # a whole day
        ("2026-11-16 09:00", "8wh", "2026-11-17 10:00"),
    ],
)
def test_working_hours_run_only_while_the_offices_are_open(start: str, limit: str, expected: str) -> None:
    assert due_at(start, limit) == expected


def test_urgent_minutes_run_day_and_night() -> None:
    assert due_at("2026-02-17 23:50", "15min") == "2026-02-18 00:05"


def test_a_year_that_is_not_published_is_not_guessed() -> None:
    with pytest.raises(CalendarYearMissing, match="calendar of 2035 is not known") as missing:
        due_at("2035-03-01 10:00", "1wd")
    assert missing.value.fields == {"year": 2035}
    assert due_at("2035-03-01 10:00", "15min") == "2035-03-01 10:15"


def test_a_deadline_that_runs_into_such_a_year_is_not_guessed_either() -> None:
    known = YearTable(holidays=frozenset({date(2034, 1, 2)}), make_up=frozenset())
    calendar = WorkCalendar(years={2034: known})
    assert due_at("2034-12-28 10:00", "1wd", calendar=calendar) == "2034-12-29 18:00"
    with pytest.raises(CalendarYearMissing):
        due_at("2034-12-28 10:00", "2wd", calendar=calendar)


def test_a_configured_year_counts_before_the_librarys() -> None:
    table = YearTable(holidays=frozenset({date(2026, 11, 20)}), make_up=frozenset({date(2026, 11, 21)}))
    assert due_at("2026-11-19 10:00", "1wd", calendar=WorkCalendar(years={2026: table})) == "2026-11-21 18:00"


def test_office_hours_change_with_the_season_even_over_new_year() -> None:
    winter = Season(first=(11, 1), last=(4, 30), hours=((time(9), time(12)), (time(13, 30), time(17, 30))))
    calendar = WorkCalendar(office=OfficeHours(seasons=(winter,)))
    assert due_at("2026-11-16 10:00", "1wd", calendar=calendar) == "2026-11-17 17:30"
    assert due_at("2026-01-15 10:00", "1wd", calendar=calendar) == "2026-01-16 17:30"
    assert due_at("2026-06-15 10:00", "1wd", calendar=calendar) == "2026-06-16 18:00"
    assert due_at("2026-10-30 17:50", "1wd", CountFrom.INSTANT, calendar) == "2026-11-02 17:30"  # clamped into the shorter day


def test_a_named_zone_does_as_well() -> None:
    calendar = WorkCalendar(zone=ZoneInfo("Asia/Shanghai"))
    assert due_at("2025-09-30 16:20", "3wd", calendar=calendar) == "2025-10-11 18:00"


@pytest.mark.parametrize("text", ["", "5", "5 days", "0wd", "-1wd", "1.5wh", "五wd", "100000wd"])
def test_a_limit_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="write 5wd"):
        within(text)


def test_a_limit_is_said_in_the_fields_words() -> None:
    assert [str(within(text)) for text in ("5wd", "1wh", "15min")] == ["5 个工作日", "1 个工作小时", "15 分钟"]


MOMENTS = st.datetimes(datetime(2023, 1, 1), datetime(2025, 12, 31)).map(lambda moment: moment.replace(tzinfo=BEIJING))  # noqa: DTZ001 - made aware here
LIMITS = st.builds(Within, n=st.integers(1, 60), clock=st.sampled_from(ClockKind))


@settings(max_examples=200, deadline=None)
@given(MOMENTS, LIMITS, st.sampled_from(CountFrom), st.integers(0, 10_000))
def test_a_later_receipt_is_never_due_earlier_and_every_date_is_worked(
    start: datetime, limit: Within, count: CountFrom, later_min: int
) -> None:
    until = due(start, limit, count, CALENDAR)
    assert until > start
    assert due(start + timedelta(minutes=later_min), limit, count, CALENDAR) >= until
    assert due(start, Within(n=limit.n + 1, clock=limit.clock), count, CALENDAR) > until
    if limit.clock is not ClockKind.NATURAL:
        assert CALENDAR.is_workday(until.date())
        assert any(opens <= until.time() <= closes for opens, closes in CALENDAR.office.on(until.date()))


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2023, 1, 1), date(2025, 12, 31)), st.integers(1, 40))
def test_between_receipt_and_due_day_lie_exactly_so_many_working_days(day: date, n: int) -> None:
    until = due(datetime.combine(day, time(10), BEIJING), Within(n=n, clock=ClockKind.WORK_DAYS), CountFrom.NEXT_WORKDAY, CALENDAR).date()
    counted = [day + timedelta(days=number) for number in range(1, (until - day).days + 1)]
    assert sum(CALENDAR.is_workday(one) for one in counted) == n
