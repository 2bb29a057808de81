"""The whitelist in SQL."""

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Row,
    Select,
    Table,
    Text,
    literal,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from calls.errors import NotFound
from store.sql.columns import DOCUMENT, PLAIN_TEXT, clean, metadata
from store.sql.cursors import check_limit, cursor_after, place_of
from store.sql.database import Database
from store.sql.lists import Touched, Versions, chunks, delete_all, insert_all, note_growth
from whitelist.changes import Diff
from whitelist.entries import Contact, ContactNumber, Entry, EntryNumber, EntryRef, Kind, Role, Source, role_of
from whitelist.index import DirectoryBuilder
from whitelist.keeping import MOST, ChangesSince, EntryPage, Loaded, WantedEntries
from whitelist.patterns import MOST_OPEN_DIGITS

BATCH: Final = 200
"""Entries taken from the database at once while many stream by: some milliseconds' work, calls go on between."""
_ROLES: Final = {str(role): role for role in Role}

whitelist_entries: Final = Table(
    "whitelist_entries",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("entry_id", PLAIN_TEXT, nullable=False, comment="in the order of its bytes the index in memory is built"),
    Column("kind", Text, nullable=False),
    Column("name", PLAIN_TEXT, nullable=False),
    Column("tier", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("industry", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("filed_by", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("contacts", DOCUMENT, nullable=False, comment="[{role, name, numbers: [{pattern, extension}]}]"),
    Column("source", DOCUMENT, comment="{file, sheet, row}"),
    PrimaryKeyConstraint("hotline", "entry_id"),
)
Index(None, whitelist_entries.c.hotline, whitelist_entries.c.name, whitelist_entries.c.entry_id)

whitelist_numbers: Final = Table(
    "whitelist_numbers",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("pattern", PLAIN_TEXT, nullable=False, comment="E.164; open last digits of a block are x"),
    Column("entry_id", PLAIN_TEXT, nullable=False),
    PrimaryKeyConstraint("hotline", "pattern", "entry_id"),
    ForeignKeyConstraint(["hotline", "entry_id"], ["whitelist_entries.hotline", "whitelist_entries.entry_id"]),
    comment="What is searched for; whose a number is stands in the entry's contacts",
)
Index(None, whitelist_numbers.c.hotline, whitelist_numbers.c.entry_id)

_TEXTS: Final = ("name", "tier", "address", "industry", "scope", "authority", "notes", "filed_by")
_KEPT: Final = whitelist_entries.c
_FOR_CALLS: Final = (_KEPT.entry_id, _KEPT.kind, _KEPT.name, _KEPT.tier, _KEPT.valid_from, _KEPT.valid_until, _KEPT.contacts)


class SqlDirectory:
    """Implements `whitelist.keeping.EntryStore` for one hotline."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline
        self._versions = Versions(hotline, "whitelist")

    async def version(self) -> int:
        """See `EntryStore.version`."""
        async with self._database.reading() as connection:
            return await self._versions.current(connection)

    async def load(self) -> Loaded:
        """See `EntryStore.load`. The version is read first: what comes in while the entries stream by is fetched again later."""
        version = await self.version()
        builder = DirectoryBuilder()
        async with aclosing(self._stream(select(*_FOR_CALLS))) as batches:
            async for rows in batches:
                for row in rows:
                    ref = EntryRef(row.entry_id, Kind(row.kind), row.name, row.tier, row.valid_from, row.valid_until)
                    builder.add(ref, _numbers(row.contacts))
        return Loaded(builder.build(), version)

    async def changes_since(self, version: int) -> ChangesSince:
        """See `EntryStore.changes_since`."""
        async with self._database.reading() as connection:
            current = await self._versions.current(connection)
            touched = self._versions.ids_since(version, current)
            ids = (await connection.scalars(touched)).all()
        changed: dict[str, Entry] = {}
        if ids:
            async with aclosing(self._stream(select(whitelist_entries).where(_KEPT.entry_id.in_(touched)))) as batches:
                async for rows in batches:
                    changed |= {row.entry_id: _entry(row) for row in rows}
        return ChangesSince(current, tuple(changed.values()), tuple(entry_id for entry_id in ids if entry_id not in changed))

    async def apply(self, changes: Diff[Entry], *, by: str, at: datetime, based_on: int | None = None) -> int:
        """See `EntryStore.apply`."""
        if changes.nothing_to_change:
            return await self.version()
        written = [*changes.added, *(change.after for change in changes.changed)]
        touched = Touched(
            [entry.entry_id for entry in changes.added],
            [change.after.entry_id for change in changes.changed],
            [entry.entry_id for entry in changes.removed],
        )
        async with self._database.writing() as connection:
            version = await self._versions.take_next(connection, touched, by=by, at=at, based_on=based_on)
            for table in (whitelist_numbers, whitelist_entries):  # what stays of them is written anew
                await delete_all(connection, table, table.c.entry_id, self._hotline, touched.stood_before)
            with self._versions.conflict_where_taken(version):
                await insert_all(connection, whitelist_entries, [_row(self._hotline, entry) for entry in written])
            await insert_all(connection, whitelist_numbers, [row for entry in written for row in _number_rows(self._hotline, entry)])
            await note_growth(self._database, connection, len(touched), [whitelist_entries, whitelist_numbers])
        return version

    async def remove(self, entry_ids: Collection[str], *, by: str, at: datetime) -> int:
        """See `EntryStore.remove`."""
        ids = sorted(set(entry_ids))
        based_on = await self.version()
        async with self._database.reading() as connection:
            there = await self._entries(connection, ids)
        missing = sorted(set(ids) - {entry.entry_id for entry in there})
        if missing:
            raise _unknown(missing[0])
        return await self.apply(Diff(removed=tuple(there)), by=by, at=at, based_on=based_on)

    async def get(self, entry_id: str) -> Entry:
        """See `EntryStore.get`."""
        async with self._database.reading() as connection:
            found = await self._entries(connection, [clean(entry_id)])
        if not found:
            raise _unknown(entry_id)
        return found[0]

    async def find(self, wanted: WantedEntries, *, cursor: str | None = None, limit: int = 50) -> EntryPage:
        """See `EntryStore.find`."""
        check_limit(limit, MOST)
        query = self._wanted(wanted)
        if cursor is not None:
            query = query.where(tuple_(_KEPT.name, _KEPT.entry_id) > tuple_(*map(literal, place_of(cursor, str, str))))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(_KEPT.name, _KEPT.entry_id).limit(limit + 1))).all()
        entries = tuple(_entry(row) for row in rows[:limit])
        return EntryPage(entries, cursor_after(entries[-1].name, entries[-1].entry_id) if len(rows) > limit else None)

    def _wanted(self, wanted: WantedEntries) -> Select[*tuple[Any, ...]]:
        query = select(whitelist_entries).where(_KEPT.hotline == self._hotline)
        if wanted.kind is not None:
            query = query.where(_KEPT.kind == str(wanted.kind))
        if wanted.name:
            query = query.where(_KEPT.name.icontains(clean(wanted.name), autoescape=True))
        if wanted.number:
            numbers = whitelist_numbers.c
            covers = numbers.pattern.in_(_covering(wanted.number)) if wanted.number[0] == "+" else numbers.pattern.contains(wanted.number)
            query = query.where(_KEPT.entry_id.in_(select(numbers.entry_id).where(numbers.hotline == self._hotline, covers)))
        return query

    async def batches(self, kinds: Collection[Kind] = tuple(Kind)) -> AsyncGenerator[list[Entry], None]:
        """See `EntryStore.batches`."""
        query = select(whitelist_entries).where(_KEPT.kind.in_([str(kind) for kind in kinds]))
        async with aclosing(self._stream(query)) as batches:
            async for rows in batches:
                yield [_entry(row) for row in rows]

    async def _stream(self, query: Select[*tuple[Any, ...]]) -> AsyncGenerator[Sequence[Row[*tuple[Any, ...]]], None]:
        """The hotline's rows of a query by rising id, some hundreds at a time: all of them never stand in memory."""
        mine = query.where(_KEPT.hotline == self._hotline).order_by(_KEPT.entry_id)
        async with self._database.reading() as connection, connection.stream(mine) as result:
            async for rows in result.partitions(BATCH):
                yield rows

    async def _entries(self, connection: AsyncConnection, entry_ids: Sequence[str]) -> list[Entry]:
        query = select(whitelist_entries).where(_KEPT.hotline == self._hotline)
        found = [await connection.execute(query.where(_KEPT.entry_id.in_(some))) for some in chunks(entry_ids)]
        return [_entry(row) for rows in found for row in rows]


def _unknown(entry_id: str) -> NotFound:
    return NotFound("entry_unknown", f"There is no whitelist entry {entry_id:.40}.", entry_id=entry_id)


def _covering(e164: str) -> list[str]:
    """The number and every block it may lie in."""
    return [e164[: len(e164) - width] + "x" * width for width in range(MOST_OPEN_DIGITS + 1)]


def _row(hotline: str, entry: Entry) -> dict[str, Any]:
    source = entry.source
    return {
        "hotline": hotline,
        "entry_id": entry.entry_id,
        "kind": str(entry.kind),
        **{name: clean(getattr(entry, name)) for name in _TEXTS},
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "contacts": [_contact_document(contact) for contact in entry.contacts],
        "source": {"file": clean(source.file), "sheet": clean(source.sheet), "row": source.row} if source else None,
    }


def _contact_document(contact: Contact) -> dict[str, Any]:
    numbers = [{"pattern": number.pattern, "extension": number.extension} for number in contact.numbers]
    return {"role": str(contact.role), "name": clean(contact.name), "numbers": numbers}


def _number_rows(hotline: str, entry: Entry) -> list[dict[str, str]]:
    patterns = dict.fromkeys(number.pattern for number in entry.numbers)
    return [{"hotline": hotline, "pattern": pattern, "entry_id": entry.entry_id} for pattern in patterns]


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    return Entry(
        entry_id=row.entry_id,
        kind=Kind(row.kind),
        **{name: getattr(row, name) for name in _TEXTS},
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        contacts=tuple(_contact(document) for document in row.contacts),
        source=Source(**row.source) if row.source else None,
    )


def _contact(document: dict[str, Any]) -> Contact:
    return Contact(_ROLES[document["role"]], document["name"], tuple(ContactNumber(**number) for number in document["numbers"]))


def _numbers(contacts: list[dict[str, Any]]) -> list[EntryNumber]:
    """The numbers of an entry straight from its document, as `Entry.numbers` gives them."""
    return [
        EntryNumber(number["pattern"], role_of(_ROLES[contact["role"]], contact["name"], number["pattern"]), contact["name"])
        for contact in contacts
        for number in contact["numbers"]
    ]
