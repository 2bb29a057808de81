"""How specialists answer: each attempt kept up by the recorder within its transaction, and the figures made of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Boolean, Column, Index, PrimaryKeyConstraint, Select, Table, Text, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from conference.figures import DepartmentFigures
from conference.planning import Answering
from store.sql.columns import PLAIN_TEXT, Moment, metadata
from store.sql.database import Database
from store.sql.links import ticket_answers
from store.sql.lists import chunks
from store.sql.rows import AnyRow
from store.sql.tables import calls, tickets
from tickets.answers import ReplyKind
from tickets.calendar import WorkCalendar
from tickets.record import CallRecord
from tickets.ticket import TicketStatus

specialist_attempts: Final = Table(
    "specialist_attempts",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("attempt_id", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("specialist_id", PLAIN_TEXT, nullable=False),
    Column("department", PLAIN_TEXT, nullable=False),
    Column("asked", Moment, nullable=False),
    Column("picked_up", Boolean, nullable=False),
    Column("joined", Moment),
    Column("left", Moment),
    PrimaryKeyConstraint("hotline", "attempt_id"),
    comment="each ringing of a specialist's phone, as the facts tell it: for turns and figures",
)
_MADE: Final = specialist_attempts.c
Index("ix_specialist_attempts_hotline_specialist_id_asked", _MADE.hotline, _MADE.specialist_id, _MADE.asked)
Index("ix_specialist_attempts_hotline_asked", _MADE.hotline, _MADE.asked)


class AttemptKeeping:
    """Brings the attempts up to date with freshly folded records."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline

    async def bring_up_to_date(self, connection: AsyncConnection, records: Sequence[CallRecord]) -> None:
        """What these calls tell of specialists. The calls' rows are locked by this transaction."""
        rows = [row for record in records for row in self._rows(record)]
        if not rows:
            return
        insert = self._database.insert(specialist_attempts)
        told = {name: insert.excluded[name] for name in ("asked", "picked_up", "joined", "left")}
        await connection.execute(insert.on_conflict_do_update(index_elements=["hotline", "attempt_id"], set_=told), rows)

    def _rows(self, record: CallRecord) -> Iterator[dict[str, Any]]:
        for part in record.specialists:
            for attempt in part.attempts:
                if attempt.asked is None:
                    continue
                joined = attempt.ended if attempt.outcome == "joined" else None
                yield {
                    "hotline": self._hotline,
                    "attempt_id": attempt.attempt_id,
                    "call_id": record.call_id,
                    "specialist_id": part.specialist_id,
                    "department": part.department,
                    "asked": attempt.asked,
                    "picked_up": attempt.picked_up or joined is not None,
                    "joined": joined,
                    "left": part.left if joined else None,
                }


class SqlSpecialistFigures:
    """Implements `conference.figures.SpecialistFigures` for one hotline."""

    def __init__(self, database: Database, hotline: str, calendar: WorkCalendar) -> None:
        self._database = database
        self._hotline = hotline
        self._calendar = calendar

    async def answering(self, specialist_ids: Sequence[str], *, since: datetime) -> Mapping[str, Answering]:
        """See `SpecialistFigures.answering`."""
        lately = _MADE.asked >= since
        query: Select[*tuple[Any, ...]] = select(
            _MADE.specialist_id,
            func.max(_MADE.asked).label("last_called"),
            func.max(_MADE.joined).label("last_joined"),
            func.max(_MADE.left).label("last_left"),
            func.count(case((lately, _MADE.call_id)).distinct()).label("asked"),
            func.count(case((lately & _MADE.joined.is_not(None), _MADE.call_id)).distinct()).label("came"),
        ).where(_MADE.hotline == self._hotline)
        found: dict[str, Answering] = {}
        async with self._database.reading() as connection:
            for some in chunks(specialist_ids):
                rows = await connection.execute(query.where(_MADE.specialist_id.in_(some)).group_by(_MADE.specialist_id))
                found.update((row.specialist_id, _answering(row)) for row in rows)
        return found

    async def departments(self, *, since: datetime, until: datetime) -> Mapping[str, DepartmentFigures]:
        """See `SpecialistFigures.departments`."""
        within = _MADE.hotline == self._hotline, _MADE.asked >= since, _MADE.asked < until
        joined = (tickets.c.hotline == _MADE.hotline) & (tickets.c.call_id == _MADE.call_id)
        asked = (
            select(specialist_attempts, tickets.c.status, tickets.c.answer, tickets.c.updated, tickets.c.department.label("left_to"))
            .select_from(specialist_attempts.outerjoin(tickets, joined))
            .where(*within)
            .order_by(_MADE.asked)
        )
        left = (
            select(tickets.c.department, func.count())
            .join_from(tickets, calls, (calls.c.hotline == tickets.c.hotline) & (calls.c.call_id == tickets.c.call_id))
            .where(tickets.c.hotline == self._hotline, tickets.c.department != "", calls.c.received >= since, calls.c.received < until)
            .group_by(tickets.c.department)
        )
        said = (
            select(ticket_answers.c.call_id, ticket_answers.c.specialist_id, ticket_answers.c.kind)
            .where(ticket_answers.c.hotline == self._hotline, ticket_answers.c.kind != ReplyKind.REMARK)
            .where(ticket_answers.c.call_id.in_(select(_MADE.call_id).where(*within)))
            .order_by(ticket_answers.c.place)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(asked)).all()
            words = _words_of_calls((await connection.execute(said)).all())
            assigned = {row[0]: row[1] for row in await connection.execute(left)}
        of_call: dict[str, dict[str, list[AnyRow]]] = {name: {} for name in assigned}
        for row in rows:
            of_call.setdefault(row.department, {}).setdefault(row.call_id, []).append(row)
        return {name: self._figures(list(by_call.values()), words, assigned.get(name, 0)) for name, by_call in of_call.items()}

    def _figures(self, by_call: Sequence[Sequence[AnyRow]], words: Mapping[str, Sequence[AnyRow]], assigned: int) -> DepartmentFigures:
        """Args: by_call: of each call the attempts, in order. words: of each call what specialists answered by their links, in order."""
        came = ((attempts, [row.joined for row in attempts if row.joined]) for attempts in by_call)
        accepted = [(attempts, min(moments)) for attempts, moments in came if moments]
        return DepartmentFigures(
            asked=len(by_call),
            answered=sum(any(row.picked_up for row in attempts) for attempts in by_call),
            accepted=len(accepted),
            seconds=tuple(sorted((first - attempts[0].asked).total_seconds() for attempts, first in accepted)),
            solved_online=sum(self._solved_online(attempts, words.get(attempts[0].call_id, ())) for attempts, _ in accepted),
            assigned=assigned,
        )

    def _solved_online(self, attempts: Sequence[AnyRow], words: Sequence[AnyRow]) -> bool:
        """The last word of the department's own specialists decides; without one, what the agent made of the ticket."""
        row, own = attempts[0], {attempt.specialist_id for attempt in attempts}
        if row.left_to or not row.status:
            return False
        if its := [word.kind for word in words if word.specialist_id in own]:
            return bool(its[-1] == ReplyKind.SOLVED)
        if row.status == TicketStatus.ANSWERED_ONLINE:
            return True
        closed = row.status == TicketStatus.CLOSED and bool(row.answer.strip()) and row.updated is not None
        return closed and self._calendar.local(row.updated).date() == self._calendar.local(row.asked).date()


def _words_of_calls(rows: Sequence[AnyRow]) -> Mapping[str, Sequence[AnyRow]]:
    of_call: dict[str, list[AnyRow]] = {}
    for row in rows:
        of_call.setdefault(row.call_id, []).append(row)
    return of_call


def _answering(row: AnyRow) -> Answering:
    return Answering(
        asked=row.asked, joined=row.came, last_called=row.last_called, last_joined=row.last_joined, last_left=row.last_left
    )
