"""The call-back list in SQL: made and kept up by the recorder, claimed and closed by people."""

import asyncio
from itertools import permutations

import pytest

from calls.errors import Conflict, NotFound, Refused
from store.sql import tables
from store.sql.callbacks import SqlCallbackList
from store.sql.database import Database
from tests.unit.store.sql.stories import HOTLINE, NOW, a_store, facts
from tests.unit.tickets.builders import arrival, end, identity, served, waiting
from tests.unit.tickets.test_callbacks import NUMBER, back, left
from tickets.callbacks import CallbackTask, WantedTasks


def the_list(database: Database) -> SqlCallbackList:
    return SqlCallbackList(database, HOTLINE)


async def kept(database: Database, *calls: list[object]) -> list[CallbackTask]:
    """Each call recorded by itself, in this order; then who is on the list, closed or not."""
    store = a_store(database)
    for number, call in enumerate(calls):
        await store.keep(facts(call, start=number * 1000))  # type: ignore[arg-type]
    return list((await the_list(database).tasks(WantedTasks(open=None))).items)


def someone(call_id: str, number: str, caller_class: str, second: float) -> list[object]:
    return [
        *arrival(call_id, number=number, second=second),
        *identity(call_id, caller_class=caller_class, second=second),
        *waiting(call_id, second=second),
        *end(call_id, second=second + 20, reason="abandoned"),
    ]


async def test_a_number_is_on_the_list_once_and_keeps_its_first_place(database: Database) -> None:
    (task,) = await kept(database, left("c1"), left("c2", second=300))
    assert [missed.call_id for missed in task.missed] == ["c1", "c2"]


async def test_key_enterprises_first_then_by_arrival_page_by_page(database: Database) -> None:
    await kept(
        database,
        someone("p2", "13900008002", "public", 0),
        someone("k2", "0515-88880002", "key_enterprise", 50),
        someone("a1", "", "anonymous", 0),
        someone("k1", "0515-88880001", "key_enterprise", 10),
        someone("j1", "0515-88880101", "project", 5),
        someone("a2", "", "anonymous", 5),
    )
    found: list[str] = []
    cursor = None
    while True:
        page = await the_list(database).tasks(WantedTasks(), cursor=cursor, limit=2)
        found += [task.task_id for task in page.items]
        if (cursor := page.next) is None:
            break
    assert found == ["k1", "k2", "j1", "p2", "a1", "a2"]
    with pytest.raises(Refused):
        await the_list(database).tasks(WantedTasks(), cursor="nonsense")


async def test_in_whatever_order_facts_come_the_list_is_the_same(database: Database) -> None:
    busy = back("b1", outcome="busy", reason="not_reached", second=100)
    story = (left("c1"), left("c2", second=40), busy, served("c3", number=NUMBER, second=400))
    whole = await kept(database, *story)
    assert [(task.closed_why, len(task.missed), len(task.tries)) for task in whole] == [("got_through", 2, 1)]
    for order in permutations(range(1, 4)):
        async with database.writing() as connection:
            for table in (tables.tickets, tables.callbacks, tables.events, tables.calls):
                await connection.execute(table.delete())
        (task,) = await kept(database, story[0], *(story[number] for number in order))
        assert {missed.call_id for missed in task.missed} == {"c1", "c2"}
        assert (task.closed_why, len(task.tries)) == ("got_through", 1), order


async def test_what_was_recorded_before_he_was_on_the_list_counts_all_the_same(database: Database) -> None:
    (task,) = await kept(database, back("b1"), left("c1"))
    assert (task.closed_why, task.closed_call) == ("called_back", "b1")


async def test_who_leaves_again_after_he_was_called_back_is_on_the_list_anew(database: Database) -> None:
    await kept(database, left("c1"), back("b1"), left("c2", second=900))
    (task,) = (await the_list(database).tasks(WantedTasks())).items
    assert (task.task_id, [missed.call_id for missed in task.missed]) == ("c2", ["c2"])
    assert (await the_list(database).task("c1")).closed_why == "called_back"


async def test_facts_told_again_change_nothing(database: Database) -> None:
    store = a_store(database)
    story = facts([*left("c1")])
    await store.keep(story)
    await store.keep(story)
    assert (await the_list(database).task("c1")).version == 1


async def test_people_claim_and_close_and_the_recorder_leaves_that_alone(database: Database) -> None:
    await kept(database, left("c1"))
    list_ = the_list(database)
    assert (await list_.claim("c1", by="agent", at=NOW)).claimed_by == "agent"
    with pytest.raises(Conflict):
        await list_.claim("c1", by="other", at=NOW)
    await kept(database, left("c2", second=60))
    assert (await list_.task("c1")).claimed_by == "agent"
    closed = await list_.close("c1", why="settled", by="agent", note="已答复\0", at=NOW)
    assert (closed.closed_why, closed.note) == ("settled", "已答复\ufffd")
    await kept(database, left("c1"), served("c9", number=NUMBER, second=500))
    assert (await list_.task("c1")).closed_why == "settled"
    with pytest.raises(Conflict):
        await list_.close("c1", why="settled", by="agent", note="", at=NOW)
    with pytest.raises(NotFound):
        await list_.claim("nobody", by="agent", at=NOW)


async def test_who_was_tried_often_enough_is_not_looked_at_again_but_for_a_new_wish(database: Database) -> None:
    await kept(database, left("c1"), back("b1", outcome="busy", reason="not_reached"))
    wanted = WantedTasks(fewer_tries=1, callable=True)
    assert (await the_list(database).tasks(wanted)).items == ()
    await kept(database, left("c2", second=500, asked=True))
    assert [task.task_id for task in (await the_list(database).tasks(wanted)).items] == ["c1"]


async def test_two_recorders_at_once_make_one_task_of_one_number(database: Database) -> None:
    stores = [a_store(database) for _ in range(2)]
    calls = [facts(left(f"c{number}", second=number * 50), start=number * 1000) for number in range(6)]
    await asyncio.gather(*(stores[number % 2].keep(call) for number, call in enumerate(calls)))
    (task,) = (await the_list(database).tasks(WantedTasks())).items
    assert len(task.missed) == 6
    assert [found.task_id for found in await the_list(database).open_of([NUMBER])] == [task.task_id]


async def test_how_the_open_list_stands_by_class(database: Database) -> None:
    tasks = await kept(
        database,
        someone("k1", "0515-88880001", "key_enterprise", 10),
        someone("k2", "0515-88880002", "key_enterprise", 5),
        someone("a1", "", "anonymous", 0),
        someone("p1", "13900008002", "public", 0),
    )
    oldest = min(task.arrived for task in tasks if task.task_id in ("k1", "k2"))
    await the_list(database).close("p1", why="settled", by="agent", note="", at=NOW)
    standing = await the_list(database).standing()
    assert [(one.caller_class, one.open, one.attempts) for one in standing] == [("key_enterprise", 2, 0), ("not_callable", 1, 0)]
    assert standing[0].oldest == oldest
