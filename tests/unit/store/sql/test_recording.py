"""From the stream in a real Redis into the records: nothing is lost and nothing doubled, whatever goes away when."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from calls.errors import StoreFault
from calls.events import Event
from routing.waiting import Rules
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream
from store.sql.database import Database
from tests.postgres_server import PostgresServer
from tests.redis_server import RedisServer
from tests.unit.store.sql.stories import HOTLINE, Now, a_store, facts, the_records
from tests.unit.tickets.builders import CALL, arrival, served
from tickets.audit import Scope, audit
from tickets.cdr import CdrRow, lines_of, read_cdr
from tickets.fold import fold
from tickets.recorder import Recorder
from tickets.records import Wanted

RECORDED = Path(__file__).parents[3] / "recordings/cdr/zhida.csv"


@pytest.fixture
async def client(empty_redis: RedisServer) -> AsyncIterator[Redis]:
    client = connect(empty_redis.url)
    yield client
    await client.aclose()


async def publish(client: Redis, events: list[Event]) -> None:
    live = RedisLiveState(client, hotline=HOTLINE, engine_id="e1", rules=Rules(), clock=Now())
    await live.record(events)


def a_recorder(client: Redis, database: Database, name: str = "r1", *, held_s: float = 60.0) -> Recorder:
    return Recorder(
        EventStream(client, hotline=HOTLINE, recorder=name, held_s=held_s), a_store(database), Now(), sleep=lambda _: asyncio.sleep(0.01)
    )


async def test_what_the_engines_published_is_recorded_and_leaves_the_stream(client: Redis, database: Database) -> None:
    await publish(client, served())
    recorder = a_recorder(client, database)
    assert await recorder.step(wait_s=0) == len(served())
    assert await the_records(database).call(CALL) == fold(served())
    assert await recorder.step(wait_s=0) == 0
    assert await EventStream(client, hotline=HOTLINE, recorder="r2", held_s=0).read(limit=9, wait_s=0) == []


async def test_what_a_dead_recorder_held_another_records(client: Redis, database: Database) -> None:
    await publish(client, served())
    await EventStream(client, hotline=HOTLINE, recorder="dead").read(limit=5, wait_s=0)
    alive = a_recorder(client, database, held_s=0.0)
    while await alive.step(wait_s=0):
        pass
    assert await the_records(database).call(CALL) == fold(served())


async def test_two_recorders_share_the_stream(client: Redis, database: Database) -> None:
    stories = {f"c{number}": served(f"c{number}", second=number) for number in range(40)}
    for story in stories.values():
        await publish(client, story)

    async def record(name: str) -> None:
        recorder = a_recorder(client, database, name)
        while await recorder.step(wait_s=0):
            pass

    await asyncio.gather(record("r1"), record("r2"))
    records = the_records(database)
    assert await records.counts() == {"calls": 40, "tickets": 40, "faulty": 0, "set_aside": 0}
    for call_id, story in stories.items():
        assert await records.call(call_id) == fold(story)


async def test_while_the_database_is_down_facts_wait_and_then_nothing_is_missing(client: Redis) -> None:
    held_up = asyncio.Event()

    async def pause(_: float) -> None:
        held_up.set()
        await asyncio.sleep(0.01)

    server = PostgresServer()
    try:
        server.start()
        database = Database(server.new_database())
        await database.upgrade()
        recorder = Recorder(EventStream(client, hotline=HOTLINE, recorder="r1"), a_store(database), Now(), sleep=pause)
        await publish(client, arrival())
        await recorder.step(wait_s=0)
        server.stop(signal.SIGQUIT)
        await publish(client, served()[1:])
        recording = asyncio.create_task(recorder.step(wait_s=0))
        await asyncio.wait_for(held_up.wait(), 20)
        assert recorder.state.fault
        with pytest.raises(StoreFault):
            await the_records(database).counts()
        server.start()
        await asyncio.wait_for(recording, 20)
        assert recorder.state.fault == ""
        assert await the_records(database).call(CALL) == fold(served())
        assert await recorder.step(wait_s=0) == 0
        await database.close()
    finally:
        server.remove()


async def test_the_audit_recovers_into_the_same_records(database: Database) -> None:
    rows = [row for row in read_cdr(lines_of(RECORDED)) if isinstance(row, CdrRow)]
    known = rows[0].uniqueid
    await a_store(database).keep(facts(arrival(known)))
    scope = Scope(contexts=frozenset({"zhida-call", "zhida-fallback"}), now=rows[-1].end + timedelta(hours=1))
    first = await audit(rows, the_records(database), a_store(database), scope)
    assert (len(first.found.missing), len(first.found.incomplete), len(first.tickets), first.exit_code) == (6, 1, 7, 1)
    recovered = await the_records(database).tickets(Wanted(recovered=True))
    assert {ticket.number for ticket in recovered.items} == set(first.tickets.values())
    assert {ticket.record.end_reason for ticket in recovered.items} == {"recovered"}
    second = await audit(rows, the_records(database), a_store(database), replace(scope, now=scope.now + timedelta(hours=1)))
    assert (second.found.recorded, second.exit_code) == (7, 0)
