"""Every engine hears that the configuration is to be read again: once, and also where it missed the word."""

import asyncio

import pytest
from redis.asyncio import Redis

from store.redis.reloads import ReloadsAsked
from tests.unit.store.redis.conftest import NAME


@pytest.fixture
async def engines(client: Redis, monkeypatch: pytest.MonkeyPatch) -> tuple[ReloadsAsked, ReloadsAsked]:
    """Two that have started."""
    monkeypatch.setattr("store.redis.reloads._LOOK_AGAIN_S", 0.02)
    one, two = ReloadsAsked(client, hotline=NAME), ReloadsAsked(client, hotline=NAME)
    await one.ask()
    assert (await one.asked(), await two.asked()) == (False, False), "what was asked before the start is done"
    return one, two


async def test_the_other_one_is_asked_and_the_asker_is_not(engines: tuple[ReloadsAsked, ReloadsAsked]) -> None:
    one, two = engines
    await one.ask()
    assert (await one.asked(), await two.asked()) == (False, True)
    assert await two.asked() is False


async def test_who_missed_several_does_it_once(engines: tuple[ReloadsAsked, ReloadsAsked]) -> None:
    one, two = engines
    await one.ask()
    await one.ask()
    assert await two.asked()
    assert not await two.asked()


async def test_the_word_comes_at_once(engines: tuple[ReloadsAsked, ReloadsAsked], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.redis.reloads._LOOK_AGAIN_S", 60)
    one, two = engines
    listening = asyncio.create_task(two.news.listen())
    try:
        asked = asyncio.create_task(two.asked())
        while not asked.done():
            await one.ask()
            await asyncio.sleep(0.01)
        assert await asked or await two.asked()  # the first look may be owed to the subscription itself
    finally:
        listening.cancel()


async def test_a_redis_that_lost_its_data_asks_for_nothing(engines: tuple[ReloadsAsked, ReloadsAsked], client: Redis) -> None:
    one, two = engines
    await client.flushdb()
    assert not await two.asked()
    await one.ask()
    assert await two.asked()
