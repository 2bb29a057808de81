"""The records, as the API and the audit ask for them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from calls.errors import Conflict, NotFound
from store.sql.columns import Moment
from store.sql.database import Database
from store.sql.links import answers_of
from store.sql.lists import chunks
from store.sql.pages import call_status, cut, of_calls, of_tickets, page_of
from store.sql.rows import AnyRow, deadline_row, record_of, ticket_of, written_row
from store.sql.tables import calls, events_set_aside, tickets
from store.sql.ticketing import Ticketing
from tickets.deadline import Deadlines
from tickets.record import CallRecord
from tickets.records import Page, Unheard, Wanted
from tickets.stream import SetAside
from tickets.ticket import VOICEMAIL_TAG, Ticket, TicketPatch, TicketStatus, write

_TICKETS: Final = select(tickets, calls.c.received, calls.c.document).join_from(
    tickets, calls, (calls.c.hotline == tickets.c.hotline) & (calls.c.call_id == tickets.c.call_id)
)


class SqlRecords:
    """Implements `tickets.records.Records` for one hotline."""

    def __init__(self, database: Database, hotline: str, deadlines: Deadlines) -> None:
        self._database = database
        self._hotline = hotline
        self._ticketing = Ticketing(database, hotline, deadlines)

    def go_by(self, deadlines: Deadlines) -> None:
        """Reckon with these from now on."""
        self._ticketing = Ticketing(self._database, self._hotline, deadlines)

    async def calls(self, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Page[CallRecord]:
        """See `Records.calls`."""
        query = select(calls.c.received, calls.c.call_id, calls.c.document).where(
            calls.c.hotline == self._hotline, *of_calls(wanted), *call_status(wanted.status)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(page_of(query, cursor=cursor, limit=limit))).all()
        rows, following = cut(rows, limit)
        return Page(items=tuple(record_of(row.document) for row in rows), next=following)

    async def call(self, call_id: str) -> CallRecord:
        """See `Records.call`."""
        query = select(calls.c.document).where(calls.c.hotline == self._hotline, calls.c.call_id == call_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound("call_unknown", f"There is no record of a call {call_id:.160}.", call_id=call_id)
        return record_of(row.document)

    async def tickets(self, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Page[Ticket]:
        """See `Records.tickets`."""
        query = _TICKETS.where(calls.c.hotline == self._hotline, *of_calls(wanted), *of_tickets(wanted, sqlite=self._database.is_sqlite))
        async with self._database.reading() as connection:
            rows = (await connection.execute(page_of(query, cursor=cursor, limit=limit))).all()
            rows, following = cut(rows, limit)
            return Page(items=await self._whole(connection, rows), next=following)

    async def ticket(self, number: str) -> Ticket:
        """See `Records.ticket`."""
        async with self._database.reading() as connection:
            row = (await connection.execute(self._numbered(number))).one_or_none()
            if row is None:
                raise _unknown(number)
            return (await self._whole(connection, [row]))[0]

    async def ticket_of(self, call_id: str) -> Ticket | None:
        """See `Records.ticket_of`."""
        query = _TICKETS.where(tickets.c.hotline == self._hotline, tickets.c.call_id == call_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else (await self._whole(connection, [row]))[0]

    async def patch_ticket(self, number: str, patch: TicketPatch, *, expect: int | None, by: str, at: datetime) -> Ticket:
        """See `Records.patch_ticket`.

        The call's row is locked first, as by the recorder, because class and type make the deadline together. The ticket is
        read only then: PostgreSQL would show a joined row as it was before the lock was waited for.
        """
        async with self._database.writing() as connection:
            if not (await connection.execute(self._numbered(number).with_only_columns(calls.c.call_id).with_for_update(of=calls))).all():
                raise _unknown(number)
            [ticket] = await self._whole(connection, [(await connection.execute(self._numbered(number))).one()])
            if expect is not None and ticket.version != expect:
                raise Conflict("ticket_changed", f"Ticket {number} was changed meanwhile; look at it again.", version=ticket.version)
            written = write(ticket.written, patch)
            if written == ticket.written:
                return ticket
            deadline = self._ticketing.deadline(ticket.record, written.type, ticket.deadline)
            changes: dict[str, Any] = {**written_row(written), **deadline_row(deadline), "version": ticket.version + 1}
            mine = update(tickets).where(tickets.c.hotline == self._hotline, tickets.c.number == number)
            await connection.execute(mine.values(**changes, updated=at, updated_by=by))
            return ticket_of((await connection.execute(self._numbered(number))).one(), ticket.answers)

    async def unheard(self) -> list[Unheard]:
        """Voice messages that nobody has handled yet, by class, for figures. Raises: StoreFault."""
        wanted = Wanted(status=TicketStatus.OPEN, tag=VOICEMAIL_TAG)
        counted = func.count(), func.min(calls.c.received, type_=Moment)
        query = _TICKETS.with_only_columns(calls.c.caller_class, *counted, maintain_column_froms=True)
        query = query.where(calls.c.hotline == self._hotline, *of_tickets(wanted, sqlite=self._database.is_sqlite))
        async with self._database.reading() as connection:
            rows = await connection.execute(query.group_by(calls.c.caller_class).order_by(calls.c.caller_class))
        return [Unheard(caller_class=who, open=many, oldest=oldest) for who, many, oldest in rows]

    async def ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        """See `Records.ended`."""
        query = select(calls.c.call_id, calls.c.end_reason).where(calls.c.hotline == self._hotline)
        async with self._database.reading() as connection:
            found = [await connection.execute(query.where(calls.c.call_id.in_(chunk))) for chunk in chunks(sorted(call_ids))]
        return {row.call_id: row.end_reason != "" for rows in found for row in rows}

    async def tickets_of(self, call_ids: Sequence[str]) -> Mapping[str, str]:
        """See `Records.tickets_of`."""
        query = select(tickets.c.call_id, tickets.c.number).where(tickets.c.hotline == self._hotline)
        async with self._database.reading() as connection:
            found = [await connection.execute(query.where(tickets.c.call_id.in_(chunk))) for chunk in chunks(sorted(call_ids))]
        return {row.call_id: row.number for rows in found for row in rows}

    async def set_aside(self, limit: int = 100) -> tuple[SetAside, ...]:
        """What could not become part of a record, latest first."""
        query = select(events_set_aside).where(events_set_aside.c.hotline == self._hotline).order_by(events_set_aside.c.id.desc())
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.limit(limit))).all()
        return tuple(SetAside(entry_id=row.entry_id, text=row.text, reason=row.reason) for row in rows)

    async def counts(self) -> Mapping[str, int]:
        """How many calls, tickets, calls that could not be folded and facts set aside there are."""
        questions = {
            "calls": select(func.count()).where(calls.c.hotline == self._hotline),
            "tickets": select(func.count()).where(tickets.c.hotline == self._hotline),
            "faulty": select(func.count()).where(calls.c.hotline == self._hotline, calls.c.faulty != ""),
            "set_aside": select(func.count()).where(events_set_aside.c.hotline == self._hotline),
        }
        async with self._database.reading() as connection:
            return {name: (await connection.execute(question)).scalar_one() for name, question in questions.items()}

    async def _whole(self, connection: AsyncConnection, rows: Sequence[AnyRow]) -> tuple[Ticket, ...]:
        """The tickets of these rows, with what specialists answered."""
        answers = await answers_of(connection, self._hotline, [row.call_id for row in rows])
        return tuple(ticket_of(row, answers.get(row.call_id, ())) for row in rows)

    def _numbered(self, number: str) -> Select[*tuple[Any, ...]]:
        return _TICKETS.where(tickets.c.hotline == self._hotline, tickets.c.number == number)


def _unknown(number: str) -> NotFound:
    return NotFound("ticket_unknown", f"There is no ticket {number:.40}.", number=number)
