"""Erlang's formulas: what a single group with one kind of caller comes to in the long run, arrivals and talks being exponential.

They know no ladder, no ranks, no declined offer and no wrap-up that ends early; `zhida simulate` does, and is held against
them where they apply. Sources: A. K. Erlang 1917 (C); C. Palm 1957 (A, callers with exponential patience).
"""

import math
from dataclasses import dataclass
from itertools import count
from typing import Final

_LARGE: Final = 1e200


def erlang_b(seats: int, load: float) -> float:
    """The probability that all of so many seats are busy where nobody waits.

    Args:
        load: offered, in erlangs: calls a second × seconds a call.
    """
    blocked = 1.0
    for seat in range(1, seats + 1):
        blocked = load * blocked / (seat + load * blocked)
    return blocked


def erlang_c(seats: int, load: float) -> float:
    """The probability that a caller has to wait at all; 1 where the seats cannot carry the load."""
    if load >= seats:
        return 1.0
    blocked = erlang_b(seats, load)
    return seats * blocked / (seats - load * (1 - blocked))


def mean_wait_s(seats: int, load: float, *, talk_s: float) -> float:
    """How long a caller waits on average who never gives up; infinite where the seats cannot carry the load."""
    return erlang_c(seats, load) * talk_s / (seats - load) if load < seats else math.inf


def in_time(seats: int, load: float, *, talk_s: float, within_s: float) -> float:
    """The share of callers (who never give up) that a seat answers within so long."""
    if load >= seats:
        return 0.0
    return 1 - erlang_c(seats, load) * math.exp(-(seats - load) * within_s / talk_s)


def seats_for(load: float, *, talk_s: float, within_s: float, share: float) -> int:
    """The fewest seats that answer this share (below 1) of the callers within so long."""
    return next(seats for seats in count(int(load)) if in_time(seats, load, talk_s=talk_s, within_s=within_s) >= share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impatient:
    """Erlang A. abandoned: the share of callers that leave. mean_wait_s: of all callers, those that leave among them."""

    abandoned: float
    mean_wait_s: float


def erlang_a(seats: int, load: float, *, talk_s: float, patience_s: float) -> Impatient:
    """Callers that wait leave after an exponential time of this mean.

    The states of the queue are the numbers of callers; those that are too improbable to change anything are left out.
    """
    weight = total = 1.0
    waiting = 0.0
    for callers in count(1):
        leaving = min(callers, seats) / talk_s + max(0, callers - seats) / patience_s
        weight *= load / talk_s / leaving
        total += weight
        waiting += weight * max(0, callers - seats)
        if callers > seats and weight < 1e-16 * total:
            break
        if total > _LARGE:
            weight, total, waiting = weight / _LARGE, total / _LARGE, waiting / _LARGE
    rate = load / talk_s
    return Impatient(abandoned=waiting / total / patience_s / rate, mean_wait_s=waiting / total / rate)
