"""Pauses of recordings, shared by all engines."""

from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from store.redis.pauses import RedisPauses

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


async def test_what_one_engine_paused_another_finds_and_one_of_them_ends(client: Redis) -> None:
    a, b = RedisPauses(client, hotline="yancheng"), RedisPauses(client, hotline="yancheng")
    await a.set("zhida-1.1", NOW + timedelta(seconds=60))
    assert await b.until("zhida-1.1") == NOW + timedelta(seconds=60)
    assert await b.over(NOW + timedelta(seconds=59)) == []
    assert await b.over(NOW + timedelta(seconds=60)) == ["zhida-1.1"]
    assert [await b.end("zhida-1.1"), await a.end("zhida-1.1")] == [True, False]
    assert await a.until("zhida-1.1") is None


async def test_set_again_it_is_the_new_time(client: Redis) -> None:
    pauses = RedisPauses(client, hotline="yancheng")
    await pauses.set("zhida-1.1", NOW)
    await pauses.set("zhida-1.1", NOW + timedelta(seconds=60))
    assert await pauses.over(NOW + timedelta(seconds=1)) == []


async def test_another_hotlines_are_not_there(client: Redis) -> None:
    await RedisPauses(client, hotline="yancheng").set("zhida-1.1", NOW)
    assert await RedisPauses(client, hotline="xuzhou").over(NOW) == []
