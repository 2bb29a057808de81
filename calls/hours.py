"""Named times of the week, such as office hours or nights, by weekday, date and the State Council's calendar."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from calls.calendar import ONE_DAY, WEEKDAYS, Calendar, CalendarYearMissing, DayKind, plain_kind

DAY: Final = 1440
"""Minutes."""

_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")

EVERY_DAY: Final = frozenset(range(7))
MONDAY_TO_FRIDAY: Final = frozenset(range(5))

Minutes = tuple[int, int]
"""A span of the day, from one minute of it to another (not included); one that ends no later than it begins runs over midnight."""
Dates = tuple[date, date]
"""From one day to another, both included."""


class Counts(StrEnum):
    """Which days count."""

    EVERY = "every"  # whatever the calendar says of them
    WORKDAYS = "workdays"  # those that are worked, with 调休
    RESTDAYS = "restdays"  # those that are not
    HOLIDAYS = "holidays"  # statutory holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time (UTC), `until` not included."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a moment lies in the hours, and why, as the second half of a sentence."""

    open: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Times that recur. A span over midnight belongs to the day on which it begins.

    Args:
        days: weekdays, Monday is 0. times: spans of the day, ascending.
        counts: which of these days count. A make-up day (a Saturday, say) counts as worked where its own weekday is named, and where
            Monday to Friday all are.
        dates: on these days only; empty: on any. but: never on these.
    """

    name: str
    days: frozenset[int] = EVERY_DAY
    times: tuple[Minutes, ...] = ((0, DAY),)
    counts: Counts = Counts.EVERY
    dates: tuple[Dates, ...] = ()
    but: tuple[Dates, ...] = ()

    def spans(self, day: date, calendar: Calendar) -> Iterator[Span]:
        """What begins on that day."""
        if self._day(day, calendar).open:
            for begin, end in self.times:
                since, until = calendar.at(day, begin), calendar.at(day, end if end > begin else end + DAY)
                yield Span(since=since.astimezone(UTC), until=until.astimezone(UTC))

    def at(self, moment: datetime, calendar: Calendar) -> Verdict:
        """Whether the moment (aware) lies in them, with the reason.

        Never refuses: where a year's calendar is not known, Mondays to Fridays count as working days, and the reason says so.
        """
        local = moment.astimezone(UTC).astimezone(calendar.zone)
        today = local.date()
        for day in (today, today - ONE_DAY):
            for span, minutes in zip(self.spans(day, calendar), self.times, strict=False):
                if span.since <= moment < span.until:
                    return Verdict(open=True, why=f"{self._day(day, calendar).why}, {local:%H:%M} is within {written([minutes])}")
        told = self._day(today, calendar)
        if told.open:
            return Verdict(open=False, why=f"{told.why}, {local:%H:%M} is outside {written(self.times)}")
        return told

    def _day(self, day: date, calendar: Calendar) -> Verdict:
        called = f"{WEEKDAYS[day.weekday()]} {day}"
        if self.dates and not within(day, self.dates):
            return Verdict(open=False, why=f"{called} is not among its dates")
        if within(day, self.but):
            return Verdict(open=False, why=f"{called} is excepted")
        if self.counts is Counts.EVERY:
            holds = day.weekday() in self.days
            return Verdict(open=holds, why=called if holds else f"{called} is not among its days")
        kind, assumed = _kind(day, calendar)
        return Verdict(open=self._counts(day, kind), why=f"{called} is {kind}{assumed}")

    def _counts(self, day: date, kind: DayKind) -> bool:
        if self.counts is Counts.WORKDAYS and kind is DayKind.MAKE_UP and self.days >= MONDAY_TO_FRIDAY:
            return True
        wanted = {Counts.WORKDAYS: kind.worked, Counts.RESTDAYS: not kind.worked, Counts.HOLIDAYS: kind is DayKind.HOLIDAY}
        return day.weekday() in self.days and wanted[self.counts]


def _kind(day: date, calendar: Calendar) -> tuple[DayKind, str]:
    try:
        return calendar.kind(day), ""
    except CalendarYearMissing:
        return plain_kind(day), f" (the State Council's calendar of {day.year} is not known here, so weekends and nothing else are off)"


def read_span(text: str) -> Minutes:
    """The span of "09:00-12:00". Raises: ValueError: it is none; the text says what is wrong and what is allowed."""
    ends = [_CLOCK.fullmatch(part.strip()) for part in text.split("-")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        raise ValueError(f"{text!r:.40} is not a span of the day; write 09:00-12:00, or 18:00-08:00 for one over midnight")
    begin, end = (int(found[1]) * 60 + int(found[2]) for found in ends if found is not None)
    if begin >= DAY or end > DAY or begin == end:
        raise ValueError(f"{text!r:.40} is not a span of the day; the whole day is 00:00-24:00")
    return begin, end


def within(day: date, dates: Sequence[Dates]) -> bool:
    """Whether the day lies in one of these."""
    return any(first <= day <= last for first, last in dates)


def written(times: Sequence[Minutes]) -> str:
    """Spans of the day as people write them: 09:00-12:00, 14:00-18:00."""
    return ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in times)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
