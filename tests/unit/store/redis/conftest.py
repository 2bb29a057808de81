"""A hotline of the test's own in the shared Redis, in virtual time."""

from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from routing.waiting import Rules
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream
from tests.redis_server import RedisServer
from tests.unit.store.redis.builders import Hotline, VirtualClock
from tests.unit.store.redis.invariants import check_invariants, dump

NAME = "yancheng"


@pytest.fixture(autouse=True)
def log() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged."""
    with capture_logs() as said:
        yield said


@pytest.fixture
async def client(empty_redis: RedisServer) -> AsyncIterator[Redis]:
    client = connect(empty_redis.url)
    yield client
    await client.aclose()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def rules() -> Rules:
    """As the lab's, but that a seat which missed an offer stays ready, and that groups open by their times alone, whoever is on
    duty; a test may ask for others by a parameter."""
    return Rules(away_after_missed=False, skip_empty_groups=False)


@pytest.fixture
async def hotline(client: Redis, clock: VirtualClock, rules: Rules, empty_redis: RedisServer) -> AsyncIterator[Hotline]:
    """At the end of every story all invariants hold."""
    a, b = (RedisLiveState(client, hotline=NAME, engine_id=name, rules=rules, clock=clock, redis_time=False) for name in "ab")
    hotline = Hotline(a, b, clock)
    yield hotline
    with empty_redis.client() as plain:
        check_invariants(dump(plain, NAME), hotline.a.rules)


@pytest.fixture
def stream(client: Redis) -> EventStream:
    return EventStream(client, hotline=NAME, recorder="r1")
