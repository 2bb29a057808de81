"""Redis is away, slow, restarted or emptied."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from calls.clock import SystemClock
from calls.errors import Refused, StoreFault
from routing.waiting import CallState, OfferOutcome, Rules
from seats.seat import Phone
from seats.state import SeatState
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream
from tests.redis_server import RedisServer
from tests.unit.store.redis.builders import Hotline, VirtualClock, a_seat, kinds, recorded


@pytest.fixture
def own_server() -> Iterator[RedisServer]:
    """A server that may be killed."""
    server = RedisServer(appendonly=True)
    server.start()
    yield server
    server.remove()


@pytest.fixture
async def own_client(own_server: RedisServer) -> AsyncIterator[Redis]:
    client = connect(own_server.url)
    yield client
    await client.aclose()


@pytest.fixture
def own(own_client: Redis, clock: VirtualClock) -> Hotline:
    a, b = (RedisLiveState(own_client, hotline="h", engine_id=n, rules=Rules(), clock=clock, redis_time=False) for n in "ab")
    return Hotline(a, b, clock)


async def test_a_step_without_redis_is_a_store_fault_in_one_sentence(own: Hotline, own_server: RedisServer) -> None:
    own_server.stop()
    for step in (own.a.tick(), own.a.calls(), own.a.call("c1"), own.a.end("c1", "completed"), own.a.define([a_seat("8001")])):
        with pytest.raises(StoreFault) as fault:
            await step
        assert fault.value.code == "redis_away"
        assert "\n" not in fault.value.sentence


async def test_a_redis_that_hangs_is_given_up_in_time(own: Hotline, own_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.redis.connection.ANSWER_S", 1.0)
    client = connect(own_server.url)
    live = RedisLiveState(client, hotline="h", engine_id="x", rules=Rules(), clock=SystemClock())
    await live.tick()
    own_server.signal(signal.SIGSTOP)
    try:
        with pytest.raises(StoreFault):
            await live.tick()
    finally:
        own_server.signal(signal.SIGCONT)
    await live.tick()
    await client.aclose()


async def test_after_a_restart_everything_is_where_it_was_and_the_scripts_are_sent_again(own: Hotline, own_server: RedisServer) -> None:
    await own.seats(a_seat("8001"))
    offer = await own.calls("c1")
    await own.calls("c2")
    own_server.stop(signal.SIGTERM)
    own_server.start()
    await asyncio.sleep(0.05)  # the client sees that its connections are closed
    assert offer is not None
    assert await own.a.answered(offer, seat_leg="leg", seat_channel="x")
    assert [call.state for call in await own.a.calls()] == [CallState.TALKING, CallState.WAITING]


async def test_lost_scripts_cost_one_more_round_trip_and_nothing_else(hotline: Hotline, client: Redis) -> None:
    await hotline.seats(a_seat("8001"))
    await client.script_flush()
    assert await hotline.calls("c1") is not None


async def test_after_redis_was_emptied_the_steps_build_it_up_again(hotline: Hotline, client: Redis, stream: EventStream) -> None:
    seats = [a_seat("8001"), a_seat("8002")]
    await hotline.seats(*seats)
    talking = await hotline.talks("talks")
    ringing = await hotline.calls("rings")
    await hotline.calls("waits")
    hotline.clock.pass_s(10)
    given = hotline.a_call("waits")
    await client.flushall()

    assert ringing is not None
    assert await hotline.a.offer_ended(ringing, OfferOutcome.DECLINED) is None
    assert not await hotline.a.answered(talking, seat_leg="leg", seat_channel="x")
    assert not await hotline.a.change("talks", expect=CallState.TALKING, state=CallState.CONSULT)
    await hotline.a.seat_left("talks", "8001")
    assert await hotline.a.phone("8001", Phone.IDLE) is None
    assert await hotline.a.tick() is None
    assert (await hotline.a.call("waits"), await hotline.a.place("waits"), await hotline.a.seats()) == (None, None, [])
    await hotline.a.beat()

    await hotline.a.end("talks", "completed")
    await hotline.a.join(replace(given, rank_ms=given.rank_ms - 10_000, arrived=given.arrived, queued=given.queued), [])
    await hotline.seats(*seats)
    assert await hotline.rung_for("waits") == "8001"
    assert await hotline.state("8002") is SeatState.READY
    assert kinds(await recorded(stream)) == ["ended", "offered"]


async def test_an_offer_of_before_is_not_taken_for_one_of_after(hotline: Hotline, client: Redis) -> None:
    await hotline.seats(a_seat("8001"))
    before = await hotline.calls("c1")
    await client.flushall()
    await hotline.seats(a_seat("8001"))
    after = await hotline.calls("c1")
    assert before is not None
    assert after is not None
    assert before.offer_id != after.offer_id
    assert not await hotline.a.answered(before, seat_leg="leg", seat_channel="x")


async def test_a_redis_that_refuses_writes_is_a_store_fault_and_nothing_is_half_done(own: Hotline, own_client: Redis) -> None:
    await own.seats(a_seat("8001"))
    await own_client.config_set("maxmemory", "1")
    with pytest.raises(StoreFault) as fault:
        await own.calls("c1")
    assert fault.value.code == "redis_refused"
    await own_client.config_set("maxmemory", "0")
    assert await own.a.call("c1") is None
    assert await own.state("8001") is SeatState.READY


def test_a_url_that_names_no_redis_is_refused() -> None:
    for url in ("", "http://localhost", "localhost:6379", "redis://localhost:port"):
        with pytest.raises(Refused):
            connect(url)


@pytest.mark.parametrize("name", ["", "a,b", "a|b"])
async def test_names_that_would_break_a_key_are_refused(hotline: Hotline, name: str) -> None:
    with pytest.raises(Refused):
        await hotline.a.define([a_seat("8001", name)])
    with pytest.raises(Refused):
        await hotline.a.join(replace(hotline.a_call("c1"), caller_class=name), [])
    if name:
        with pytest.raises(Refused):
            await hotline.a.join(hotline.a_call("c1", skills=name), [])


@pytest.mark.parametrize("name", ["", "a{b", "}"])
async def test_a_hotline_whose_name_would_break_the_hash_tag_is_refused(client: Redis, name: str) -> None:
    with pytest.raises(Refused):
        RedisLiveState(client, hotline=name, engine_id="a", rules=Rules(), clock=SystemClock())


async def test_a_task_told_to_stop_in_the_middle_of_a_step_stops(hotline: Hotline) -> None:
    async def step_after_step() -> None:
        while True:
            await hotline.a.tick()

    await hotline.a.tick()
    for turns in range(120):
        task = asyncio.create_task(step_after_step(), name=f"stopped after {turns} turns")
        for _ in range(turns % 40):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task}, timeout=10)
        assert task.cancelled()
