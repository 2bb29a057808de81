"""The outbox of messages in SQL. A message's text is not in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Index, Integer, PrimaryKeyConstraint, Table, Text, Update, func, or_, select, update

from store.sql.columns import PLAIN_TEXT, Moment, clean, metadata
from store.sql.database import Database
from store.sql.rows import AnyRow
from tickets.messages import Message, MessageState

messages: Final = Table(
    "messages",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("message_id", PLAIN_TEXT, nullable=False),
    Column("link_id", PLAIN_TEXT, nullable=False),
    Column("issue", Integer, nullable=False),
    Column("number", PLAIN_TEXT, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created", Moment, nullable=False),
    Column("due", Moment, nullable=False, comment="when to try it; of one that is being sent, when its engine must have ended"),
    Column("ended", Moment),
    Column("gateway_id", Text, nullable=False),
    Column("why", Text, nullable=False),
    PrimaryKeyConstraint("hotline", "message_id"),
)
Index(None, messages.c.hotline, messages.c.state, messages.c.due)
Index(None, messages.c.hotline, messages.c.link_id, messages.c.created)
Index(None, messages.c.hotline, messages.c.gateway_id)

_LONGEST: Final = 300


class SqlOutbox:
    """Implements `tickets.messages.Outbox` for one hotline. Any number of engines may take from it."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline

    async def due(self, now: datetime, limit: int) -> Sequence[Message]:
        """See `Outbox.due`."""
        pending = messages.c.state.in_([MessageState.WAITING, MessageState.SENDING]), messages.c.due <= now
        query = select(messages).where(messages.c.hotline == self._hotline, *pending).order_by(messages.c.due).limit(limit)
        async with self._database.reading() as connection:
            return [_message(row) for row in await connection.execute(query)]

    async def claim(self, message: Message, *, until: datetime) -> bool:
        """See `Outbox.claim`. Whoever is second finds another number of attempts there."""
        as_seen = messages.c.state == message.state, messages.c.attempts == message.attempts
        change = {"state": MessageState.SENDING, "attempts": message.attempts + 1, "due": until}
        async with self._database.writing() as connection:
            done = await connection.execute(update(messages).where(*self._this(message), *as_seen).values(change))
        return done.rowcount > 0

    async def settle(self, message: Message) -> None:
        """See `Outbox.settle`. Where another engine has taken it over since, its word counts."""
        mine = messages.c.state == MessageState.SENDING, messages.c.attempts == message.attempts
        row = {name: value for name, value in message_row(message).items() if name not in ("message_id", "attempts")}
        async with self._database.writing() as connection:
            await connection.execute(update(messages).where(*self._this(message), *mine).values(row))

    async def of_links(self, link_ids: Sequence[str]) -> Mapping[str, Message]:
        """See `Outbox.of_links`."""
        if not link_ids:
            return {}
        query = select(messages).where(messages.c.hotline == self._hotline, messages.c.link_id.in_(link_ids))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(messages.c.created, messages.c.issue))).all()
        return {row.link_id: _message(row) for row in rows}

    async def reported(self, message: str, state: MessageState, *, at: datetime, why: str) -> bool:
        """See `Outbox.reported`."""
        named = or_(messages.c.message_id == message, messages.c.gateway_id == message)
        taken = messages.c.state.in_([MessageState.SENT, MessageState.UNKNOWN])
        change = update(messages).where(messages.c.hotline == self._hotline, named, taken)
        async with self._database.writing() as connection:
            done = await connection.execute(change.values(state=state, ended=at, why=clean(why)[:_LONGEST]))
        return done.rowcount > 0

    async def counts(self) -> Mapping[MessageState, int]:
        """See `Outbox.counts`."""
        query = select(messages.c.state, func.count().label("many")).where(messages.c.hotline == self._hotline).group_by(messages.c.state)
        async with self._database.reading() as connection:
            return {MessageState(row.state): row.many for row in await connection.execute(query)}

    def _this(self, message: Message) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return messages.c.hotline == self._hotline, messages.c.message_id == message.message_id


def withdraw(hotline: str, link_id: str, at: datetime | None) -> Update:
    """What waits to be sent of a link is not to be sent any more."""
    waiting = messages.c.hotline == hotline, messages.c.link_id == link_id, messages.c.state == MessageState.WAITING
    why = "Its link was withdrawn or issued again."
    return update(messages).where(*waiting).values(state=MessageState.WITHDRAWN, ended=at, why=why)


def message_row(message: Message) -> dict[str, Any]:
    """Its columns."""
    return {
        "message_id": message.message_id,
        "link_id": message.link_id,
        "issue": message.issue,
        "number": clean(message.number),
        "state": message.state,
        "attempts": message.attempts,
        "created": message.created,
        "due": message.due,
        "ended": message.ended,
        "gateway_id": clean(message.gateway_id)[:_LONGEST],
        "why": clean(message.why)[:_LONGEST],
    }


def _message(row: AnyRow) -> Message:
    return Message(
        message_id=row.message_id,
        link_id=row.link_id,
        issue=row.issue,
        number=row.number,
        state=MessageState(row.state),
        attempts=row.attempts,
        created=row.created,
        due=row.due,
        ended=row.ended,
        gateway_id=row.gateway_id,
        why=row.why,
    )
