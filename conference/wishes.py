"""A seat wants to be told when a specialist can be had: the wish, and when it comes true. Pure, but for what keeps it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from conference.duty import Standing
from conference.planning import Answering
from conference.roster import Specialist


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeWish:
    """What a seat wished for.

    Args:
        call_id: the call during which it did. wanted: department, topic or name, in words.
        specialists: whoever is meant, by id. off_duty: those of them who were off duty or away then.
        told: when one of them could be had, with whom, and why; None while it stands open.
    """

    wish_id: str
    seat_id: str
    call_id: str
    wanted: str
    specialists: tuple[str, ...]
    off_duty: tuple[str, ...]
    made: datetime
    told: datetime | None = None
    specialist_id: str = ""
    name: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class CameTrue:
    """Who can be had, and why: the second half of a sentence."""

    specialist: Specialist
    why: str


def came_true(
    wish: FreeWish,
    specialists: Sequence[Specialist],
    *,
    standing: Mapping[str, Standing],
    busy: Collection[str],
    answering: Mapping[str, Answering],
) -> CameTrue | None:
    """Who of those meant can be had, of whom it is news since the wish was made; None: nobody.

    News is that he came on duty, or that he has come into a talk, or out of one, since: he is at his phone. Who merely did not
    answer is no news.

    Args: standing, answering: by id. busy: ids of those in a talk, or rung, now.
    """
    for one in specialists:
        ident = one.specialist_id
        if ident not in wish.specialists or ident in busy or not standing[ident].on_duty:
            continue
        if ident in wish.off_duty:
            return CameTrue(one, "has come on duty")
        of = answering.get(ident, Answering())
        if of.last_left is not None and of.last_left > wish.made:
            return CameTrue(one, "has finished a talk")
        if of.last_joined is not None and of.last_joined > wish.made:
            return CameTrue(one, "has answered another call")
    return None


class FreeWishes(Protocol):
    """Where wishes are kept. Raises (all): StoreFault."""

    async def add(self, wish: FreeWish) -> FreeWish:
        """Keep it; a seat's open wish for the same stays as it is. The one that is kept."""
        ...

    async def open(self) -> list[FreeWish]:
        """Those that have not come true, the oldest first."""
        ...

    async def lately(self, *, seat_id: str | None, since: datetime) -> list[FreeWish]:
        """Open ones, and those that came true since then, of this seat or all, the latest first."""
        ...

    async def tell(self, wish: FreeWish) -> bool:
        """It came true, as the wish says now; False where it was told or withdrawn meanwhile."""
        ...

    async def withdraw(self, wish_id: str) -> None:
        """It is gone. Raises: NotFound."""
        ...
