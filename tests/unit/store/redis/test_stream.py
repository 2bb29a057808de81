"""The recorders' side of the stream: nothing is deleted before it is safe, nothing comes to two at once."""

import asyncio
import json
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as ConnectionLost

from calls.errors import StoreFault
from calls.events import Rated
from store.redis.stream import EventStream
from tests.unit.store.redis.builders import Hotline

KEY = "zhida:{yancheng}:events"


async def rate(hotline: Hotline, *scores: int) -> None:
    for score in scores:
        await hotline.a.record([Rated(call_id="c1", at=hotline.clock.now(), score=score)])


async def scores(stream: EventStream, limit: int = 10) -> dict[str, int]:
    return {entry.entry_id: json.loads(entry.text)["score"] for entry in await stream.read(limit=limit, wait_s=0)}


async def test_facts_come_in_order_and_once(hotline: Hotline, stream: EventStream) -> None:
    assert await stream.read(limit=10, wait_s=0) == []
    await rate(hotline, 1, 2, 3)
    assert list((await scores(stream, limit=2)).values()) == [1, 2]
    assert list((await scores(stream)).values()) == [3]
    assert await scores(stream) == {}


async def test_two_recorders_share_the_work(hotline: Hotline, client: Redis, stream: EventStream) -> None:
    other = EventStream(client, hotline="yancheng", recorder="r2")
    await rate(hotline, 1, 2, 3, 4)
    assert list((await scores(stream, 2)).values()) == [1, 2]
    assert list((await scores(other)).values()) == [3, 4]


async def test_what_a_dead_recorder_held_goes_to_the_next(hotline: Hotline, client: Redis, stream: EventStream) -> None:
    await rate(hotline, 1, 2)
    held = await scores(stream)
    assert await scores(EventStream(client, hotline="yancheng", recorder="r2", held_s=60)) == {}
    assert await scores(EventStream(client, hotline="yancheng", recorder="r2", held_s=0)) == held


async def test_only_what_is_safe_is_deleted(hotline: Hotline, client: Redis, stream: EventStream) -> None:
    await rate(hotline, 1, 2, 3, 4)
    ids = list(await scores(stream))
    await stream.ack([ids[0], ids[2]])
    await stream.ack([ids[0]])
    kept = [entry_id.decode() for entry_id, _ in await client.xrange(KEY)]
    assert kept == ids[1:]
    await stream.ack(ids)
    assert await stream.behind() <= 1
    await rate(hotline, 5)
    assert list((await scores(stream)).values()) == [5]


async def test_another_group_that_reads_the_stream_is_waited_for(hotline: Hotline, client: Redis, stream: EventStream) -> None:
    await rate(hotline, 1, 2)
    await client.xgroup_create(KEY, "audit", id="0")
    await stream.ack(list(await scores(stream)))
    assert await stream.behind() == 2


async def test_an_entry_that_is_no_fact_is_set_aside_and_told(
    hotline: Hotline, client: Redis, stream: EventStream, log: list[dict[str, object]]
) -> None:
    await rate(hotline, 1)
    await client.xadd(KEY, {"nonsense": b"sense"})
    await rate(hotline, 2)
    assert list((await scores(stream)).values()) == [1, 2]
    assert await stream.bad() == 1
    ((_, fields),) = await client.xrange(KEY + ":bad")
    assert (fields[b"nonsense"], fields[b"reason"]) == (b"sense", b"it has no document")
    assert [entry["event"] for entry in log] == ["entry_set_aside"]
    assert await scores(EventStream(client, hotline="yancheng", recorder="r2", held_s=0)) != {}
    assert await stream.bad() == 1


async def test_a_reader_waits_for_the_first_fact(hotline: Hotline, stream: EventStream) -> None:
    await stream.read(limit=1, wait_s=0)
    await rate(hotline, 1)
    assert len(await stream.read(limit=10, wait_s=10)) == 1


async def test_a_reader_survives_that_redis_is_emptied(hotline: Hotline, client: Redis, stream: EventStream) -> None:
    await rate(hotline, 1)
    held = list(await scores(stream))
    await client.flushall()
    await stream.ack(held)
    await rate(hotline, 2)
    assert list((await scores(stream)).values()) == [2]


async def test_facts_written_before_anybody_read_are_read(hotline: Hotline, client: Redis) -> None:
    await rate(hotline, 1)
    assert list((await scores(EventStream(client, hotline="yancheng", recorder="late"))).values()) == [1]


class LosesAnAnswer:
    """A client whose connection breaks once, behind what Redis gave to it."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._broken = False

    async def xreadgroup(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  redis' own types
        found = await self._client.xreadgroup(*args, **kwargs)
        if any(entries for _, entries in found or []) and not self._broken:
            self._broken = True
            raise ConnectionLost("Connection closed by server.")
        return found

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._client, name)


async def test_what_was_given_to_a_connection_that_broke_is_read_again_at_once(hotline: Hotline, client: Redis) -> None:
    stream = EventStream(cast("Redis", LosesAnAnswer(client)), hotline="yancheng", recorder="r1")
    await rate(hotline, 1, 2)
    with pytest.raises(StoreFault):
        await stream.read(limit=10, wait_s=0)
    await rate(hotline, 3)
    first = await scores(stream)
    await stream.ack(list(first))
    assert (list(first.values()), list((await scores(stream)).values())) == ([1, 2], [3])


class ClockSetBack:
    """A client of a Redis whose clock was set back: what was taken before seems to have been taken just now."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def xpending_range(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  redis' own types
        return [{**entry, "time_since_delivered": 0} for entry in await self._client.xpending_range(*args, **kwargs)]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._client, name)


async def test_what_a_dead_recorder_held_goes_to_the_next_also_when_the_clock_was_set_back(
    hotline: Hotline, client: Redis, stream: EventStream
) -> None:
    await rate(hotline, 1, 2)
    held = await scores(stream)
    another = EventStream(cast("Redis", ClockSetBack(client)), hotline="yancheng", recorder="r2", held_s=0.05)
    found: dict[str, int] = {}
    async with asyncio.timeout(10):
        while not found:
            found = await scores(another)
    assert found == held
    await another.ack(list(found))
    assert await scores(another) == {}


class RefusesToSetAside:
    """A client that once loses the step by which an entry is set aside."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._refused = False

    async def eval(self, *args: Any) -> Any:  # noqa: ANN401  redis' own types
        if not self._refused:
            self._refused = True
            raise ConnectionLost("Connection closed by server.")
        return await self._client.eval(*args)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._client, name)


async def test_facts_read_with_one_that_cannot_be_set_aside_are_read_again_at_once(hotline: Hotline, client: Redis) -> None:
    stream = EventStream(cast("Redis", RefusesToSetAside(client)), hotline="yancheng", recorder="r1")
    await rate(hotline, 1)
    await client.xadd(KEY, {"nonsense": b"sense"})
    with pytest.raises(StoreFault):
        await stream.read(limit=10, wait_s=0)
    assert list((await scores(stream)).values()) == [1]
