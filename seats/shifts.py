"""Shifts (排班): who is on duty in a group, when nobody is, and where fewer are signed in than there should be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from calls.calendar import ONE_DAY, Calendar
from calls.hours import EVERY_DAY, Dates, Hours, Span, within
from seats.seat import Seat
from seats.state import SeatState

AHEAD: Final = timedelta(days=8)
"""So far ahead the next change of shift is looked for."""

_ALWAYS: Final = Hours(name="always")
_NOT_SIGNED_IN: Final = frozenset({SeatState.LOGGED_OUT, SeatState.UNREACHABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A rotation of so many days, of which `begins` is one first; `on` counts from 1."""

    days: int
    begins: date
    on: frozenset[int]

    def holds_on(self, day: date) -> bool:
        """Whether the day is one of `on`."""
        return (day - self.begins).days % self.days + 1 in self.on


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Who is on duty when. What begins on a day belongs to that day, also over midnight.

    Args:
        seats, agents: who; none of either is nobody.
        hours: in any of these. days: on these weekdays (Monday is 0). dates: on these days only; empty: on any.
    """

    seats: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = (_ALWAYS,)
    days: frozenset[int] = EVERY_DAY
    cycle: Cycle | None = None
    dates: tuple[Dates, ...] = ()

    def spans(self, day: date, calendar: Calendar) -> Iterator[Span]:
        """What begins on that day."""
        if day.weekday() not in self.days or (self.dates and not within(day, self.dates)):
            return
        if self.cycle is None or self.cycle.holds_on(day):
            for hours in self.hours:
                yield from hours.spans(day, calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A group's shifts.

    Args:
        exceptions: hold instead of all duties for what begins on their dates.
        days: hold instead of duties and exceptions for what begins on that day (an imported 值班表).
        hours: when somebody must be on duty.
        least: so many must be signed in while anybody is on duty; None: as many as are on duty.
    """

    group: str
    duties: tuple[Duty, ...]
    exceptions: tuple[Duty, ...] = ()
    days: Mapping[date, tuple[Duty, ...]] = field(default_factory=dict)
    hours: tuple[Hours, ...] = (_ALWAYS,)
    least: int | None = None

    def duties_of(self, day: date) -> Sequence[Duty]:
        """Those that hold for what begins on that day."""
        if day in self.days:
            return self.days[day]
        return [one for one in self.exceptions if within(day, one.dates)] or self.duties

    def spans(self, days: Iterable[date], calendar: Calendar) -> Iterator[tuple[Span, Duty]]:
        """Who is on duty when, of what begins on these days."""
        for day in days:
            for duty in self.duties_of(day):
                for span in duty.spans(day, calendar):
                    yield span, duty


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """Who is on duty in a group at a moment.

    Args:
        wanted: how many of the group's seats should be signed in.
        until: when others will be; None: not within `AHEAD`.
    """

    group: str
    seats: tuple[str, ...]
    agents: tuple[str, ...]
    wanted: int
    until: datetime | None = None

    @property
    def anybody(self) -> bool:
        """Whether it is anybody."""
        return bool(self.seats or self.agents)


def on_duty(roster: Roster, at: datetime, calendar: Calendar) -> OnDuty:
    """Who is on duty at this moment (aware), and until when."""
    spans = list(roster.spans(_days(at, at + AHEAD, calendar), calendar))
    now = _who(roster, spans, at)
    edges = sorted({edge for span, _ in spans for edge in (span.since, span.until) if at < edge <= at + AHEAD})
    until = next((edge for edge in edges if _who(roster, spans, edge) != now), None)
    return OnDuty(group=now.group, seats=now.seats, agents=now.agents, wanted=now.wanted, until=until)


def _who(roster: Roster, spans: Sequence[tuple[Span, Duty]], at: datetime) -> OnDuty:
    duties = [duty for span, duty in spans if span.since <= at < span.until]
    seats = tuple(sorted({seat for duty in duties for seat in duty.seats}))
    agents = tuple(sorted({agent for duty in duties for agent in duty.agents}))
    everybody = len(seats) + len(agents)
    wanted = everybody if roster.least is None else min(roster.least, everybody)
    return OnDuty(group=roster.group, seats=seats, agents=agents, wanted=wanted)


def gaps(roster: Roster, since: datetime, until: datetime, calendar: Calendar) -> list[Span]:
    """When nobody is on duty though somebody must be, between two moments (aware)."""
    days = list(_days(since, until, calendar))
    wanted = _joined(span for day in days for hours in roster.hours for span in hours.spans(day, calendar))
    covered = _joined(span for span, duty in roster.spans(days, calendar) if duty.seats or duty.agents)
    bare = (left for span in wanted for left in _less(span, covered))
    cut = (Span(since=max(one.since, since.astimezone(UTC)), until=min(one.until, until.astimezone(UTC))) for one in bare)
    return [one for one in cut if one.since < one.until]


def _days(since: datetime, until: datetime, calendar: Calendar) -> Iterator[date]:
    """The days on which something begins that may reach into this time."""
    day = since.astimezone(calendar.zone).date() - ONE_DAY
    while day <= until.astimezone(calendar.zone).date():
        yield day
        day += ONE_DAY


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that do not touch, ascending."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: one.since):
        if joined and span.since <= joined[-1].until:
            joined[-1] = Span(since=joined[-1].since, until=max(joined[-1].until, span.until))
        else:
            joined.append(span)
    return joined


def _less(span: Span, others: Sequence[Span]) -> Iterator[Span]:
    """What is left of the span without the others, which are ascending and do not touch."""
    since = span.since
    for other in others:
        if other.until <= since or other.since >= span.until:
            continue
        if other.since > since:
            yield Span(since=since, until=other.since)
        since = max(since, other.until)
    if since < span.until:
        yield Span(since=since, until=span.until)


class Lack(StrEnum):
    """What a group lacks."""

    NOBODY = "nobody"  # somebody should be signed in, and nobody is
    SHORT = "short"  # fewer are signed in than should be
    GAP = "gap"  # nobody is on duty, now or soon


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A group that lacks somebody.

    Args:
        sentence: for people; it names nobody, because /healthz shows it to everyone.
        missing: who is on duty and not signed in: seats, then agents.
        since: when nobody will be (or is) on duty, where it is a gap.
    """

    group: str
    lack: Lack
    sentence: str
    missing: tuple[str, ...] = ()
    since: datetime | None = None


def signed_in(group: str, seats: Iterable[Seat]) -> list[Seat]:
    """The group's seats at which somebody is signed in, with a phone that can be reached."""
    return [seat for seat in seats if group in seat.groups and seat.state not in _NOT_SIGNED_IN]


def missing(duty: OnDuty, seats: Sequence[Seat]) -> list[str]:
    """Who is on duty and not signed in: seats, then agents."""
    there = signed_in(duty.group, seats)
    ids, agents = {seat.seat_id for seat in there}, {seat.agent for seat in there}
    return [*(seat for seat in duty.seats if seat not in ids), *(agent for agent in duty.agents if agent not in agents)]


def lack_now(duty: OnDuty, seats: Sequence[Seat], label: str) -> Shortage | None:
    """What the group lacks at this moment of those who should be signed in."""
    there = len(signed_in(duty.group, seats))
    if there >= duty.wanted:
        return None
    sentence = f"{label}: {there or 'nobody'} signed in, {duty.wanted} wanted."
    return Shortage(group=duty.group, lack=Lack.SHORT if there else Lack.NOBODY, sentence=sentence, missing=tuple(missing(duty, seats)))


def lack_soon(roster: Roster, at: datetime, before_s: float, calendar: Calendar, label: str) -> Shortage | None:
    """Whether nobody is on duty now or within so many seconds, though somebody must be."""
    soon = at + timedelta(seconds=before_s)
    found = gaps(roster, at, max(soon, at + timedelta(seconds=1)), calendar)
    if not found:
        return None
    begins = found[0].since
    whole = next(iter(gaps(roster, begins, begins + AHEAD, calendar)))
    since, until = (moment.astimezone(calendar.zone) for moment in (begins, whole.until))
    when = "now" if begins <= at else f"from {since:%Y-%m-%d %H:%M} on"
    ends = "for more than a week" if whole.until >= begins + AHEAD else f"until {until:%Y-%m-%d %H:%M}"
    return Shortage(group=roster.group, lack=Lack.GAP, sentence=f"{label}: nobody is on duty {when}, {ends}.", since=begins)
