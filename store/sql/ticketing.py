"""The tickets of freshly folded records, made or brought up to date within the recorder's transaction."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.sql.database import Database
from store.sql.rows import AnyRow, deadline_of, deadline_row, written_row
from store.sql.tables import ticket_days, tickets
from tickets.deadline import Deadline, Deadlines, lane_of
from tickets.record import CallRecord
from tickets.ticket import Written, tags_of, ticket_number
from tickets.types import TicketType

_REFRESH: Final = (
    update(tickets)
    .where(tickets.c.hotline == bindparam("_hotline"), tickets.c.call_id == bindparam("_call_id"))
    .values({name: bindparam(name) for name in ("tags", "due", "deadline", "department", "sign_due", "sign_source")})
)


class Ticketing:
    """Makes the tickets of a hotline. What people write is never touched here."""

    def __init__(self, database: Database, hotline: str, deadlines: Deadlines) -> None:
        self._database = database
        self._hotline = hotline
        self._deadlines = deadlines

    async def bring_up_to_date(self, connection: AsyncConnection, records: Sequence[CallRecord], now: datetime) -> None:
        """Each record that needs a ticket has it afterwards. The calls' rows are locked by this transaction."""
        needing = [record for record in records if record.needs_ticket]
        if not needing:
            return
        known = await self._known(connection, [record.call_id for record in needing])
        lacking = [record for record in needing if record.call_id not in known]
        if lacking:
            numbers = await self._numbers(connection, Counter(self._day(record) for record in lacking))
            await connection.execute(tickets.insert(), [self._new_row(record, next(numbers[self._day(record)]), now) for record in lacking])
        changed = [row for record in needing if record.call_id in known for row in self._changes(record, known[record.call_id])]
        if changed:
            await connection.execute(_REFRESH, changed)

    def deadline(self, record: CallRecord, kind: TicketType | None, before: Deadline | None) -> Deadline:
        """The deadline of this record's ticket: the one it has, as long as it was reckoned from the same things.

        So rules that change later do not move the dates of tickets that are under way.
        """
        same = before and (before.lane, before.type, before.received) == (lane_of(record.caller_class), kind, record.received)
        if before and same and not before.problem:
            return before
        return self._deadlines.of(caller_class=record.caller_class, type=kind, received=record.received)

    async def _known(self, connection: AsyncConnection, call_ids: Sequence[str]) -> dict[str, AnyRow]:
        query = select(
            tickets.c.call_id, tickets.c.type, tickets.c.tags, tickets.c.deadline, tickets.c.department, tickets.c.sign_due
        )
        rows = await connection.execute(query.where(tickets.c.hotline == self._hotline, tickets.c.call_id.in_(call_ids)))
        return {row.call_id: row for row in rows}

    async def _numbers(self, connection: AsyncConnection, wanted: Mapping[date, int]) -> dict[date, Iterator[str]]:
        """So many new numbers of each day. The day's row stays locked until the commit: no number is given twice or left out.

        The days come in order, after the calls' rows, which also come in order: two recorders cannot wait for each other.
        """
        numbers: dict[date, Iterator[str]] = {}
        for day, n in sorted(wanted.items()):
            insert = self._database.insert(ticket_days).values(hotline=self._hotline, day=day, last=n)
            upsert = insert.on_conflict_do_update(index_elements=["hotline", "day"], set_={"last": ticket_days.c.last + n})
            last = (await connection.execute(upsert.returning(ticket_days.c.last))).scalar_one()
            numbers[day] = iter([ticket_number(day, running) for running in range(last - n + 1, last + 1)])
        return numbers

    def _day(self, record: CallRecord) -> date:
        return self._deadlines.calendar.local(record.received).date()

    def _new_row(self, record: CallRecord, number: str, now: datetime) -> dict[str, Any]:
        return {
            "hotline": self._hotline,
            "number": number,
            "call_id": record.call_id,
            "created": now,
            "tags": list(tags_of(record)),
            "version": 1,
            "updated": None,
            "updated_by": "",
            **deadline_row(self.deadline(record, None, None)),
            **self._left_to(record),
            **written_row(Written()),
        }

    def _changes(self, record: CallRecord, row: AnyRow) -> Iterator[dict[str, Any]]:
        """What new facts change about a ticket, if anything."""
        before = deadline_of(row.deadline)
        deadline = self.deadline(record, TicketType(row.type) if row.type else None, before)
        tags = list(tags_of(record))
        left_to = self._left_to(record)
        same = (row.department or "", row.sign_due) == (left_to["department"], left_to["sign_due"])
        if deadline != before or tags != row.tags or not same:
            yield {"_hotline": self._hotline, "_call_id": record.call_id, "tags": tags, **deadline_row(deadline), **left_to}

    def _left_to(self, record: CallRecord) -> dict[str, Any]:
        """The department that the ticket was left to, and until when it signs for it."""
        left = record.left_to
        if left is None:
            return {"department": "", "sign_due": None, "sign_source": ""}
        until, source = self._deadlines.sign_by(left.at)
        return {"department": left.department, "sign_due": until, "sign_source": source}
