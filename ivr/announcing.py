"""What a waiting caller is told of his place and his wait: when, what, and in which prompts. No I/O."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from routing.expected import Outlook, Told

MOST_SAID: Final = 99
"""The highest number there are prompts for; a place behind it is not said until the caller has come nearer."""
LONG: Final = 61
"""Minutes that stand for every wait above an hour."""
_EXACT: Final = 10  # minutes that are said one by one; beyond, in fives
_STEP: Final = 5
_TEENS: Final = 20  # numbers up to here, and the tens, have prompts of their own
_WHOLE_MINUTES: Final = (1, 2)  # said by one prompt each: "one minute", 两分钟


class Announce(StrEnum):
    """What is said."""

    OFF = "off"
    POSITION = "position"
    WAIT = "wait"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcing:
    """What the configuration says of it.

    Args:
        what: where `by_number` has nothing for the number the caller dialled.
        after_s: the first announcement comes after this much waiting at the earliest.
        every_s: at least so long between the beginnings of two.
    """

    what: Announce = Announce.OFF
    by_number: Mapping[str, Announce] = field(default_factory=dict)
    after_s: float = 20.0
    every_s: float = 30.0

    def of(self, dialled: str) -> Announce:
        """What callers of this number are told."""
        return self.by_number.get(dialled, self.what)

    def due_in_s(self, outlook: Outlook) -> float:
        """When this caller may be told something next (seconds; 0: now), whoever told him before."""
        pause_s = 0.0 if outlook.told_ago_s is None else self.every_s - outlook.told_ago_s
        return max(0.0, self.after_s - outlook.waited_s, pause_s)


def news(what: Announce, before: Told, outlook: Outlook, *, longest_s: float) -> Told | None:
    """What to tell him now: of what he is to be told, that which is better than before; None where nothing is.

    A wait that would end only after `longest_s`, when the ladder is at its end, is not promised.
    """
    position = outlook.position if what in (Announce.POSITION, Announce.BOTH) else None
    if position is not None and (position > MOST_SAID or not _better(position, before.position)):
        position = None
    minutes = said_minutes(outlook.wait_s, longest_s) if what in (Announce.WAIT, Announce.BOTH) else None
    if minutes is not None and not _better(minutes, before.minutes):
        minutes = None
    return Told(position=position, minutes=minutes) if position or minutes else None


def best(one: Told, other: Told) -> Told:
    """The better of each: what nothing that is told later may be worse than."""
    return Told(position=_least(one.position, other.position), minutes=_least(one.minutes, other.minutes))


def said_minutes(wait_s: float | None, longest_s: float = math.inf) -> int | None:
    """The wait as it is said, rounded up: 1 to 10, then in fives up to an hour, then `LONG`; None: nothing can be said."""
    if wait_s is None or wait_s > longest_s:
        return None
    minutes = max(1, math.ceil(wait_s / 60))
    if minutes > _EXACT:
        minutes = math.ceil(minutes / _STEP) * _STEP
    return min(minutes, LONG)


def prompts_saying(told: Told) -> tuple[str, ...]:
    """The prompts that say it, in order."""
    return (*_position(told.position), *_minutes(told.minutes))


def prompts_for(what: Announce) -> frozenset[str]:
    """Every prompt that may be played where this is announced."""
    places = range(1, MOST_SAID + 1) if what in (Announce.POSITION, Announce.BOTH) else ()
    waits = {said_minutes(60.0 * minutes) for minutes in range(1, LONG + 1)} if what in (Announce.WAIT, Announce.BOTH) else set()
    played = {prompt for place in places for prompt in _position(place)}
    return frozenset(played | {prompt for minutes in waits for prompt in _minutes(minutes)})


def _position(position: int | None) -> Iterator[str]:
    if position == 1:
        yield "queue-next"
    elif position is not None:
        yield "queue-place"
        yield from number(position)
        yield "queue-place-end"


def _minutes(minutes: int | None) -> Iterator[str]:
    if minutes is None:
        return
    if minutes >= LONG:
        yield "queue-long"
        return
    yield "queue-wait"
    if minutes in _WHOLE_MINUTES:
        yield f"minutes-{minutes}"
    else:
        yield from number(minutes)
        yield "queue-minutes"


def number(value: int) -> tuple[str, ...]:
    """A number from 1 to 99: twenty-three is 20 and 3, 二十三 is 二十 and 三."""
    if not 1 <= value <= MOST_SAID:
        raise ValueError(f"there are prompts for 1 to {MOST_SAID}, not for {value}")
    if value <= _TEENS:
        return (f"number-{value}",)
    tens, units = divmod(value, 10)
    return (f"number-{tens * 10}", f"number-{units}") if units else (f"number-{tens * 10}",)


def _better(value: int, before: int | None) -> bool:
    return before is None or value < before


def _least(one: int | None, other: int | None) -> int | None:
    there = [value for value in (one, other) if value is not None]
    return min(there, default=None)
