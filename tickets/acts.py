"""The log of acts: what persons did that had an effect, as it can be asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from calls.errors import Refused
from calls.events import Act
from tickets.records import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedActs:
    """Which acts; None is any.

    Args:
        who: a token's name, or "shell"; or the person its bearer said he is. subject: what it was done to, "seats/8001", or "seats".
        since, until: when, from `since` up to before `until`; aware.
        undone: whether also what was not done after all.
    """

    who: str | None = None
    what: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    undone: bool = False

    def __post_init__(self) -> None:
        for name, moment in (("since", self.since), ("until", self.until)):
            if moment is not None and moment.tzinfo is None:
                raise Refused("time_without_zone", f"{name} needs a time zone: write 2026-11-20T00:00:00+08:00.", field=name)


class ActLog(Protocol):
    """All acts of a hotline. Nothing in it is ever changed or taken away. Raises (all): StoreFault."""

    async def add(self, act: Act) -> None:
        """Keep the act; said again, it changes nothing."""
        ...

    async def acts(self, wanted: WantedActs, *, cursor: str | None = None, limit: int = 50) -> Page[Act]:
        """The latest first. Raises: Refused: the cursor is none of ours, or the limit is not 1 to MOST."""
        ...
