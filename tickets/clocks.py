"""The three clocks by which a time limit runs: working hours, working days, natural minutes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final

from calls.errors import Refused
from tickets.calendar import WorkCalendar


class ClockKind(StrEnum):
    """What is counted."""

    WORK_HOURS = "work_hours"  # hours in which the offices are open
    WORK_DAYS = "work_days"  # days by the State Council's calendar
    NATURAL = "natural"  # minutes, day and night


class CountFrom(StrEnum):
    """Where working days are counted from."""

    NEXT_WORKDAY = "next_workday"  # the day of receipt is not counted (民法典 art. 201); due when the offices close (art. 203)
    INSTANT = "instant"  # from the minute of receipt, or of the next opening, to the same minute n working days later


_UNITS: Final = {"wh": ClockKind.WORK_HOURS, "wd": ClockKind.WORK_DAYS, "min": ClockKind.NATURAL}
_WORDS: Final = {ClockKind.WORK_HOURS: "个工作小时", ClockKind.WORK_DAYS: "个工作日", ClockKind.NATURAL: "分钟"}
_SHORT: Final = re.compile(r"([1-9][0-9]{0,4}) ?(wh|wd|min)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """A time limit: n working hours, working days or natural minutes."""

    n: int
    clock: ClockKind

    def __str__(self) -> str:
        return f"{self.n} {_WORDS[self.clock]}"


def within(text: str) -> Within:
    """The limit of "5wd" (working days), "1wh" (working hours) or "15min".

    Raises: Refused.
    """
    found = _SHORT.fullmatch(text.strip())
    if found is None:
        raise Refused("time_limit_unreadable", f"{text!r:.40} is no time limit; write 5wd (working days), 1wh (working hours) or 15min")
    return Within(n=int(found[1]), clock=_UNITS[found[2]])


def due(start: datetime, limit: Within, count_from: CountFrom, calendar: WorkCalendar) -> datetime:
    """When the limit that runs from `start` is over, in the calendar's zone.

    Raises: CalendarYearMissing: it would have to be counted through a year whose holidays are not known.
    """
    if limit.clock is ClockKind.NATURAL:
        return calendar.local(start.astimezone(UTC) + timedelta(minutes=limit.n))
    if limit.clock is ClockKind.WORK_HOURS:
        return _after_open_time(start, timedelta(hours=limit.n), calendar)
    if count_from is CountFrom.NEXT_WORKDAY:
        last = next(islice(calendar.workdays_after(calendar.local(start).date()), limit.n - 1, None))
        return calendar.closing(last)
    opened, _ = next(calendar.open_spans(start))
    last = next(islice(calendar.workdays_after(opened.date()), limit.n - 1, None))
    hours = calendar.office.on(last)
    return calendar.at(last, _clamped(opened.time(), hours[0][0], hours[-1][1]))


def _after_open_time(start: datetime, left: timedelta, calendar: WorkCalendar) -> datetime:
    for since, until in calendar.open_spans(start):
        if until - since >= left:
            return since + left
        left -= until - since
    raise AssertionError("open_spans never ends")


def _clamped(moment: time, lowest: time, highest: time) -> time:
    return min(max(moment, lowest), highest)
