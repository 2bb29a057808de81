"""The seats of a simulated day: what they will do with the next ring, and where their time went."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from engine.simulation.outcome import SeatOutcome
from engine.simulation.staff import Manner, Shift, Staff
from routing.waiting import OfferOutcome


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a seat does with a ring after so long; without an outcome it answers."""

    after_s: float
    outcome: OfferOutcome | None


@dataclass(slots=True)
class SeatLife:
    """One seat through the day. Times are ms since 1970.

    Args:
        wrap_up: counts its wrap-ups, so that the end of an earlier one ends no later one.
    """

    groups: tuple[str, ...]
    shifts: tuple[Shift, ...]
    wrap_up: int = 0
    answered: int = 0
    declined: int = 0
    missed: int = 0
    spent_ms: dict[str, int] = field(default_factory=dict)

    def manner(self, at_ms: int) -> Manner:
        """Of the shift then; of the one before it where that is over (the last call of a shift), of the first where none has begun."""
        begun = [shift for shift in self.shifts if shift.from_ms <= at_ms]
        return (begun or self.shifts)[-1 if begun else 0].manner

    def left_s(self, at_ms: int) -> float:
        """How long somebody is still there; 0 where nobody is."""
        return max((shift.until_ms - at_ms for shift in self.shifts if shift.from_ms <= at_ms < shift.until_ms), default=0) / 1000

    def spend(self, what: str, from_ms: int, until_ms: int) -> None:
        """It did this then; what lies outside its shifts does not count."""
        within = sum(max(0, min(until_ms, shift.until_ms) - max(from_ms, shift.from_ms)) for shift in self.shifts)
        self.spent_ms[what] = self.spent_ms.get(what, 0) + within

    def reaction(self, at_ms: int, chance: Random, *, ring_s: float) -> Reaction:
        """To a ring that begins now."""
        manner, luck = self.manner(at_ms), chance.random()
        if luck < manner.declines:
            return _in_time(manner.decline.drawn(chance), OfferOutcome.DECLINED, ring_s)
        if luck < manner.declines + manner.misses:
            return Reaction(ring_s, OfferOutcome.EXPIRED)
        return _in_time(manner.answer.drawn(chance), None, ring_s)

    def outcome(self) -> SeatOutcome:
        """The day in figures."""
        spent = {what: ms / 1000 for what, ms in self.spent_ms.items()}
        return SeatOutcome(
            groups=self.groups,
            on_duty_s=sum(shift.until_ms - shift.from_ms for shift in self.shifts) / 1000,
            ringing_s=spent.get("ringing", 0),
            talking_s=spent.get("talking", 0),
            wrap_up_s=spent.get("wrap_up", 0),
            away_s=spent.get("away", 0),
            answered=self.answered,
            declined=self.declined,
            missed=self.missed,
        )


def _in_time(after_s: float, outcome: OfferOutcome | None, ring_s: float) -> Reaction:
    """Who takes longer than it rings has missed it."""
    return Reaction(after_s, outcome) if after_s < ring_s else Reaction(ring_s, OfferOutcome.EXPIRED)


def lives_of(staff: Staff) -> Iterator[tuple[str, SeatLife]]:
    """Every seat at the day's beginning."""
    for seat in staff.seats:
        yield seat.seat_id, SeatLife(groups=seat.groups, shifts=staff.shifts.get(seat.seat_id, ()))
