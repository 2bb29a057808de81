"""The log of acts in SQL: rows are added and never changed, which the database itself sees to (migration 0003)."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from calls.events import Act
from store.sql.columns import clean
from store.sql.database import Database
from store.sql.pages import cut, page_of
from store.sql.rows import AnyRow
from store.sql.tables import acts
from tickets.acts import WantedActs
from tickets.records import Page


class SqlActs:
    """Implements `tickets.acts.ActLog` for one hotline."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline

    async def add(self, act: Act) -> None:
        """See `ActLog.add`."""
        async with self._database.writing() as connection:
            await self.keep(connection, [act])

    async def keep(self, connection: AsyncConnection, told: Sequence[Act]) -> int:
        """Keep these within a transaction; tells how many were new."""
        new = 0
        for act in told:
            done = await connection.execute(self._database.insert(acts).on_conflict_do_nothing(), [self._row(act)])
            new += max(0, done.rowcount)
        return new

    async def acts(self, wanted: WantedActs, *, cursor: str | None = None, limit: int = 50) -> Page[Act]:
        """See `ActLog.acts`."""
        named = acts.c.at.label("received"), acts.c.act_id.label("call_id")
        query = select(acts, *named).where(acts.c.hotline == self._hotline, *_of(wanted))
        query = page_of(query, cursor=cursor, limit=limit, by=(acts.c.at, acts.c.act_id))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        rows, following = cut(rows, limit)
        return Page(items=tuple(_act(row) for row in rows), next=following)

    def _row(self, act: Act) -> dict[str, Any]:
        return {
            "hotline": self._hotline,
            "act_id": act.act_id,
            "came_of": act.came_of,
            "at": act.at,
            "who": clean(act.who),
            "role": act.role,
            "person": clean(act.person),
            "what": act.what,
            "subject": clean(act.subject),
            "why": clean(act.why),
            "detail": clean(json.loads(act.detail)) if act.detail else None,
        }


def _of(wanted: WantedActs) -> Iterator[ColumnElement[bool]]:
    if not wanted.undone:
        undone = acts.alias("undone")
        same = (undone.c.hotline == acts.c.hotline) & (undone.c.act_id == acts.c.act_id) & (undone.c.came_of != "")
        yield acts.c.came_of == ""
        yield ~select(literal(1)).select_from(undone).where(same).exists()
    if wanted.who is not None:
        yield or_(acts.c.who == wanted.who, acts.c.person == wanted.who)
    if wanted.what is not None:
        yield acts.c.what == wanted.what
    if wanted.subject is not None:
        yield or_(acts.c.subject == wanted.subject, acts.c.subject.startswith(wanted.subject + "/", autoescape=True))
    if wanted.since is not None:
        yield acts.c.at >= wanted.since
    if wanted.until is not None:
        yield acts.c.at < wanted.until


def _act(row: AnyRow) -> Act:
    kind, _, name = row.subject.partition("/")
    return Act(
        call_id=name if kind == "calls" else "acts",
        at=row.at,
        act_id=row.act_id,
        who=row.who,
        role=row.role,
        person=row.person,
        what=row.what,
        subject=row.subject,
        why=row.why,
        detail=json.dumps(row.detail, ensure_ascii=False) if row.detail is not None else "",
        came_of=row.came_of,
    )
