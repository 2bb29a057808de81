"""Links and answers in SQL: wished for by the recorder, issued by an engine, answered by specialists at once."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from calls.errors import Conflict, NotFound, Refused, StoreFault
from store.sql.database import Database
from store.sql.keeping import SqlFactStore
from store.sql.link_wishes import LATE, LinkWishes
from store.sql.links import SqlLinks, ticket_answers
from store.sql.outbox import SqlOutbox, message_row, messages
from tests.unit.store.sql.stories import DEADLINES, HOTLINE, NOW, Now, a_store, facts, the_records
from tests.unit.tickets.builders import CALL, served, three_way
from tickets.answers import MOST_ANSWERS, Draft, ReplyKind
from tickets.links import Link, LinkState, LinkUnusable
from tickets.messages import Message, MessageState
from tickets.records import Wanted

NUMBER = "20250930-00001"
_ANY = Wanted()
DRAFT = Draft(kind=ReplyKind.FOLLOW_UP, text="查后回复\n“引号”", until=NOW.date(), referred_to="")


def a_recorder(database: Database) -> SqlFactStore:
    return SqlFactStore(database, HOTLINE, DEADLINES, Now(), wishes=LinkWishes(database, HOTLINE))


def the_links(database: Database, hotline: str = HOTLINE) -> SqlLinks:
    return SqlLinks(database, hotline)


def issued(link_id: str = "00000001", specialist_id: str = "s-9", **fields: object) -> Link:
    link = Link(
        link_id=link_id, ticket=NUMBER, call_id=CALL, specialist_id=specialist_id, name=f"专员{specialist_id}", department="市税务局",
        issue=1, digest="d" * 64, issued=NOW, issued_by="desk", expires=NOW + timedelta(hours=1),
    )  # fmt: skip
    return replace(link, **fields)  # type: ignore[arg-type]


def a_message(link: Link, message_id: str = "m-1", **fields: object) -> Message:
    message = Message(
        message_id=message_id, link_id=link.link_id, issue=link.issue, number="13900001001", state=MessageState.WAITING, attempts=0,
        created=NOW, due=NOW,
    )  # fmt: skip
    return replace(message, **fields)  # type: ignore[arg-type]


@pytest.fixture
async def ticketed(database: Database) -> Database:
    """A database with the ticket of one call."""
    await a_store(database).keep(facts(served()))
    return database


async def test_who_joined_is_wished_for_once_however_often_the_call_is_told(database: Database) -> None:
    story = [*served(), *three_way()]
    for part in (story[:5], story, story):
        await a_recorder(database).keep(facts(part))
    [link] = await the_links(database).wanted(10)
    assert (link.ticket, link.specialist_id, link.name, link.department) == (NUMBER, "s-1", "张专员", "市税务局")
    assert link.state(NOW) is LinkState.WANTED
    assert await the_links(database, "other").wanted(10) == []


async def test_two_recorders_at_once_wish_once(database: Database) -> None:
    story = [*served(), *three_way()]
    half = len(story) // 2
    await asyncio.gather(
        a_recorder(database).keep(facts(story[:half])), a_recorder(database).keep(facts(story[half:], start=1000)),
        a_recorder(database).keep(facts(story)),
    )  # fmt: skip
    assert len(await the_links(database).wanted(10)) == 1


async def test_nobody_is_written_to_for_what_happened_long_ago(database: Database) -> None:
    class Later(Now):
        def now(self) -> datetime:
            return NOW + LATE

    store = SqlFactStore(database, HOTLINE, DEADLINES, Later(), wishes=LinkWishes(database, HOTLINE))
    await store.keep(facts([*served(), *three_way()]))
    assert await the_links(database).wanted(10) == []


async def test_a_wish_is_issued_by_one_engine(database: Database) -> None:
    await a_recorder(database).keep(facts([*served(), *three_way()]))
    links = the_links(database)
    [wish] = await links.wanted(10)
    fresh = replace(wish, issue=1, digest="d", issued=NOW, expires=NOW)
    done = await asyncio.gather(
        *(links.put(fresh, was=0, message=a_message(fresh, f"m-{number}")) for number in range(3)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Conflict", "NoneType"]
    assert await links.wanted(10) == []
    assert sum((await SqlOutbox(database, HOTLINE).counts()).values()) == 1


async def test_a_link_is_kept_as_it_is(ticketed: Database) -> None:
    links = the_links(ticketed)
    link = issued()
    await links.put(link, was=None, message=None)
    assert await links.link(link.link_id) == link
    assert await links.links_of(NUMBER) == [link]
    with pytest.raises(Conflict):
        await links.put(issued("00000002"), was=None, message=None)
    assert await links.mark_shown(link.link_id, 1, NOW)
    assert not await links.mark_shown(link.link_id, 1, NOW)
    await links.mark_opened(link.link_id, NOW)
    await links.revoke(link.link_id, by="agent\0", at=NOW)
    found = await links.link(link.link_id)
    assert found == replace(link, shown=NOW, opened=NOW, revoked=NOW, revoked_by="agent\ufffd")
    assert await links.link("99999999") is None
    assert await the_links(ticketed, "other").link(link.link_id) is None
    with pytest.raises(NotFound):
        await links.links_of("no-such")


async def test_revoked_or_issued_again_what_waits_to_be_sent_is_withdrawn(ticketed: Database) -> None:
    links, outbox = the_links(ticketed), SqlOutbox(ticketed, HOTLINE)
    link = issued()
    await links.put(link, was=None, message=a_message(link))
    again = replace(link, issue=2)
    await links.put(again, was=1, message=a_message(again, "m-2", created=NOW + timedelta(seconds=1)))
    assert (await outbox.of_links([link.link_id]))[link.link_id].message_id == "m-2"
    await links.revoke(link.link_id, by="desk", at=NOW)
    assert await outbox.counts() == {MessageState.WITHDRAWN: 2}


class TestAnswers:
    """Added one after another, and never changed."""

    @pytest.fixture
    async def links(self, ticketed: Database) -> SqlLinks:
        links = the_links(ticketed)
        for link in (issued(), issued("00000002", "s-8")):
            await links.put(link, was=None, message=None)
        return links

    async def test_the_ticket_has_them_in_order(self, ticketed: Database, links: SqlLinks) -> None:
        first = await links.append("a-1", DRAFT, link_id="00000001", issue=1, seen=0, at=NOW)
        second = await links.append("a-2", replace(DRAFT, until=None, text="\0"), link_id="00000002", issue=1, seen=1, at=NOW)
        assert await links.append("a-1", DRAFT, link_id="00000001", issue=1, seen=0, at=NOW) == first
        ticket = await the_records(ticketed).ticket(NUMBER)
        assert ticket.answers == (first, replace(second, draft=replace(second.draft, text="\ufffd")))
        assert [one.place for one in ticket.answers] == [1, 2]
        assert ticket.version == 1
        (listed,) = (await the_records(ticketed).tickets(_ANY)).items
        assert listed.answers == ticket.answers
        assert (await the_records(ticketed).ticket_of(CALL)) == ticket

    async def test_of_two_at_once_the_second_is_told_of_the_first(self, ticketed: Database, links: SqlLinks) -> None:
        done = await asyncio.gather(
            *(links.append(f"a-{n}", DRAFT, link_id=f"0000000{n}", issue=1, seen=0, at=NOW) for n in (1, 2)), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "SpecialistAnswer"]
        assert len((await the_records(ticketed).ticket(NUMBER)).answers) == 1

    async def test_only_a_good_link_answers(self, links: SqlLinks) -> None:
        for link_id, issue, at in (("00000001", 2, NOW), ("00000001", 1, NOW + timedelta(hours=1)), ("99999999", 1, NOW)):
            with pytest.raises(LinkUnusable):
                await links.append("a", DRAFT, link_id=link_id, issue=issue, seen=0, at=at)
        await links.revoke("00000001", by="desk", at=NOW)
        with pytest.raises(LinkUnusable):
            await links.append("a", DRAFT, link_id="00000001", issue=1, seen=0, at=NOW)

    async def test_there_are_only_so_many(self, links: SqlLinks) -> None:
        for number in range(MOST_ANSWERS):
            await links.append(f"a-{number}", DRAFT, link_id="00000001", issue=1, seen=number, at=NOW)
        with pytest.raises(Refused, match="already"):
            await links.append("a-x", DRAFT, link_id="00000001", issue=1, seen=MOST_ANSWERS, at=NOW)
        await links.append("a-y", DRAFT, link_id="00000002", issue=1, seen=MOST_ANSWERS, at=NOW)

    async def test_the_stream_is_told_of_each_until_it_is(self, links: SqlLinks) -> None:
        answer = await links.append("a-1", DRAFT, link_id="00000001", issue=1, seen=0, at=NOW)
        assert await links.untold(10) == [(issued(), answer)]
        await links.mark_told("a-1")
        assert await links.untold(10) == []


async def test_no_program_changes_an_answer(database_url: str) -> None:
    database = Database(database_url)
    await database.upgrade()
    await a_store(database).keep(facts(served()))
    links = the_links(database)
    await links.put(issued(), was=None, message=None)
    await links.append("a-1", DRAFT, link_id="00000001", issue=1, seen=0, at=NOW)
    await links.mark_told("a-1")
    for statement in (update(ticket_answers).values(text="anders"), delete(ticket_answers)):
        with pytest.raises((DBAPIError, StoreFault), match="never changed"):
            async with database.writing() as connection:
                await connection.execute(statement)
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT text FROM ticket_answers"))).scalar_one() == DRAFT.text
    await database.close()


class TestOutbox:
    """Messages that survive whoever was sending them."""

    async def test_one_is_one_engines_at_a_time(self, database: Database) -> None:
        outbox = SqlOutbox(database, HOTLINE)
        message = await put(database, a_message(issued()))
        claimed = await asyncio.gather(*(outbox.claim(message, until=NOW + timedelta(seconds=30)) for _ in range(4)))
        assert sorted(claimed) == [False, False, False, True]
        assert await outbox.due(NOW, 10) == []
        [left] = await outbox.due(NOW + timedelta(seconds=30), 10)
        assert (left.state, left.attempts) == (MessageState.SENDING, 1)

    async def test_what_became_of_it_is_kept_unless_another_has_taken_it_over(self, database: Database) -> None:
        outbox = SqlOutbox(database, HOTLINE)
        message = await put(database, a_message(issued()))
        await outbox.claim(message, until=NOW)
        first = replace(message, attempts=1, state=MessageState.SENT, ended=NOW, gateway_id="g" * 1000)
        second = replace(message, attempts=2, state=MessageState.FAILED, ended=NOW, why="refused")
        [again] = await outbox.due(NOW, 10)
        await outbox.claim(again, until=NOW)
        await outbox.settle(first)
        assert await outbox.counts() == {MessageState.SENDING: 1}
        await outbox.settle(second)
        assert (await outbox.of_links(["00000001"]))["00000001"] == second
        assert await outbox.due(NOW, 10) == []

    async def test_what_the_gateway_says_is_kept_once_of_what_it_took(self, database: Database) -> None:
        outbox, taken = SqlOutbox(database, HOTLINE), {"state": MessageState.SENT, "ended": NOW}
        for number in (1, 2):
            await put(database, a_message(issued(), f"m-{number}", gateway_id=f"gw-{number}", **taken))
        await put(database, a_message(issued(), "m-3"))
        later = NOW + timedelta(minutes=1)
        assert await outbox.reported("gw-1", MessageState.DELIVERED, at=later, why="")
        assert await outbox.reported("m-2", MessageState.FAILED, at=later, why="UNDELIV")
        assert not await outbox.reported("gw-1", MessageState.FAILED, at=later, why="EXPIRED"), "it has an end"
        assert not await outbox.reported("m-3", MessageState.DELIVERED, at=later, why=""), "it was not sent yet"
        assert not await SqlOutbox(database, "other").reported("gw-2", MessageState.DELIVERED, at=later, why="")
        assert await outbox.counts() == {MessageState.DELIVERED: 1, MessageState.FAILED: 1, MessageState.WAITING: 1}

    async def test_the_most_overdue_first_and_no_other_hotlines(self, database: Database) -> None:
        outbox = SqlOutbox(database, HOTLINE)
        for number in (3, 1, 2):
            await put(database, a_message(issued(), f"m-{number}", due=NOW + timedelta(seconds=number)))
        assert [one.message_id for one in await outbox.due(NOW + timedelta(seconds=2), 10)] == ["m-1", "m-2"]
        assert await SqlOutbox(database, "other").due(NOW + timedelta(hours=1), 10) == []


async def put(database: Database, message: Message) -> Message:
    async with database.writing() as connection:
        await connection.execute(messages.insert().values(hotline=HOTLINE, **message_row(message)))
    return message
