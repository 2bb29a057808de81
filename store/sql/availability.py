"""Who of the specialists is away, and which seats wish to be told when one is free."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, delete, or_, select, update

from calls.errors import NotFound
from conference.duty import Absence
from conference.wishes import FreeWish
from store.sql.columns import DOCUMENT, PLAIN_TEXT, Moment, clean, metadata
from store.sql.database import Database

_WISHES: Final = TypeAdapter(FreeWish)
_MOST: Final = 500  # wishes in one answer

specialist_absences: Final = Table(
    "specialist_absences",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("specialist_id", PLAIN_TEXT, nullable=False),
    Column("until", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("since", Moment, nullable=False),
    PrimaryKeyConstraint("hotline", "specialist_id"),
)

specialist_wishes: Final = Table(
    "specialist_wishes",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("wish_id", PLAIN_TEXT, nullable=False),
    Column("seat_id", Text, nullable=False),
    Column("made", Moment, nullable=False),
    Column("told", Moment),
    Column("document", DOCUMENT, nullable=False, comment="FreeWish; the columns before it repeat what is searched for"),
    PrimaryKeyConstraint("hotline", "wish_id"),
)
_AWAY: Final = specialist_absences.c
_WISHED: Final = specialist_wishes.c
Index("ix_specialist_wishes_hotline_told_made", _WISHED.hotline, _WISHED.told, _WISHED.made)


class SqlAbsences:
    """Implements `conference.roster_keeping.Absences` for one hotline."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline

    async def absences(self, at: datetime) -> dict[str, Absence]:
        """See `Absences.absences`."""
        query = select(specialist_absences).where(_AWAY.hotline == self._hotline, _AWAY.until > at)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return {
                row.specialist_id: Absence(specialist_id=row.specialist_id, until=row.until, why=row.why, by=row.by, since=row.since)
                for row in rows
            }

    async def mark_away(self, absence: Absence) -> None:
        """See `Absences.mark_away`."""
        told = {"until": absence.until, "why": clean(absence.why), "by": clean(absence.by), "since": absence.since}
        insert = self._database.insert(specialist_absences).values(hotline=self._hotline, specialist_id=absence.specialist_id, **told)
        async with self._database.writing() as connection:
            await connection.execute(insert.on_conflict_do_update(index_elements=["hotline", "specialist_id"], set_=told))

    async def is_back(self, specialist_id: str) -> None:
        """See `Absences.is_back`."""
        mine = _AWAY.hotline == self._hotline, _AWAY.specialist_id == clean(specialist_id)
        async with self._database.writing() as connection:
            await connection.execute(delete(specialist_absences).where(*mine))


class SqlFreeWishes:
    """Implements `conference.wishes.FreeWishes` for one hotline."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline

    async def add(self, wish: FreeWish) -> FreeWish:
        """See `FreeWishes.add`."""
        for kept in await self.open():
            if (kept.seat_id, kept.wanted) == (wish.seat_id, wish.wanted):
                return kept
        row = {"hotline": self._hotline, "wish_id": wish.wish_id, "seat_id": wish.seat_id, "made": wish.made, "told": None}
        async with self._database.writing() as connection:
            await connection.execute(specialist_wishes.insert().values(**row, document=_document(wish)))
        return wish

    async def open(self) -> list[FreeWish]:
        """See `FreeWishes.open`."""
        query = select(_WISHED.document).where(_WISHED.hotline == self._hotline, _WISHED.told.is_(None))
        async with self._database.reading() as connection:
            return [_WISHES.validate_python(row.document) for row in await connection.execute(query.order_by(_WISHED.made).limit(_MOST))]

    async def lately(self, *, seat_id: str | None, since: datetime) -> list[FreeWish]:
        """See `FreeWishes.lately`."""
        query = select(_WISHED.document).where(_WISHED.hotline == self._hotline, or_(_WISHED.told.is_(None), _WISHED.told >= since))
        if seat_id is not None:
            query = query.where(_WISHED.seat_id == clean(seat_id))
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(_WISHED.made.desc()).limit(_MOST))
            return [_WISHES.validate_python(row.document) for row in rows]

    async def tell(self, wish: FreeWish) -> bool:
        """See `FreeWishes.tell`."""
        mine = _WISHED.hotline == self._hotline, _WISHED.wish_id == wish.wish_id, _WISHED.told.is_(None)
        changes = update(specialist_wishes).where(*mine).values(told=wish.told, document=_document(wish))
        async with self._database.writing() as connection:
            return (await connection.execute(changes)).rowcount == 1

    async def withdraw(self, wish_id: str) -> None:
        """See `FreeWishes.withdraw`."""
        mine = _WISHED.hotline == self._hotline, _WISHED.wish_id == clean(wish_id)
        async with self._database.writing() as connection:
            if (await connection.execute(delete(specialist_wishes).where(*mine))).rowcount == 0:
                raise NotFound("wish_unknown", f"There is no wish {wish_id:.40}.", wish_id=wish_id)


def _document(wish: FreeWish) -> object:
    return _WISHES.dump_python(replace(wish, wanted=clean(wish.wanted), why=clean(wish.why)), mode="json")
