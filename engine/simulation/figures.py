"""The figures of simulated days, made of their outcomes alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from statistics import fmean

from calls.events import from_ms
from engine.simulation.confidence import half_width
from engine.simulation.outcome import CallOutcome, DayOutcome, End
from whitelist.identify import CallerClass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """The callers of one class, all days together.

    Args:
        mean_s, p50_s, p95_s, max_s: how long those waited whom a seat answered; None where there were none.
        in_time: the share answered within `within_s`; who left earlier than that himself counts neither way. None: nobody counts.
        sure: in_time is off by no more than this (95 %), as far as several days can tell; None with a single day.
        rung: how many seats were rung for a call, on average.
    """

    calls: int
    answered: int
    abandoned: int
    ladder_end: int
    mean_s: float | None
    p50_s: float | None
    p95_s: float | None
    max_s: float | None
    within_s: float
    in_time: float | None
    sure: float | None
    rung: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """The seats of one group, all days together; a seat of two groups counts in both.

    Args:
        answered: calls the group's seats took for this group. occupancy: share of their time on duty in which seats rang, talked
            or wrapped up; None where nobody was on duty. away: share of it in which they were offered nothing, having missed a call.
    """

    seats: int
    answered: int
    declined: int
    missed: int
    occupancy: float | None
    away: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HourFigures:
    """The calls that began to wait in one hour, all classes, all days together; as in `ClassFigures`."""

    begins: datetime
    calls: int
    answered: int
    abandoned: int
    ladder_end: int
    p95_s: float | None
    in_time: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LongestWait:
    """The caller who waited longest of all, answered or not."""

    waited_s: float
    caller_class: CallerClass
    end: End
    queued: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that is told of the days."""

    days: int
    calls: int
    closed: int
    voicemails: int
    classes: Mapping[CallerClass, ClassFigures]
    groups: Mapping[str, GroupFigures]
    hours: Sequence[HourFigures]
    longest: LongestWait | None


def figures_of(days: Sequence[DayOutcome], *, within_s: float, zone: tzinfo = UTC) -> Figures:
    """The figures of these days. zone: the hotline's, whose hours are told."""
    calls = [call for day in days for call in day.calls]
    classes = [name for name in CallerClass if any(call.caller_class is name for call in calls)]
    groups = dict.fromkeys(group for day in days for seat in day.seats.values() for group in seat.groups)
    return Figures(
        days=len(days),
        calls=len(calls),
        closed=sum(day.closed for day in days),
        voicemails=sum(day.voicemails for day in days),
        classes={name: _class_figures(days, name, within_s) for name in classes},
        groups={name: _group_figures(days, name) for name in groups},
        hours=_hours(calls, within_s, zone),
        longest=_longest(calls, zone),
    )


def in_time_of(days: Sequence[DayOutcome], caller_class: CallerClass, within_s: float) -> tuple[float | None, float | None]:
    """The share answered within so long, and how sure that is (see `ClassFigures`)."""
    of_days = [_in_time([call for call in day.calls if call.caller_class is caller_class], within_s) for day in days]
    counted = sum(of for _, of in of_days)
    shares = [met / of for met, of in of_days if of]
    sure = half_width(shares)
    return sum(met for met, _ in of_days) / counted if counted else None, sure if math.isfinite(sure) else None


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """By the nearest rank; None of nothing."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else None


def _in_time(calls: Sequence[CallOutcome], within_s: float) -> tuple[int, int]:
    """How many were answered in time, of how many that count."""
    counting = [call for call in calls if call.end is End.ANSWERED or call.waited_s >= within_s]
    return sum(call.end is End.ANSWERED and call.waited_s <= within_s for call in counting), len(counting)


def _class_figures(days: Sequence[DayOutcome], name: CallerClass, within_s: float) -> ClassFigures:
    calls = [call for day in days for call in day.calls if call.caller_class is name]
    waits = sorted(call.waited_s for call in calls if call.end is End.ANSWERED)
    in_time, sure = in_time_of(days, name, within_s)
    return ClassFigures(
        calls=len(calls),
        answered=len(waits),
        abandoned=sum(call.end is End.ABANDONED for call in calls),
        ladder_end=sum(call.end is End.LADDER_END for call in calls),
        mean_s=fmean(waits) if waits else None,
        p50_s=percentile(waits, 50),
        p95_s=percentile(waits, 95),
        max_s=waits[-1] if waits else None,
        within_s=within_s,
        in_time=in_time,
        sure=sure,
        rung=fmean(call.rung for call in calls),
    )


def _group_figures(days: Sequence[DayOutcome], name: str) -> GroupFigures:
    seats = [seat for day in days for seat in day.seats.values() if name in seat.groups]
    on_duty_s = sum(seat.on_duty_s for seat in seats)
    return GroupFigures(
        seats=len(seats) // len(days),
        answered=sum(call.group == name for day in days for call in day.calls),
        declined=sum(seat.declined for seat in seats),
        missed=sum(seat.missed for seat in seats),
        occupancy=sum(seat.busy_s for seat in seats) / on_duty_s if on_duty_s else None,
        away=sum(seat.away_s for seat in seats) / on_duty_s if on_duty_s else None,
    )


def _hours(calls: Sequence[CallOutcome], within_s: float, zone: tzinfo) -> list[HourFigures]:
    by_hour: dict[datetime, list[CallOutcome]] = {}
    for call in calls:
        begins = from_ms(call.queued_ms).astimezone(zone).replace(minute=0, second=0, microsecond=0)
        by_hour.setdefault(begins, []).append(call)
    return [_hour(begins, by_hour[begins], within_s) for begins in sorted(by_hour)]


def _hour(begins: datetime, calls: Sequence[CallOutcome], within_s: float) -> HourFigures:
    waits = sorted(call.waited_s for call in calls if call.end is End.ANSWERED)
    met, counted = _in_time(calls, within_s)
    return HourFigures(
        begins=begins,
        calls=len(calls),
        answered=len(waits),
        abandoned=sum(call.end is End.ABANDONED for call in calls),
        ladder_end=sum(call.end is End.LADDER_END for call in calls),
        p95_s=percentile(waits, 95),
        in_time=met / counted if counted else None,
    )


def _longest(calls: Sequence[CallOutcome], zone: tzinfo) -> LongestWait | None:
    if not calls:
        return None
    call = max(calls, key=lambda call: call.waited_s)
    queued = from_ms(call.queued_ms).astimezone(zone)
    return LongestWait(waited_s=call.waited_s, caller_class=call.caller_class, end=call.end, queued=queued)
