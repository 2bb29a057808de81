"""Calling back: when whose turn it is, and the order that a call-back is placed by. Pure.

The rule. Who chose by key to be called back has his place in the waiting room, as if he had stayed: a virtual call with his own
arrival and rank. Whoever left without that is called back only by a seat that stands free, which no waiting caller may take: so
no live caller of any class waits longer for a call-back than for the end of a talk that began while nobody waited for that seat.
Among those who are called back, key enterprises come first, then who came first. A call-back is never begun without a free seat
of its ladder for it alone, and the caller's phone is rung only once a seat has answered.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final, Protocol

from seats.seat import Phone, Seat
from seats.state import SeatState

_CALL_ID: Final = re.compile(r"back-[A-Za-z0-9_-]+-[0-9]+\.1\Z")


RESTING: Final = "resting"
"""What has the lease of a number that was tried a moment ago."""


class Cause(StrEnum):
    """Why somebody is called back."""

    ASKED = "asked"  # he chose it by key while he waited
    LEFT = "left"  # by configuration, because he left before a seat answered
    CLICKED = "clicked"  # a person ordered it for a seat


class Reach(StrEnum):
    """What became of ringing the caller; a value of CallerNotReached.outcome, or reached."""

    REACHED = "reached"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    FAILED = "failed"
    CANCELLED = "cancelled"  # the seat hung up while his phone rang


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRules:
    """What the configuration says.

    Args:
        auto: whether those who left are called back without anybody's doing.
        not_before, not_after: the hours for that, by the hotline's clock in `zone`.
        attempts: his phone is rung at most so often by itself; then it is for people to decide.
        every_s: from one attempt's end to the next. after_s: at the earliest so long after he left.
        keep_free: so many free seats of a group are left for callers.
        wait_s: who chose by key keeps his place so long at most; then he is called back as one who left.
        ring_s: his phone rings at most this long.
    """

    auto: bool = False
    not_before: time = time(9)
    not_after: time = time(20)
    zone: tzinfo = UTC
    attempts: int = 3
    every_s: float = 900.0
    after_s: float = 60.0
    keep_free: int = 0
    wait_s: float = 7200.0
    ring_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Somebody who is to be called back, as the list has him.

    Args:
        left: when he last left. asked: when he chose it by key, since the last attempt; None where he did not.
        chosen: whether he ever chose it: then he is tried again also without `auto`.
        attempts: how often his phone was rung; tried: when that was over for the last time.
        voicemail: he left a voice message, which a person hears before he is called, unless he chose it by key.
    """

    task_id: str
    number: str
    caller_class: str
    arrived: datetime
    left: datetime
    asked: datetime | None
    chosen: bool
    attempts: int
    tried: datetime | None
    claimed: bool
    trusted: bool
    voicemail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOrder:
    """One call-back, as the engine that places it leaves it for whichever engine carries it out.

    Args:
        call_id: the uniqueid that the call gets. seat_id: the seat that ordered it, "" where the waiting room chooses.
        arrived_ms: his own arrival, by which he ranks. since_ms: when he last left or asked for it; a rest that began before does not
            hold him up, because it was for another time. group: the one that opened first for him, "" where that does not matter.
        wait_s: how long it may wait for a seat; 0: only where one is free at once.
    """

    call_id: str
    task_id: str
    number: str
    cause: Cause
    by: str
    seat_id: str
    arrived_ms: int
    since_ms: int
    trunk: str
    dialled: str
    group: str
    wait_s: float

    @property
    def line_id(self) -> str:
        """The uniqueid of the other half: the one that rings the caller. Neither may begin with the other (channel.c)."""
        return self.call_id.removesuffix(".1") + ".2"


def new_call_id(prefix: str, at_ms: int, salt: str) -> str:
    """A call-back's id, which tells its Asterisk as every uniqueid does (pbx.belonging). `salt` is digits."""
    return f"back-{prefix}-{at_ms}{salt}.1"


def is_callback(call_id: str) -> bool:
    """Whether this call was placed by the engine."""
    return _CALL_ID.match(call_id) is not None


def next_attempt(owed: Owed, rules: CallbackRules) -> datetime | None:
    """When he is to be called back by itself; None where that is for a person to do."""
    if not owed.number or owed.claimed or not owed.trusted:
        return None
    if owed.asked is not None:
        return owed.asked
    if not (rules.auto or owed.chosen) or owed.attempts >= rules.attempts or (owed.voicemail and not owed.chosen):
        return None
    earliest = owed.left + timedelta(seconds=rules.after_s)
    if owed.tried is not None:
        earliest = max(earliest, owed.tried + timedelta(seconds=rules.every_s))
    return _within_hours(earliest, rules)


def _within_hours(at: datetime, rules: CallbackRules) -> datetime:
    """This moment, or the next at which call-backs begin. Hours that end before they begin pass midnight."""
    local = at.astimezone(rules.zone)
    begin, end, now = rules.not_before, rules.not_after, local.time()
    inside = begin <= now < end if begin < end else now >= begin or now < end
    if inside or begin == end:
        return at
    opening = local.replace(hour=begin.hour, minute=begin.minute, second=0, microsecond=0)
    return (opening if opening > local else opening + timedelta(days=1)).astimezone(at.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Somebody whose turn it is, and why."""

    owed: Owed
    cause: Cause


def turns(
    list_: Iterable[Owed],
    *,
    seats: Sequence[Seat],
    busy: Collection[str],
    ladders: Mapping[str, Sequence[str]],
    rules: CallbackRules,
    now: datetime,
) -> Iterator[Turn]:
    """Who is to be called back this moment, in the list's order.

    Args:
        busy: numbers that are on the line, or being called back, or at rest: they take no seat from the others.
        ladders: task -> the groups that may take it.
    """
    taken = set(busy)
    free = {seat.seat_id: seat.groups for seat in seats if seat.state is SeatState.READY and seat.phone is Phone.IDLE}
    for owed in list_:
        due = next_attempt(owed, rules)
        if due is None or due > now or owed.number in taken:
            continue
        taken.add(owed.number)
        if owed.asked is not None:
            yield Turn(owed=owed, cause=Cause.ASKED)
        elif (seat_id := _seat_for(ladders.get(owed.task_id, ()), free, rules.keep_free)) is not None:
            del free[seat_id]
            yield Turn(owed=owed, cause=Cause.LEFT)


def _seat_for(groups: Sequence[str], free: Mapping[str, Collection[str]], keep_free: int) -> str | None:
    """A free seat for this one alone; in none of its groups may fewer than `keep_free` be left."""
    for group in groups:
        for seat_id, serves in free.items():
            if group in serves and all(sum(own in other for other in free.values()) > keep_free for own in serves):
                return seat_id
    return None


class CallbackOrders(Protocol):
    """The orders of a hotline, shared by its engines; a number has one at a time: it is leased. Raises (all): StoreFault."""

    async def place(self, order: CallbackOrder, *, though_resting: bool = False) -> str:
        """Lease the number and leave the order; "" where that was done, else who has it: a call-back, or `RESTING`.

        Args: though_resting: a person wants it now, whenever the last attempt was.
        """
        ...

    async def held(self, since_ms: Mapping[str, int]) -> Collection[str]:
        """Which of these numbers could not be placed now; number -> `CallbackOrder.since_ms`."""
        ...

    async def order(self, call_id: str) -> CallbackOrder | None:
        """The order that this call is placed by."""
        ...

    async def keep(self, order: CallbackOrder) -> None:
        """It is still under way: the lease is good for another minute."""
        ...

    async def note(self, call_id: str, reach: Reach) -> None:
        """What became of ringing the caller."""
        ...

    async def reach(self, call_id: str) -> str:
        """What was noted last, or ""."""
        ...

    async def over(self, order: CallbackOrder, *, rest_s: float) -> None:
        """It is over; the number rests so long, whatever the list says (which may be late), unless he leaves anew."""
        ...

    async def holder(self, number: str) -> str:
        """The call-back that has the number's lease, or ""."""
        ...
