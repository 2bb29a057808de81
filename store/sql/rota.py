"""The duty table (值班表) in SQL."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, Row, Table, Text, select

from routing.rota import DutyDay
from store.sql.columns import DOCUMENT, PLAIN_TEXT, clean, metadata
from store.sql.database import Database
from store.sql.lists import Touched, Versions, delete_all, insert_all, note_growth
from whitelist.changes import Diff
from whitelist.entries import Source

duty_days: Final = Table(
    "duty_days",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("duty_id", PLAIN_TEXT, nullable=False),
    Column("day", Date, nullable=False),
    Column("group_name", PLAIN_TEXT, nullable=False),
    Column("begins", Integer, nullable=False, comment="minute of the day"),
    Column("ends", Integer, nullable=False, comment="no later than it begins: on the next day"),
    Column("seats", DOCUMENT, nullable=False),
    Column("agents", DOCUMENT, nullable=False),
    Column("notes", Text, nullable=False),
    Column("source", DOCUMENT, comment="{file, sheet, row}"),
    PrimaryKeyConstraint("hotline", "duty_id"),
)
Index(None, duty_days.c.hotline, duty_days.c.day)

_KEPT: Final = duty_days.c


class SqlRota:
    """Implements `routing.rota.RotaStore` for one hotline."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline
        self._versions = Versions(hotline, "rota")

    async def version(self) -> int:
        """See `RotaStore.version`."""
        async with self._database.reading() as connection:
            return await self._versions.current(connection)

    async def apply(self, changes: Diff[DutyDay], *, by: str, at: datetime, based_on: int | None = None) -> int:
        """See `RotaStore.apply`."""
        if changes.nothing_to_change:
            return await self.version()
        written = [*changes.added, *(change.after for change in changes.changed)]
        touched = Touched(
            [row.duty_id for row in changes.added],
            [change.after.duty_id for change in changes.changed],
            [row.duty_id for row in changes.removed],
        )
        async with self._database.writing() as connection:
            version = await self._versions.take_next(connection, touched, by=by, at=at, based_on=based_on)
            await delete_all(connection, duty_days, _KEPT.duty_id, self._hotline, touched.stood_before)
            with self._versions.conflict_where_taken(version):
                await insert_all(connection, duty_days, [_row(self._hotline, row) for row in written])
            await note_growth(self._database, connection, len(touched), [duty_days])
        return version

    async def everything(self) -> list[DutyDay]:
        """See `RotaStore.everything`."""
        query = select(duty_days).where(_KEPT.hotline == self._hotline).order_by(_KEPT.day, _KEPT.group_name, _KEPT.begins, _KEPT.duty_id)
        async with self._database.reading() as connection:
            return [_duty_day(row) for row in await connection.execute(query)]


def _row(hotline: str, row: DutyDay) -> dict[str, Any]:
    source = row.source
    return {
        "hotline": hotline,
        "duty_id": row.duty_id,
        "day": row.day,
        "group_name": row.group,
        "begins": row.times[0],
        "ends": row.times[1],
        "seats": list(row.seats),
        "agents": clean(row.agents),
        "notes": clean(row.notes),
        "source": {"file": clean(source.file), "sheet": clean(source.sheet), "row": source.row} if source else None,
    }


def _duty_day(row: Row[*tuple[Any, ...]]) -> DutyDay:
    return DutyDay(
        duty_id=row.duty_id,
        group=row.group_name,
        day=row.day,
        times=(row.begins, row.ends),
        seats=tuple(row.seats),
        agents=tuple(row.agents),
        notes=row.notes,
        source=Source(**row.source) if row.source else None,
    )
