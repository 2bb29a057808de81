"""The versions of a list that engines hold in memory (whitelist, roster): who changed what when, and what an engine missed.

A change takes the next version as its first act. Two at once want the same one: the database lets one have it, and the other
is refused with nothing done. So versions become visible in order, and an engine that is at 7 misses nothing below 8.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from calls.errors import Conflict
from store.sql.columns import Moment, metadata
from store.sql.database import Database

CHUNK: Final = 5_000
"""Ids in one question, rows in one insertion; both databases take 32,766 values."""
MANY: Final = 1_000
T = TypeVar("T")

list_versions: Final = Table(
    "list_versions",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("list", Text, nullable=False, comment="whitelist or roster"),
    Column("version", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    PrimaryKeyConstraint("hotline", "list", "version"),
)

list_changes: Final = Table(
    "list_changes",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("list", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("what", Text, nullable=False, comment="added, changed or removed"),
    PrimaryKeyConstraint("hotline", "list", "version", "item_id"),
    ForeignKeyConstraint(["hotline", "list", "version"], ["list_versions.hotline", "list_versions.list", "list_versions.version"]),
)


@dataclass(frozen=True, slots=True)
class Touched:
    """The ids that a change adds, changes and removes."""

    added: Sequence[str]
    changed: Sequence[str]
    removed: Sequence[str]

    def __len__(self) -> int:
        """How many."""
        return len(self.added) + len(self.changed) + len(self.removed)

    @property
    def stood_before(self) -> list[str]:
        """Those that are in the list already."""
        return [*self.changed, *self.removed]


class Versions:
    """The versions of one list of one hotline."""

    def __init__(self, hotline: str, name: str) -> None:
        self._hotline = hotline
        self._name = name

    def _of(self, table: Table) -> ColumnElement[bool]:
        return (table.c.hotline == self._hotline) & (table.c.list == self._name)

    async def current(self, connection: AsyncConnection) -> int:
        """The latest version; 0 before the first."""
        found = await connection.scalar(select(func.max(list_versions.c.version)).where(self._of(list_versions)))
        return found or 0

    async def take_next(self, connection: AsyncConnection, touched: Touched, *, by: str, at: datetime, based_on: int | None) -> int:
        """The next version, logged, for the change that this transaction makes.

        Raises: Conflict: another change came between.
        """
        current = await self.current(connection)
        if based_on is not None and current != based_on:
            raise self._changed_meanwhile(current)
        mine = {"hotline": self._hotline, "list": self._name, "version": current + 1}
        counts = {"added": len(touched.added), "changed": len(touched.changed), "removed": len(touched.removed)}
        with self.conflict_where_taken(current + 1):
            await connection.execute(insert(list_versions).values(**mine, at=at, by=by, **counts))
        what = [("added", touched.added), ("changed", touched.changed), ("removed", touched.removed)]
        await insert_all(connection, list_changes, [{**mine, "item_id": item, "what": word} for word, items in what for item in items])
        return current + 1

    def ids_since(self, version: int, until: int) -> Select[str]:
        """What was touched by the versions above `version`, up to `until`; each id once."""
        changes = list_changes.c
        return select(changes.item_id).where(self._of(list_changes), changes.version > version, changes.version <= until).distinct()

    @contextmanager
    def conflict_where_taken(self, version: int) -> Iterator[None]:
        """Something that is to be new is there already: another change came between."""
        try:
            yield
        except IntegrityError:
            raise self._changed_meanwhile(version) from None

    def _changed_meanwhile(self, version: int) -> Conflict:
        sentence = f"The {self._name} was changed meanwhile; look at the difference again"
        return Conflict(f"{self._name}_changed", sentence, version=version)


async def insert_all(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert any number of rows."""
    for some in chunks(rows):
        await connection.execute(insert(table), list(some))


async def delete_all(connection: AsyncConnection, table: Table, column: Column[str], hotline: str, ids: Sequence[str]) -> None:
    """Delete any number of a hotline's rows by their ids."""
    one = delete(table).where(table.c.hotline == hotline, column == bindparam("_id"))
    for some in chunks(ids):
        await connection.execute(one, [{"_id": item} for item in some])


async def note_growth(database: Database, connection: AsyncConnection, rows: int, tables: Sequence[Table]) -> None:
    """After a change of many rows, tell PostgreSQL how large the tables are.

    Until its autovacuum notices, it would go on with plans made for small tables, and go through all of a large one for each id.
    """
    if rows >= MANY and not database.is_sqlite:
        names = ", ".join(table.name for table in (*tables, list_changes))
        await connection.exec_driver_sql(f"ANALYZE {names}")


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in pieces that one statement can take."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
