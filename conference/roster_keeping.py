"""What is asked of the place where the roster is kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from conference.duty import Absence
from conference.roster import Specialist
from whitelist.changes import Diff

MOST: Final = 200
"""Specialists on a page."""


@dataclass(frozen=True, slots=True)
class RosterPage:
    """Some of the specialists asked for; `next` is the cursor of the page that follows, or None."""

    items: tuple[Specialist, ...]
    next: str | None


class RosterStore(Protocol):
    """The roster of one hotline. Its version rises by one with every change.

    Raises (all): StoreFault: the database is away.
    """

    async def version(self) -> int:
        """The version of now; 0 before the first import."""
        ...

    async def apply(self, changes: Diff[Specialist], *, by: str, at: datetime, based_on: int | None = None) -> int:
        """Make all of the changes, or none; the new version. With `based_on`, only if nothing has changed since that version.

        Raises: Conflict("roster_changed"): somebody changed the roster meanwhile.
        """
        ...

    async def remove(self, specialist_ids: Collection[str], *, by: str, at: datetime) -> int:
        """Take these specialists out; the new version. Raises: NotFound: one of them is not there; nothing was removed."""
        ...

    async def specialist(self, specialist_id: str) -> Specialist:
        """One specialist. Raises: NotFound."""
        ...

    async def find(self, *, department: str | None = None, q: str | None = None, cursor: str | None = None, limit: int = 50) -> RosterPage:
        """Specialists unit by unit, in each in the order in which they are asked.

        `department` is part of the unit's name, or of its short one; `q` part of the specialist's name, title or notes.

        Raises: Refused: the cursor is none of ours, or the limit is not 1 to MOST.
        """
        ...

    async def everybody(self) -> list[Specialist]:
        """The whole roster: for an export, or to compare an import with."""
        ...


class Absences(Protocol):
    """Who is marked away, beside the roster: an import changes nothing of it. Raises (all): StoreFault."""

    async def absences(self, at: datetime) -> dict[str, Absence]:
        """By specialist's id, those that have not ended by then (aware)."""
        ...

    async def mark_away(self, absence: Absence) -> None:
        """From now on this is his absence, in place of one there was."""
        ...

    async def is_back(self, specialist_id: str) -> None:
        """He is not away; nor was he, where there is no absence of him."""
        ...
