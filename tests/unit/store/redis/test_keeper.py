"""Timers run on time, and an engine shows that it lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from calls.clock import SystemClock
from calls.errors import StoreFault
from routing.waiting import Rules
from seats.seat import Phone
from seats.state import SeatState
from store.redis.keeper import Keeper
from store.redis.live import RedisLiveState
from tests.unit.store.redis.builders import Hotline, VirtualClock, a_seat


@pytest.fixture
def live(client: Redis) -> RedisLiveState:
    return RedisLiveState(client, hotline="yancheng", engine_id="a", rules=Rules(wrap_up_s=0.1), clock=SystemClock())


@asynccontextmanager
async def keeping(live: RedisLiveState) -> AsyncIterator[None]:
    task = asyncio.create_task(live.keep_time(), name="keep time")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_a_step_sets_is_done_when_it_is_due(live: RedisLiveState, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keeper sleeps until its next beat, in a minute, when the wrap-up begins; it is woken for its end."""
    monkeypatch.setattr("store.redis.keeper.BEAT_S", 60.0)
    clock.wall = SystemClock().now()
    hotline = Hotline(live, live, clock)
    async with keeping(live):
        await hotline.seats(a_seat("8001"))
        await hotline.talks("c1")
        await live.end("c1", "completed")
        async with asyncio.timeout(30):
            while await hotline.state("8001") is not SeatState.READY:  # noqa: ASYNC110  Redis is another process
                await asyncio.sleep(0.005)


async def test_a_keeper_shows_that_its_engine_lives(live: RedisLiveState) -> None:
    async with keeping(live), asyncio.timeout(30):
        while await live.engines() != ["a"]:  # noqa: ASYNC110  Redis is another process
            await asyncio.sleep(0.005)
    await live.sign_off()
    assert await live.engines() == []


class Broken:
    """Redis is away for the first three tries."""

    def __init__(self) -> None:
        self.tries = 0
        self.worked = asyncio.Event()

    async def beat(self) -> None:
        self.tries += 1
        if self.tries <= 3:
            raise StoreFault("redis_away", "Redis does not answer.")

    async def tick(self) -> None:
        self.worked.set()


async def test_while_redis_is_away_it_is_asked_once_a_beat_and_told_once(
    monkeypatch: pytest.MonkeyPatch, log: list[dict[str, object]]
) -> None:
    monkeypatch.setattr("store.redis.keeper.BEAT_S", 0.01)
    broken = Broken()
    task = asyncio.create_task(Keeper(broken, SystemClock()).keep(), name="keep")
    async with asyncio.timeout(30):
        await broken.worked.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert broken.tries == 4
    assert [entry["event"] for entry in log] == ["timers_held_up", "timers_resumed"]


async def test_many_things_due_at_once_are_all_done_by_one_tick(hotline: Hotline) -> None:
    for number in range(130):
        await hotline.calls(f"c{number}", "priority", "qilai@30")
    hotline.clock.pass_s(40)
    await hotline.a.define([a_seat("8004", "qilai")])
    await hotline.a.phone("8004", Phone.IDLE, ready=True)
    assert await hotline.a.tick() is not None  # the lease of the one that rings
    assert {call.opened for call in await hotline.a.calls()} == {2}
