"""Links for specialists, and what they answered, in SQL. Answers are added and never changed; the database sees to it (migration 0006)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    UniqueConstraint,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from calls.errors import Conflict, NotFound, Refused
from store.sql.columns import PLAIN_TEXT, Moment, clean, metadata
from store.sql.database import Database
from store.sql.outbox import message_row, messages, withdraw
from store.sql.rows import AnyRow
from store.sql.tables import calls, tickets
from tickets.answers import MOST_ANSWERS, Draft, ReplyKind, SpecialistAnswer
from tickets.links import Link, LinkUnusable
from tickets.messages import Message

ticket_links: Final = Table(
    "ticket_links",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("link_id", PLAIN_TEXT, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("specialist_id", PLAIN_TEXT, nullable=False),
    Column("name", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("wanted", Moment, nullable=False),
    Column("issue", Integer, nullable=False, comment="how often it was issued; 0: it is still to be"),
    Column("digest", Text, nullable=False, comment="SHA-256 of the present code's key"),
    Column("issued", Moment),
    Column("issued_by", Text, nullable=False),
    Column("expires", Moment),
    Column("revoked", Moment),
    Column("revoked_by", Text, nullable=False),
    Column("shown", Moment),
    Column("opened", Moment),
    PrimaryKeyConstraint("hotline", "link_id"),
    UniqueConstraint("hotline", "call_id", "specialist_id"),
    ForeignKeyConstraint(["hotline", "call_id"], ["calls.hotline", "calls.call_id"]),
)
Index(None, ticket_links.c.hotline, ticket_links.c.issue, ticket_links.c.wanted)

ticket_answers: Final = Table(
    "ticket_answers",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("answer_id", PLAIN_TEXT, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("place", Integer, nullable=False, comment="among the ticket's answers, from 1"),
    Column("link_id", PLAIN_TEXT, nullable=False),
    Column("specialist_id", PLAIN_TEXT, nullable=False),
    Column("name", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("until", Date),
    Column("referred_to", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("told", Boolean, nullable=False, comment="whether the stream of facts has it; the only column that ever changes"),
    PrimaryKeyConstraint("hotline", "answer_id"),
    UniqueConstraint("hotline", "call_id", "place"),
    ForeignKeyConstraint(["hotline", "link_id"], ["ticket_links.hotline", "ticket_links.link_id"]),
)
Index(None, ticket_answers.c.hotline, ticket_answers.c.told, ticket_answers.c.at)

_LINK: Final = select(ticket_links, tickets.c.number).join_from(
    ticket_links, tickets, (tickets.c.hotline == ticket_links.c.hotline) & (tickets.c.call_id == ticket_links.c.call_id)
)


class SqlLinks:
    """Implements `tickets.links.LinkStore` for one hotline."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline

    async def links_of(self, ticket: str) -> Sequence[Link]:
        """See `LinkStore.links_of`."""
        mine = tickets.c.hotline == self._hotline, tickets.c.number == ticket
        async with self._database.reading() as connection:
            if (await connection.execute(select(tickets.c.number).where(*mine))).one_or_none() is None:
                raise NotFound("ticket_unknown", f"There is no ticket {ticket:.40}.", number=ticket)
            rows = (await connection.execute(_LINK.where(*mine).order_by(ticket_links.c.wanted, ticket_links.c.link_id))).all()
        return [_link(row) for row in rows]

    async def link(self, link_id: str) -> Link | None:
        """See `LinkStore.link`."""
        async with self._database.reading() as connection:
            row = (await connection.execute(self._numbered(link_id))).one_or_none()
        return None if row is None else _link(row)

    async def wanted(self, limit: int) -> Sequence[Link]:
        """See `LinkStore.wanted`."""
        query = _LINK.where(ticket_links.c.hotline == self._hotline, ticket_links.c.issue == 0, ticket_links.c.revoked.is_(None))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(ticket_links.c.wanted).limit(limit))).all()
        return [_link(row) for row in rows]

    async def put(self, link: Link, *, was: int | None, message: Message | None) -> None:
        """See `LinkStore.put`."""
        row = _row(link)
        async with self._database.writing() as connection:
            if was is None:
                key = {"hotline": self._hotline, "link_id": link.link_id, "call_id": link.call_id, "wanted": link.issued}
                who = {"specialist_id": link.specialist_id, "name": clean(link.name), "department": clean(link.department)}
                insert = self._database.insert(ticket_links).values(**key, **who, **row)
                done = await connection.execute(insert.on_conflict_do_nothing())
            else:
                change = update(ticket_links).where(*self._this(link.link_id), ticket_links.c.issue == was)
                done = await connection.execute(change.values(**row))
            if not done.rowcount:
                raise Conflict("link_changed", f"The link of {link.name} was changed meanwhile; look at it again.")
            await connection.execute(withdraw(self._hotline, link.link_id, link.issued))
            if message is not None:
                await connection.execute(messages.insert().values(hotline=self._hotline, **message_row(message)))

    async def revoke(self, link_id: str, *, by: str, at: datetime) -> None:
        """See `LinkStore.revoke`."""
        async with self._database.writing() as connection:
            change = update(ticket_links).where(*self._this(link_id), ticket_links.c.revoked.is_(None))
            await connection.execute(change.values(revoked=at, revoked_by=clean(by)))
            await connection.execute(withdraw(self._hotline, link_id, at))

    async def mark_shown(self, link_id: str, issue: int, at: datetime) -> bool:
        """See `LinkStore.mark_shown`."""
        first = ticket_links.c.issue == issue, ticket_links.c.shown.is_(None)
        async with self._database.writing() as connection:
            done = await connection.execute(update(ticket_links).where(*self._this(link_id), *first).values(shown=at))
        return done.rowcount > 0

    async def mark_opened(self, link_id: str, at: datetime) -> None:
        """See `LinkStore.mark_opened`."""
        async with self._database.writing() as connection:
            await connection.execute(update(ticket_links).where(*self._this(link_id)).values(opened=at))

    async def append(self, answer_id: str, draft: Draft, *, link_id: str, issue: int, seen: int, at: datetime) -> SpecialistAnswer:
        """See `LinkStore.append`. The call's row is locked: answers to one ticket come one after another."""
        async with self._database.writing() as connection:
            row = (await connection.execute(self._numbered(link_id).with_only_columns(ticket_links.c.call_id))).one_or_none()
            if row is None:
                raise LinkUnusable
            locked = select(calls.c.call_id).where(calls.c.hotline == self._hotline, calls.c.call_id == row.call_id)
            await connection.execute(locked.with_for_update())
            link = _link((await connection.execute(self._numbered(link_id))).one())
            if not link.good(at, issue):
                raise LinkUnusable
            given = (await answers_of(connection, self._hotline, [link.call_id])).get(link.call_id, ())
            if (before := next((one for one in given if one.answer_id == answer_id), None)) is not None:
                return before
            if len(given) > seen:
                sentence = "Others answered while this was written; look at it and send it again"
                raise Conflict("answers_meanwhile", sentence, answers=len(given))
            if sum(one.specialist_id == link.specialist_id for one in given) >= MOST_ANSWERS:
                raise Refused("answers_too_many", f"There are {MOST_ANSWERS} answers of yours already; call the hotline.", field="text")
            answer = SpecialistAnswer(
                answer_id=answer_id, place=len(given) + 1, specialist_id=link.specialist_id, name=link.name,
                department=link.department, draft=draft, at=at,
            )  # fmt: skip
            await connection.execute(ticket_answers.insert().values(hotline=self._hotline, **_answer_row(answer, link)))
        return answer

    async def untold(self, limit: int) -> Sequence[tuple[Link, SpecialistAnswer]]:
        """See `LinkStore.untold`."""
        query = select(ticket_answers).where(ticket_answers.c.hotline == self._hotline, ticket_answers.c.told.is_(False))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(ticket_answers.c.at).limit(limit))).all()
            if not rows:
                return []
            its = _LINK.where(ticket_links.c.hotline == self._hotline, ticket_links.c.link_id.in_({row.link_id for row in rows}))
            links = {row.link_id: _link(row) for row in await connection.execute(its)}
        return [(links[row.link_id], _answer(row)) for row in rows]

    async def mark_told(self, answer_id: str) -> None:
        """See `LinkStore.mark_told`."""
        this = ticket_answers.c.hotline == self._hotline, ticket_answers.c.answer_id == answer_id
        async with self._database.writing() as connection:
            await connection.execute(update(ticket_answers).where(*this).values(told=True))

    def _this(self, link_id: str) -> tuple[Any, Any]:
        return ticket_links.c.hotline == self._hotline, ticket_links.c.link_id == link_id

    def _numbered(self, link_id: str) -> Select[*tuple[Any, ...]]:
        return _LINK.where(*self._this(link_id))


async def answers_of(connection: AsyncConnection, hotline: str, call_ids: Sequence[str]) -> Mapping[str, tuple[SpecialistAnswer, ...]]:
    """What specialists answered to the tickets of these calls, in order; a few hundred calls at the most."""
    if not call_ids:
        return {}
    query = select(ticket_answers).where(ticket_answers.c.hotline == hotline, ticket_answers.c.call_id.in_(call_ids))
    found: dict[str, tuple[SpecialistAnswer, ...]] = {}
    for row in await connection.execute(query.order_by(ticket_answers.c.place)):
        found[row.call_id] = (*found.get(row.call_id, ()), _answer(row))
    return found


def _row(link: Link) -> dict[str, Any]:
    return {
        "issue": link.issue,
        "digest": link.digest,
        "issued": link.issued,
        "issued_by": clean(link.issued_by),
        "expires": link.expires,
        "revoked": link.revoked,
        "revoked_by": clean(link.revoked_by),
        "shown": link.shown,
        "opened": link.opened,
    }


def _link(row: AnyRow) -> Link:
    same = {name: getattr(row, name) for name in _row(_NONE)}
    return Link(
        link_id=row.link_id, ticket=row.number, call_id=row.call_id, specialist_id=row.specialist_id, name=row.name,
        department=row.department, **same,
    )  # fmt: skip


_NONE: Final = Link(link_id="", ticket="", call_id="", specialist_id="", name="", department="")


def _answer_row(answer: SpecialistAnswer, link: Link) -> dict[str, Any]:
    draft = answer.draft
    return {
        "answer_id": answer.answer_id,
        "call_id": link.call_id,
        "place": answer.place,
        "link_id": link.link_id,
        "specialist_id": answer.specialist_id,
        "name": answer.name,
        "department": answer.department,
        "kind": str(draft.kind),
        "text": clean(draft.text),
        "until": draft.until,
        "referred_to": clean(draft.referred_to),
        "at": answer.at,
        "told": False,
    }


def _answer(row: AnyRow) -> SpecialistAnswer:
    until: date | None = row.until
    return SpecialistAnswer(
        answer_id=row.answer_id,
        place=row.place,
        specialist_id=row.specialist_id,
        name=row.name,
        department=row.department,
        draft=Draft(kind=ReplyKind(row.kind), text=row.text, until=until, referred_to=row.referred_to),
        at=row.at,
    )
