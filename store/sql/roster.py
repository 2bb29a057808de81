"""The specialists' roster in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Row, Select, Table, Text, literal, or_, select, tuple_

from calls.errors import NotFound
from conference.roster import Level, Specialist, SpecialistKind
from conference.roster_keeping import MOST, RosterPage
from store.sql.columns import DOCUMENT, PLAIN_TEXT, clean, metadata
from store.sql.cursors import check_limit, cursor_after, place_of
from store.sql.database import Database
from store.sql.lists import Touched, Versions, chunks, delete_all, insert_all, note_growth
from whitelist.changes import Diff
from whitelist.entries import Source

roster_specialists: Final = Table(
    "roster_specialists",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("specialist_id", PLAIN_TEXT, nullable=False),
    Column("unit", PLAIN_TEXT, nullable=False),
    Column("place", Integer, nullable=False, comment="in the order of the unit"),
    Column("department", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("office", DOCUMENT, nullable=False, comment="numbers as people write them"),
    Column("mobile", DOCUMENT, nullable=False),
    Column("notes", Text, nullable=False),
    Column("topics", DOCUMENT),
    Column("level", Text),
    Column("duty", DOCUMENT),
    Column("stand_ins", DOCUMENT),
    Column("source", DOCUMENT, comment="{file, sheet, row}"),
    PrimaryKeyConstraint("hotline", "specialist_id"),
)
Index(None, roster_specialists.c.hotline, roster_specialists.c.unit, roster_specialists.c.place, roster_specialists.c.specialist_id)

_KEPT: Final = roster_specialists.c
_ORDER: Final = (_KEPT.unit, _KEPT.place, _KEPT.specialist_id)


class SqlRoster:
    """Implements `conference.roster_keeping.RosterStore` for one hotline."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline
        self._versions = Versions(hotline, "roster")

    async def version(self) -> int:
        """See `RosterStore.version`."""
        async with self._database.reading() as connection:
            return await self._versions.current(connection)

    async def apply(self, changes: Diff[Specialist], *, by: str, at: datetime, based_on: int | None = None) -> int:
        """See `RosterStore.apply`."""
        if changes.nothing_to_change:
            return await self.version()
        written = [*changes.added, *(change.after for change in changes.changed)]
        touched = Touched(
            [one.specialist_id for one in changes.added],
            [change.after.specialist_id for change in changes.changed],
            [one.specialist_id for one in changes.removed],
        )
        async with self._database.writing() as connection:
            version = await self._versions.take_next(connection, touched, by=by, at=at, based_on=based_on)
            await delete_all(connection, roster_specialists, _KEPT.specialist_id, self._hotline, touched.stood_before)
            with self._versions.conflict_where_taken(version):
                await insert_all(connection, roster_specialists, [_row(self._hotline, one) for one in written])
            await note_growth(self._database, connection, len(touched), [roster_specialists])
        return version

    async def remove(self, specialist_ids: Collection[str], *, by: str, at: datetime) -> int:
        """See `RosterStore.remove`."""
        ids = sorted(set(specialist_ids))
        based_on = await self.version()
        there = await self._by_id(ids)
        missing = sorted(set(ids) - {one.specialist_id for one in there})
        if missing:
            raise _unknown(missing[0])
        return await self.apply(Diff(removed=tuple(there)), by=by, at=at, based_on=based_on)

    async def specialist(self, specialist_id: str) -> Specialist:
        """See `RosterStore.specialist`."""
        found = await self._by_id([clean(specialist_id)])
        if not found:
            raise _unknown(specialist_id)
        return found[0]

    async def find(self, *, department: str | None = None, q: str | None = None, cursor: str | None = None, limit: int = 50) -> RosterPage:
        """See `RosterStore.find`."""
        check_limit(limit, MOST)
        query = self._all()
        if department:
            query = query.where(_holds(clean(department), _KEPT.unit, _KEPT.department))
        if q:
            query = query.where(_holds(clean(q), _KEPT.name, _KEPT.title, _KEPT.notes))
        if cursor is not None:
            query = query.where(tuple_(*_ORDER) > tuple_(*map(literal, place_of(cursor, str, int, str))))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.limit(limit + 1))).all()
        items = tuple(_specialist(row) for row in rows[:limit])
        return RosterPage(items, cursor_after(*_place(items[-1])) if len(rows) > limit else None)

    async def everybody(self) -> list[Specialist]:
        """See `RosterStore.everybody`."""
        async with self._database.reading() as connection:
            return [_specialist(row) for row in await connection.execute(self._all())]

    def _all(self) -> Select[*tuple[Any, ...]]:
        return select(roster_specialists).where(_KEPT.hotline == self._hotline).order_by(*_ORDER)

    async def _by_id(self, specialist_ids: Sequence[str]) -> list[Specialist]:
        async with self._database.reading() as connection:
            found = [await connection.execute(self._all().where(_KEPT.specialist_id.in_(some))) for some in chunks(specialist_ids)]
        return [_specialist(row) for rows in found for row in rows]


def _holds(text: str, *columns: Column[str]) -> Any:  # noqa: ANN401 - or_() of any number of conditions
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def _place(last: Specialist) -> tuple[str, int, str]:
    """As _ORDER has it."""
    return last.unit, last.place, last.specialist_id


def _unknown(specialist_id: str) -> NotFound:
    return NotFound("specialist_unknown", f"There is no specialist {specialist_id:.40} in the roster.", specialist_id=specialist_id)


def _row(hotline: str, one: Specialist) -> dict[str, Any]:
    source = one.source
    return {
        "hotline": hotline,
        "specialist_id": one.specialist_id,
        **{name: clean(getattr(one, name)) for name in ("unit", "department", "name", "title", "notes")},
        "place": one.place,
        "kind": str(one.kind),
        "office": list(one.office),
        "mobile": list(one.mobile),
        "level": one.level,
        **{name: clean(list(getattr(one, name))) for name in ("topics", "duty", "stand_ins")},
        "source": {"file": clean(source.file), "sheet": clean(source.sheet), "row": source.row} if source else None,
    }


def _specialist(row: Row[*tuple[Any, ...]]) -> Specialist:
    return Specialist(
        specialist_id=row.specialist_id,
        unit=row.unit,
        department=row.department,
        kind=SpecialistKind(row.kind),
        name=row.name,
        place=row.place,
        title=row.title,
        office=tuple(row.office),
        mobile=tuple(row.mobile),
        notes=row.notes,
        topics=tuple(row.topics or ()),
        level=Level(row.level) if row.level else None,
        duty=tuple(row.duty or ()),
        stand_ins=tuple(row.stand_ins or ()),
        source=Source(**row.source) if row.source else None,
    )
