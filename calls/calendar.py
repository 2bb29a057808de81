"""Days by the State Council's calendar, with holidays and 调休 make-up days: what opening times, shifts and deadlines are told by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Final

import chinese_calendar

from calls.errors import Fault

BEIJING: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
ONE_DAY: Final = timedelta(days=1)
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class CalendarYearMissing(Fault):
    """The holidays of a year are not known, so that no date in it can be counted."""

    def __init__(self, year: int) -> None:
        super().__init__(
            "calendar_year_missing",
            f"The State Council's calendar of {year} is not known here: add it under deadlines.calendar, or update Zhida.",
            year=year,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTable:
    """A year as the State Council's notice gives it. All other Mondays to Fridays are worked, all other weekends are not.

    Args:
        holidays: days off. make_up: Saturdays and Sundays that are worked (调休).
    """

    holidays: frozenset[date]
    make_up: frozenset[date]


class DayKind(StrEnum):
    """What a day is by the calendar; its value is how people say it."""

    WORKDAY = "a working day"
    MAKE_UP = "a make-up working day (调休)"
    WEEKEND = "a weekend"
    HOLIDAY = "a statutory holiday"

    @property
    def worked(self) -> bool:
        """Whether offices work on it."""
        return self in (DayKind.WORKDAY, DayKind.MAKE_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What each day is, and when it begins here.

    Args:
        years: tables for years the library does not have yet, or has otherwise; they count before the library's.
    """

    years: Mapping[int, YearTable] = field(default_factory=dict)
    zone: tzinfo = BEIJING

    def kind(self, day: date) -> DayKind:
        """Raises: CalendarYearMissing."""
        return day_kind(day, self.years)

    def at(self, day: date, minute: int) -> datetime:
        """That minute of that day, here; 1440 is the next day's first."""
        return datetime.combine(day + minute // 1440 * ONE_DAY, time(minute % 1440 // 60, minute % 60), self.zone)


def day_kind(day: date, years: Mapping[int, YearTable]) -> DayKind:
    """What the day is by these tables, or else the library's. Raises: CalendarYearMissing."""
    table = years.get(day.year)
    if table is None:
        return _published_kind(day)
    if day in table.make_up:
        return DayKind.MAKE_UP
    return DayKind.HOLIDAY if day in table.holidays else plain_kind(day)


def plain_kind(day: date) -> DayKind:
    """What the day is where no notice says otherwise."""
    return DayKind.WORKDAY if day.weekday() < 5 else DayKind.WEEKEND


@lru_cache(maxsize=4096)  # the library looks through its whole table for each day it is asked about
def _published_kind(day: date) -> DayKind:
    try:
        worked, (_, name) = chinese_calendar.is_workday(day), chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        raise CalendarYearMissing(day.year) from None
    usual = plain_kind(day)
    if worked:
        return DayKind.WORKDAY if usual.worked else DayKind.MAKE_UP
    return DayKind.HOLIDAY if name or usual.worked else DayKind.WEEKEND
