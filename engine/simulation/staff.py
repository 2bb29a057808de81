"""Who sits at which seat from when to when, and what he does when it rings: as data, and as a CSV file gives it."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from calls.events import to_ms
from engine.simulation.sheet import Line, SheetFault, lines_of, moment_on
from engine.simulation.spread import Shape, Spread, spread_of
from seats.seat import SeatDefinition

COLUMNS: Final = ("seats", "from", "until", "declines", "misses", "answer_s", "decline_s", "wrap_up_s", "back_s")
EVERYBODY: Final = "*"
_A_RING: Final = Spread(Shape.UNIFORM, 2, 6)
_FULL_TIME: Final = Spread(Shape.NEVER)
_A_MINUTE: Final = Spread(Shape.FIXED, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What an agent does.

    Args:
        declines, misses: how often (0 to 1) he declines a call or lets it ring; he answers the others.
        answer, decline: how long it rings before.
        wrap_up: until the ticket is saved; seats.wrap_up_s ends it before that.
        back: until he is ready again after a call he declined or missed, where that makes his seat away.
    """

    declines: float = 0.0
    misses: float = 0.0
    answer: Spread = _A_RING
    decline: Spread = _A_RING
    wrap_up: Spread = _FULL_TIME
    back: Spread = _A_MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """From when to when (ms since 1970) somebody sits there, and his manner."""

    from_ms: int
    until_ms: int
    manner: Manner


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The seats, and each one's shifts by time; one without a shift is not signed in at all."""

    seats: tuple[SeatDefinition, ...]
    shifts: Mapping[str, tuple[Shift, ...]]

    def group(self, name: str) -> list[SeatDefinition]:
        """The seats that serve it."""
        return [seat for seat in self.seats if name in seat.groups]

    def with_seats(self, group: str, count: int) -> "Staff":
        """So many seats serve the group: its first ones, and as many new ones as it needs, each like one of those in turn."""
        serving = self.group(group)
        dropped = {seat.seat_id for seat in serving[count:]}
        kept = [_without(seat, group) if seat.seat_id in dropped else seat for seat in self.seats]
        patterns = serving or [seat for seat in self.seats if seat.seat_id in self.shifts][:1]
        more, shifts = [], dict(self.shifts)
        for number, pattern in zip(range(count - len(serving)), itertools.cycle(patterns), strict=False):
            places = {group: len(serving) + number} if group in pattern.places else {}
            seat = replace(pattern, seat_id=f"{group}+{number + 1}", groups=(group,), places=places)
            more.append(seat)
            shifts[seat.seat_id] = self.shifts.get(pattern.seat_id, ())
        return Staff(seats=tuple(seat for seat in (*kept, *more) if seat.groups), shifts=shifts)


def _without(seat: SeatDefinition, group: str) -> SeatDefinition:
    return replace(seat, groups=tuple(name for name in seat.groups if name != group))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualShift:
    """What holds where a row says nothing."""

    day: date
    zone: ZoneInfo
    begin: datetime
    end: datetime
    manner: Manner


def read_staff(file: Path, seats: Sequence[SeatDefinition], usual: UsualShift) -> Staff:
    """The staff that the file describes; a seat that no row names is not signed in. Raises: SheetFault, OSError."""
    shifts: dict[str, list[tuple[Shift, Line]]] = {}
    for line in lines_of(file, COLUMNS):
        shift = _shift(line, usual)
        for seat_id in _named(line, seats):
            shifts.setdefault(seat_id, []).append((shift, line))
    if not shifts:
        raise SheetFault("sheet_faulty", f"{file}: nobody works by it.")
    for seat_id, of_seat in shifts.items():
        of_seat.sort(key=lambda one: one[0].from_ms)
        for (one, _), (other, line) in pairwise(of_seat):
            if other.from_ms < one.until_ms:
                raise line.fault(f"seat {seat_id} has another shift at that time in the same file")
    return Staff(seats=tuple(seats), shifts={seat_id: tuple(shift for shift, _ in of_seat) for seat_id, of_seat in shifts.items()})


def _shift(line: Line, usual: UsualShift) -> Shift:
    moment = moment_on(usual.day, usual.zone)
    begin, end = line.read("from", moment, usual.begin), line.read("until", moment, usual.end)
    if end <= begin:
        raise line.fault(f"the shift ends ({end:%H:%M}) before it begins ({begin:%H:%M})")
    manner = Manner(
        declines=line.read("declines", _share, usual.manner.declines),
        misses=line.read("misses", _share, usual.manner.misses),
        answer=line.read("answer_s", spread_of, usual.manner.answer),
        decline=line.read("decline_s", spread_of, usual.manner.decline),
        wrap_up=line.read("wrap_up_s", spread_of, usual.manner.wrap_up),
        back=line.read("back_s", spread_of, usual.manner.back),
    )
    if manner.declines + manner.misses > 1:
        both = manner.declines + manner.misses
        raise line.fault(f"declines and misses are {both:g} together; they are shares of the same calls, at most 1")
    return Shift(from_ms=to_ms(begin), until_ms=to_ms(end), manner=manner)


def _named(line: Line, seats: Sequence[SeatDefinition]) -> Iterator[str]:
    known = [seat.seat_id for seat in seats]
    groups = {group for seat in seats for group in seat.groups}
    if not line["seats"]:
        raise line.fault("seats is empty; write a group, seats such as 8001-8003 8010, or * for all")
    named: dict[str, None] = {}
    for word in re.split(r"[\s,;]+", line["seats"]):
        found = [seat.seat_id for seat in seats if word in (EVERYBODY, seat.seat_id) or word in seat.groups] or _range(word, known)
        if not found:
            raise line.fault(f"seats: {word!r} names none; allowed are *, the groups {', '.join(sorted(groups))} and the seats' numbers")
        named |= dict.fromkeys(found)
    yield from named


def _range(word: str, known: Sequence[str]) -> list[str]:
    first, dash, last = word.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal()):
        return []
    return [seat for seat in known if seat.isdecimal() and len(seat) == len(first) and int(first) <= int(seat) <= int(last)]


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(f"{text!r} is no share of the calls; write a number from 0 to 1")
    return share
