"""The matcher of a large hotline, measured on a small one."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from calls.clock import SystemClock
from calls.errors import Fault
from lab.bench.matching import MatchingFigures, matching_figures
from routing.waiting import Rules, SeatBoard, WaitingRoom
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from tests.redis_server import RedisServer


def opened(server: RedisServer, rules: Rules, hotline: str) -> AbstractAsyncContextManager[tuple[WaitingRoom, SeatBoard]]:
    @asynccontextmanager
    async def a_hotline() -> AsyncIterator[tuple[WaitingRoom, SeatBoard]]:
        redis = connect(server.url)
        try:
            live = RedisLiveState(redis, hotline=hotline, engine_id="bench", rules=rules, clock=SystemClock())
            yield live, live
        finally:
            await redis.aclose()

    return a_hotline()


async def measured(server: RedisServer, rules: Rules) -> MatchingFigures:
    async def memory() -> int:
        """Of what is kept alone: all that Redis uses goes up and down with its clients, too."""
        redis = connect(server.url)
        sizes = [await redis.memory_usage(key, samples=0) async for key in redis.scan_iter()]
        await redis.aclose()
        return sum(size or 0 for size in sizes)

    return await matching_figures(lambda name: opened(server, rules, name), memory, seats=40, waiting=200, steps=96)


async def test_every_seat_goes_on_to_the_next_caller_in_line(empty_redis: RedisServer) -> None:
    figures = await measured(empty_redis, Rules(wrap_up_s=0))
    assert (figures.seats, figures.waiting) == (40, 200)
    assert figures.steps_per_s > 0
    assert figures.growth > 0
    assert 300 < figures.call_bytes < 4000


async def test_a_hotline_whose_seats_take_nobody_is_no_measure(empty_redis: RedisServer) -> None:
    with pytest.raises(Fault, match="took none of the waiting calls"):
        await measured(empty_redis, Rules(wrap_up_s=60))


def test_growth_is_how_much_longer_a_step_takes() -> None:
    figures = MatchingFigures(seats=1, waiting=1, steps_per_s=500, small_steps_per_s=1000, call_bytes=1)
    assert figures.growth == 2
