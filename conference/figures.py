"""How specialists and departments answer, as the records tell it: figures over a time, each with what it is counted of.

A call asks a department where one of its specialists' phones was rung for it. The same call may ask several departments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Protocol

from conference.planning import Answering


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentFigures:
    """A department's, over a time.

    Args:
        asked: calls in which it was asked. answered: of them, those in which one of its phones was picked up.
        accepted: of them, those into which one of its specialists came.
        seconds: of each accepted call, from the first of its phones that rang to the specialist's coming; ascending.
        solved_online: accepted calls that one of its specialists says are solved (his last answer by link that is no remark); where none
            of them wrote, those whose ticket was answered online, or closed with an answer on the call's day. Never of a ticket that was
            left to a department.
        assigned: calls whose ticket was left to this department.
    """

    asked: int = 0
    answered: int = 0
    accepted: int = 0
    seconds: tuple[float, ...] = ()
    solved_online: int = 0
    assigned: int = 0

    @property
    def share_accepted(self) -> float | None:
        """Accepted of asked; None where it was never asked."""
        return self.accepted / self.asked if self.asked else None

    @property
    def share_solved_online(self) -> float | None:
        """Solved online of accepted; None where nobody ever came."""
        return self.solved_online / self.accepted if self.accepted else None

    def seconds_at(self, share: float) -> float | None:
        """The seconds within which this share of the accepted calls had its specialist: 0.5 is the median (nearest rank)."""
        return self.seconds[max(0, ceil(share * len(self.seconds)) - 1)] if self.seconds else None


class SpecialistFigures(Protocol):
    """What the records say. Raises (all): StoreFault."""

    async def answering(self, specialist_ids: Sequence[str], *, since: datetime) -> Mapping[str, Answering]:
        """Of these specialists, those who were ever asked; the counts are since then (aware), the moments of whenever."""
        ...

    async def departments(self, *, since: datetime, until: datetime) -> Mapping[str, DepartmentFigures]:
        """By department's short name; those that were asked, or got a ticket, from `since` up to before `until`."""
        ...
