"""The log of acts: told by the stream or directly, kept once, found, and never changed."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from calls.errors import StoreFault
from calls.events import Act, Event
from store.sql.acts import SqlActs
from store.sql.database import Database
from tests.unit.store.sql.stories import HOTLINE, a_store, facts
from tests.unit.tickets.builders import CALL, at, served
from tickets.acts import WantedActs


def an_act(number: int = 1, **fields: str) -> Act:
    given = {
        "call_id": "acts",
        "act_id": f"act-{number}",
        "who": "chief",
        "role": "supervisor",
        "person": "",
        "what": "change_seat",
        "subject": "seats/8001",
        "why": "离席",
        "detail": '{"state": "paused"}',
        **fields,
    }
    return Act(at=at(number), **given)


def the_log(database: Database) -> SqlActs:
    return SqlActs(database, HOTLINE)


async def test_acts_come_through_the_stream_beside_the_facts_of_calls(database: Database) -> None:
    story: list[Event] = [*served(), an_act(1), an_act(2, call_id=CALL, subject=f"calls/{CALL}")]
    kept = await a_store(database).keep(facts(story))
    assert kept.new == len(story)
    assert not kept.faulty
    assert [act.act_id for act in (await the_log(database).acts(WantedActs())).items] == ["act-2", "act-1"]
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM calls"))).scalar_one() == 1
        assert (await connection.execute(text("SELECT count(*) FROM events WHERE kind = 'act'"))).scalar_one() == 0


async def test_told_twice_or_both_ways_it_is_kept_once(database: Database) -> None:
    log = the_log(database)
    await log.add(an_act())
    assert (await a_store(database).keep(facts([an_act()]))).new == 0
    await log.add(an_act())
    page = await log.acts(WantedActs())
    assert page.items == (an_act(),)


async def test_what_was_not_done_is_not_among_what_was(database: Database) -> None:
    log = the_log(database)
    await log.add(an_act(1))
    await log.add(an_act(2))
    await log.add(an_act(2, came_of="seat_unknown"))
    assert [act.act_id for act in (await log.acts(WantedActs())).items] == ["act-1"]
    every = [(act.act_id, act.came_of) for act in (await log.acts(WantedActs(undone=True))).items]
    assert sorted(every) == [("act-1", ""), ("act-2", ""), ("act-2", "seat_unknown")]


async def test_acts_are_found(database: Database) -> None:
    log = the_log(database)
    await log.add(an_act(1))
    await log.add(an_act(2, who="lab", person="wang", subject="seats/8002"))
    await log.add(an_act(3, subject="calls/zhida-1.7", what="move_call"))
    for wanted, found in (
        (WantedActs(who="chief"), ["act-3", "act-1"]),
        (WantedActs(who="wang"), ["act-2"]),
        (WantedActs(what="move_call"), ["act-3"]),
        (WantedActs(subject="seats"), ["act-2", "act-1"]),
        (WantedActs(subject="seats/8001"), ["act-1"]),
        (WantedActs(subject="seats/800"), []),
        (WantedActs(since=at(2), until=at(2) + timedelta(milliseconds=1)), ["act-2"]),
    ):
        assert [act.act_id for act in (await log.acts(wanted)).items] == found, wanted
    first = await log.acts(WantedActs(), limit=2)
    second = await log.acts(WantedActs(), limit=2, cursor=first.next)
    assert [act.act_id for act in first.items + second.items] == ["act-3", "act-2", "act-1"]
    assert second.next is None
    assert (await log.acts(WantedActs(subject="calls"))).items[0].call_id == "zhida-1.7"


@pytest.mark.parametrize("statement", ["UPDATE acts SET why = 'x'", "DELETE FROM acts"])
async def test_the_database_lets_nobody_change_one(database_url: str, statement: str) -> None:
    database = Database(database_url)
    await database.upgrade()
    log = the_log(database)
    await log.add(an_act())
    with pytest.raises((DBAPIError, StoreFault), match="acts are added, never"):
        async with database.writing() as connection:
            await connection.execute(text(statement))
    assert (await log.acts(WantedActs())).items == (an_act(),)
    await database.close()


async def test_hostile_text_is_kept_as_far_as_a_database_can(database: Database) -> None:
    log = the_log(database)
    await log.add(an_act(why="a\0b\ud800'; --"))
    assert (await log.acts(WantedActs())).items[0].why == "a\ufffdb\ufffd'; --"
