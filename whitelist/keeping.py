"""What is asked of the place where the whitelist is kept, so that every engine has it and nothing of it is lost."""

from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from calls.errors import Refused
from whitelist.changes import Diff
from whitelist.entries import Entry, Kind
from whitelist.index import Directory

MOST: Final = 200
"""Entries on a page."""
PIECE: Final = 100
"""Entries that `Directory.with_changes` takes in some five milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEntries:
    """Which entries; None is any.

    `name` is part of the name. `number` is a number in E.164 (+8651588880001: whoever claims it, also by a block) or any run of
    its digits.
    """

    kind: Kind | None = None
    name: str | None = None
    number: str | None = None

    def __post_init__(self) -> None:
        digits = (self.number or "0").removeprefix("+")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
            raise Refused("number_unusable", "number is digits, or a number such as +8651588880001.", field="number")


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some of the entries asked for, by name; `next` is the cursor of the page that follows, or None."""

    items: tuple[Entry, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """The whole whitelist in memory, as of a version; later changes may be in it already, and do no harm when applied again."""

    directory: Directory
    version: int


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """What changed up to `version`: `directory.with_changes(changed, removed)` brings a directory there."""

    version: int
    changed: tuple[Entry, ...]
    removed: tuple[str, ...]

    def pieces(self) -> Iterator[tuple[tuple[Entry, ...], tuple[str, ...]]]:
        """The same, a few milliseconds' work at a time: calls go on while a large import is taken in piece by piece."""
        for start in range(0, max(len(self.changed), len(self.removed)), PIECE):
            yield self.changed[start : start + PIECE], self.removed[start : start + PIECE]


class EntryStore(Protocol):
    """The whitelist of one hotline. Its version rises by one with every change, on whichever engine it was made.

    Raises (all): StoreFault: the database is away.
    """

    async def version(self) -> int:
        """The version of now; 0 before the first import."""
        ...

    async def load(self) -> Loaded:
        """Everything a call needs, for an engine that starts."""
        ...

    async def changes_since(self, version: int) -> ChangesSince:
        """What an engine that is at `version` has missed."""
        ...

    async def apply(self, changes: Diff[Entry], *, by: str, at: datetime, based_on: int | None = None) -> int:
        """Make all of the changes, or none; the new version. `by` is who did it, for the log.

        With `based_on`, only if nothing has changed since that version. Nothing to change makes no version.

        Raises: Conflict("whitelist_changed"): somebody changed the list meanwhile.
        """
        ...

    async def remove(self, entry_ids: Collection[str], *, by: str, at: datetime) -> int:
        """Take these entries out; the new version. Raises: NotFound: one of them is not there; nothing was removed."""
        ...

    async def get(self, entry_id: str) -> Entry:
        """One entry in full. Raises: NotFound."""
        ...

    async def find(self, wanted: WantedEntries, *, cursor: str | None = None, limit: int = 50) -> EntryPage:
        """Entries by name. Raises: Refused: the cursor is none of ours, or the limit is not 1 to MOST."""
        ...

    def batches(self, kinds: Collection[Kind] = tuple(Kind)) -> AsyncIterator[list[Entry]]:
        """Every entry of these kinds in full, some hundreds at a time: for an export, or to compare an import with."""
        ...
