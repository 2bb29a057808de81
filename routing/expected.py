"""How long a waiting call will wait, from what stands before it at this moment.

The method, for the groups that are open to the call:

* seats: those on duty that serve any of them (each once) and have the skills, less those kept back for other classes;
* before it: the calls that rank before it, each weighed by the share of its own seats that are also this call's;
* a seat takes a call for S seconds (from the offer to the end of wrap-up), and one in P seconds of waiting brings a caller to
  give up: both are measured, and fade with time.

With n seats busy, one becomes free every S / n seconds; with j callers before it, one of them gives up every P / j. The
call is served when all before it and then one more seat have gone: sum over j from 0 to the calls before it of
1 / (n / S + j / P). That is the queue-length estimator of an M/M/n queue with impatient callers.

A rung that opens later shortens what is left: until then the call makes way at the pace of the groups open now, from then
on at the pace of all of them; and it is over at once where a seat of the new group is free by then.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

TYPICAL_WEIGHT: Final = 5
"""The configured service time counts at first as much as this many measured calls, and no more once `ENOUGH` are measured."""
ENOUGH: Final = 50
"""Measured calls that the steps weigh alike (store/redis/lua/service.lua)."""
PATIENT_S: Final = 3600.0
"""The measured patience counts only beside this much waiting in which nobody gave up."""
_SUMMED: Final = 200  # steps added up one by one; beyond, the integral differs by less than a thousandth


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A group's seats on duty: all, `able` that have the call's skills, `free` ones of these, and how many are kept from it."""

    all: int
    able: int
    free: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Calls that wait for the same groups: `before` rank before this one; `able` is the part of those groups' seats they may take."""

    open: frozenset[str]
    before: int
    able: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The hotline's own figures.

    Args:
        service: group -> (calls measured, their mean in seconds).
        typical_s: the service time where few calls were measured yet.
        gave_up, waited_s: callers who gave up, and how long all callers waited meanwhile.
    """

    service: Mapping[str, tuple[int, float]]
    typical_s: float
    gave_up: float = 0.0
    waited_s: float = 0.0

    def service_s(self, group: str) -> float:
        """How long a call of this group takes a seat."""
        measured, mean_s = self.service.get(group, (0, 0.0))
        typical = TYPICAL_WEIGHT * max(0.0, 1 - measured / ENOUGH)
        return (typical * self.typical_s + measured * mean_s) / (typical + measured)

    @property
    def leaving_a_second(self) -> float:
        """The chance that a waiting caller gives up within a second."""
        return self.gave_up / (self.waited_s + PATIENT_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a caller was told of his wait: his position (1 is next) and whole minutes; None where that was not said."""

    position: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What stands before a waiting call.

    Args:
        open: the groups open to it. to_come: (group, seconds until it opens), ascending.
        serving: each of these groups' seats.
        crews: groups -> seats on duty that serve just these.
        lines: of all these groups; its own among them.
        offered: a seat rings for it.
        expected_s: the wait that was expected when it joined, once that was noted.
        told, told_ago_s: what its caller was told last, and when.
    """

    open: frozenset[str]
    to_come: Sequence[tuple[str, float]] = ()
    serving: Mapping[str, Serving]
    crews: Mapping[frozenset[str], int]
    lines: Sequence[Line] = ()
    pace: Pace
    offered: bool = False
    waited_s: float = 0.0
    expected_s: float | None = None
    told: Told = Told()
    told_ago_s: float | None = None

    @property
    def position(self) -> int:
        """Its place among the calls that wait for the groups open to it; 1 is next."""
        return 1 + sum(line.before for line in self.lines if line.open & self.open)

    @property
    def wait_s(self) -> float | None:
        """How long the call will still wait (seconds); 0 while a seat rings, None while nobody on duty could take it."""
        if self.offered:
            return 0.0
        made, since_s, paced_s = 0.0, 0.0, math.inf
        for groups, at_s in self._openings():
            made += (at_s - since_s) / paced_s
            if made >= 1:
                return at_s - (made - 1) * paced_s
            since_s, paced_s = at_s, min(paced_s, self._paced_s(groups))
            if paced_s == 0:
                return at_s
        return since_s + (1 - made) * paced_s if paced_s < math.inf else None

    def _openings(self) -> list[tuple[frozenset[str], float]]:
        """The sets of open groups, from now on and from each rung to come."""
        found = [(self.open, 0.0)]
        for group, in_s in self.to_come:
            found.append((found[-1][0] | {group}, max(in_s, found[-1][1])))
        return found

    def _paced_s(self, groups: frozenset[str]) -> float:
        """The whole wait of a call that had these groups open all the time."""
        before = sum(line.before * self._shared(line, groups) for line in self.lines)
        free = max((self.serving[group].free - self.serving[group].kept for group in groups - self.open), default=0)
        if before < free:  # a free seat of a group that is open now is not for this call; one of a new group may be, after those before
            return 0.0
        seats = self._seats(groups) * self._able(groups) - sum(self.serving[group].kept for group in groups)
        if seats <= 0:
            return math.inf
        return waiting_s(before - max(0, free), seats / self._service_s(groups), self.pace.leaving_a_second)

    def _shared(self, line: Line, groups: frozenset[str]) -> float:
        """The part of the line's seats that are also this call's: so much of the line stands in its way."""
        its_seats = self._seats(line.open) * line.able
        if its_seats <= 0:
            return float(not line.open.isdisjoint(groups))
        shared = sum(seats for crew, seats in self.crews.items() if crew & line.open and crew & groups) * self._able(groups)
        return min(1.0, shared / its_seats)

    def _seats(self, groups: Collection[str]) -> int:
        """Seats on duty that serve any of the groups, each once."""
        return sum(seats for crew, seats in self.crews.items() if not crew.isdisjoint(groups))

    def _able(self, groups: frozenset[str]) -> float:
        """The part of the groups' seats that has the skills."""
        everybody = sum(self.serving[group].all for group in groups)
        return sum(self.serving[group].able for group in groups) / everybody if everybody else 0.0

    def _service_s(self, groups: frozenset[str]) -> float:
        able = sum(self.serving[group].able for group in groups)
        return sum(self.serving[group].able * self.pace.service_s(group) for group in groups) / able


def waiting_s(before: float, freed_a_second: float, leaving_a_second: float) -> float:
    """Until `before` others (a part of one counts as a part) and then this call itself have a seat.

    Args:
        freed_a_second: seats that become free. leaving_a_second: of each caller before it, the chance to give up.
    """
    whole = min(int(before), _SUMMED)
    waited_s = sum(1 / (freed_a_second + ahead * leaving_a_second) for ahead in range(whole + 1))
    more = before - whole
    if more <= 0:
        return waited_s
    pace = freed_a_second + (whole + 0.5) * leaving_a_second
    if leaving_a_second * more < pace / 1000:
        return waited_s + more / pace
    return waited_s + math.log1p(more * leaving_a_second / pace) / leaving_a_second


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitErrors:
    """How good the estimates were: real wait less expected wait, in seconds, over so many answered calls.

    Args:
        bias_s: the mean; positive where callers waited longer. error_s: the mean of its size.
        real_s: the mean of the real waits. within_minute: the part of the calls that were at most 60 s off.
    """

    calls: int
    bias_s: float
    error_s: float
    real_s: float
    within_minute: float


def wait_errors(waits: Sequence[tuple[float, float]]) -> WaitErrors | None:
    """Of (expected, real) waits; None where there are none."""
    if not waits:
        return None
    errors = [real - expected for expected, real in waits]
    calls = len(waits)
    return WaitErrors(
        calls=calls,
        bias_s=sum(errors) / calls,
        error_s=sum(map(abs, errors)) / calls,
        real_s=sum(real for _, real in waits) / calls,
        within_minute=sum(abs(error) <= 60 for error in errors) / calls,
    )
