"""A ticket's deadline, with the article it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from calls.calendar import CalendarYearMissing
from tickets.calendar import WorkCalendar
from tickets.clocks import CountFrom, Within, due
from tickets.types import NAMES, TicketType


class Lane(StrEnum):
    """Sichuan handles enterprises' requests on a lane of their own, with other limits."""

    ENTERPRISE = "enterprise"
    GENERAL = "general"


class StopOn(StrEnum):
    """What stops the clock."""

    CLOSED = "closed"  # 办结 (Sichuan, Yancheng)
    REPLIED = "replied"  # 答复服务对象 (Jiangsu measures art. 11)


class Duty(StrEnum):
    """Limits beside the ticket's own; what starts each comes with the life of a dispatched ticket."""

    SIGN = "sign_within"  # the unit signs for the ticket and calls the caller
    COMPLEX = "complex"  # 疑难复杂: in place of the type's limit
    DISPATCH = "dispatch_within"  # 特殊紧急: the ticket reaches the unit
    OWNERSHIP = "decide_within"  # an unclear owner is decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A limit and the article that sets it, in words."""

    within: Within
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRules:
    """The limits of a city, as a preset and the hotline's own configuration give them.

    Args:
        name: preset and version, e.g. "js/yancheng 2026-11-20".
        resolve: the limit for each lane and type; may be empty.
        returns: until when a unit may hand a ticket back as not its own; empty where it may not.
    """

    name: str
    resolve: Mapping[tuple[Lane, TicketType], Term]
    count_from: CountFrom = CountFrom.NEXT_WORKDAY
    stop_on: StopOn = StopOn.CLOSED
    duties: Mapping[Duty, Term] = field(default_factory=dict)
    returns: Mapping[TicketType, Term] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Until when a ticket is to be done, or why that cannot be said.

    Args:
        due: aware; None where there is a problem.
        within: the limit in words ("5 个工作日"). source: the article it comes from.
        provisional: the ticket has no type yet, so this is the strictest of its lane's limits.
        problem: why there is no date, or "".
        lane, type, received, rules: what it was reckoned from; it stands until one of the first three changes.
    """

    due: datetime | None
    within: str
    source: str
    stop_on: StopOn
    provisional: bool
    problem: str
    lane: Lane
    type: TicketType | None
    received: datetime
    rules: str


ENTERPRISE_CLASSES: Final = frozenset({"key_enterprise", "project"})


def lane_of(caller_class: str) -> Lane:
    """Key enterprises and projects have the enterprises' lane."""
    return Lane.ENTERPRISE if caller_class in ENTERPRISE_CLASSES else Lane.GENERAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Reckons deadlines by one set of rules and one calendar."""

    rules: DeadlineRules
    calendar: WorkCalendar

    def of(self, *, caller_class: str, type: TicketType | None, received: datetime) -> Deadline:  # noqa: A002 - the ticket's own word
        """The deadline of such a ticket.

        Without a type it is the strictest of the lane: whatever the ticket turns out to be, it is not late then, and
        giving it a type can only give it more time.
        """
        lane = lane_of(caller_class)
        unknown = Deadline(
            due=None,
            within="",
            source="",
            stop_on=self.rules.stop_on,
            provisional=type is None,
            problem="",
            lane=lane,
            type=type,
            received=received,
            rules=self.rules.name,
        )
        terms = [term for (its_lane, kind), term in self.rules.resolve.items() if its_lane is lane and type in (None, kind)]
        if not terms:
            wanted = NAMES[type] if type else "any type"
            return replace(unknown, problem=f"The rules {self.rules.name} set no limit for {wanted}.")
        return self._strictest(unknown, terms)

    def sign_by(self, since: datetime) -> tuple[datetime | None, str]:
        """Until when a department signs for a ticket that came to it then, and by which article; None where that cannot be said."""
        term = self.rules.duties.get(Duty.SIGN)
        if term is None:
            return None, ""
        try:
            return due(since, term.within, self.rules.count_from, self.calendar), term.source
        except CalendarYearMissing:
            return None, term.source

    def _strictest(self, unknown: Deadline, terms: Sequence[Term]) -> Deadline:
        dates: list[tuple[datetime, Term]] = []
        problem = ""
        for term in terms:
            try:
                dates.append((due(unknown.received, term.within, self.rules.count_from, self.calendar), term))
            except CalendarYearMissing as missing:
                problem = missing.sentence  # a limit that runs into an unknown year is longer than any that does not
        until, term = min(dates, key=_date, default=(None, terms[0]))
        source = f"诉求类型未定，暂按最严时限：{term.source}" if unknown.provisional else term.source
        return replace(unknown, due=until, within=str(term.within), source=source, problem="" if until else problem)


def _date(dated: tuple[datetime, Term]) -> datetime:
    return dated[0]
