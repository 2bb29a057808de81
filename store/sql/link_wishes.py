"""The recorder's part of links: whoever joined a call is to have one, decided in the transaction that records his joining."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from store.sql.database import Database
from store.sql.links import ticket_links
from tickets.link_code import new_link_id
from tickets.record import CallRecord

LATE: Final = timedelta(hours=12)
"""Whoever joined longer ago than this is not written to any more: his facts are old ones that are told again."""


class LinkWishes:
    """Those of one hotline that sends links by itself."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline

    async def bring_up_to_date(self, connection: AsyncConnection, records: Sequence[CallRecord], now: datetime) -> None:
        """One wish for each specialist of a call, however often the call is told; the engines issue what is wished for."""
        rows = [
            {
                "hotline": self._hotline, "link_id": new_link_id(), "call_id": record.call_id, "specialist_id": part.specialist_id,
                "name": part.name, "department": part.department, "wanted": part.joined, "issue": 0, "digest": "", "issued_by": "",
                "revoked_by": "",
            }
            for record in records
            if record.needs_ticket
            for part in record.specialists
            if part.joined is not None and now - part.joined < LATE
        ]  # fmt: skip
        if rows:
            await connection.execute(self._database.insert(ticket_links).on_conflict_do_nothing(), rows)
