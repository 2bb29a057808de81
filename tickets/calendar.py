"""Working days by the State Council's calendar, and the hours an office is open on them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo

from calls.calendar import BEIJING, ONE_DAY, YearTable, day_kind

Hours = tuple[tuple[time, time], ...]
MonthDay = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Other office hours from one day of the year to another (both included); may run over New Year."""

    first: MonthDay
    last: MonthDay
    hours: Hours

    def holds_on(self, day: date) -> bool:
        """Whether the day lies in the season."""
        today = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= today <= self.last
        return today >= self.first or today <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """When the offices that handle tickets are open on a working day; none of the published plans says it."""

    hours: Hours = ((time(9), time(12)), (time(14), time(18)))
    seasons: tuple[Season, ...] = ()

    def on(self, day: date) -> Hours:
        """The hours of that day, if it is worked."""
        return next((season.hours for season in self.seasons if season.holds_on(day)), self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """Which days are worked, and when.

    Args:
        years: tables for years the library does not have yet, or has otherwise; they count before the library's.
    """

    years: Mapping[int, YearTable] = field(default_factory=dict)
    office: OfficeHours = OfficeHours()
    zone: tzinfo = BEIJING

    def is_workday(self, day: date) -> bool:
        """Raises: CalendarYearMissing."""
        return day_kind(day, self.years).worked

    def workdays_after(self, day: date) -> Iterator[date]:
        """The working days after this one, for ever, or until CalendarYearMissing."""
        while True:
            day += ONE_DAY
            if self.is_workday(day):
                yield day

    def open_spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is left of the opening hours from `start` on, span by span, in this calendar's zone."""
        start = start.astimezone(self.zone)
        day = start.date()
        while True:
            for opens, closes in self.office.on(day) if self.is_workday(day) else ():
                since, until = self.at(day, opens), self.at(day, closes)
                if until > start:
                    yield max(since, start), until
            day += ONE_DAY

    def closing(self, day: date) -> datetime:
        """When the offices close on that working day."""
        return self.at(day, self.office.on(day)[-1][1])

    def at(self, day: date, moment: time) -> datetime:
        """That moment of that day, here."""
        return datetime.combine(day, moment, self.zone)

    def local(self, moment: datetime) -> datetime:
        """The moment, here."""
        return moment.astimezone(UTC).astimezone(self.zone)
