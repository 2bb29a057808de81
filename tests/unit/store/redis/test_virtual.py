"""Live state in virtual time: what a step brings about is there when its answer is."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from redis.exceptions import ResponseError

from calls.errors import StoreFault
from calls.events import to_ms
from lab.own_redis import own_redis
from routing.waiting import CallState, LiveCall, Offer, Rules
from seats.seat import Phone
from store.redis.direct import DirectRedis
from store.redis.virtual import VirtualClock, VirtualHotline, virtual_hotline
from tests.redis_server import RedisServer
from tests.unit.store.redis.builders import MORNING, a_seat, ladder


@pytest.fixture
def hotline(empty_redis: RedisServer) -> Iterator[VirtualHotline]:
    with virtual_hotline(empty_redis.socket, hotline="day", rules=Rules(wrap_up_s=3), begin=MORNING) as hotline:
        yield hotline


async def calls(hotline: VirtualHotline, call_id: str, *rungs: str) -> Offer | None:
    now = hotline.clock.now()
    call = LiveCall(
        call_id=call_id, state=CallState.WAITING, engine="", caller_class="public", number="", name="", channel="",
        rank_ms=to_ms(now), arrived=now, queued=now, ladder=ladder(*(rungs or ("priority",))),
    )  # fmt: skip
    return await hotline.live.join(call, ())


async def one_seat(hotline: VirtualHotline) -> None:
    await hotline.live.define([a_seat("8001")])
    await hotline.live.phone("8001", Phone.IDLE, ready=True)


async def test_another_calls_offer_is_there_at_once_and_once(hotline: VirtualHotline) -> None:
    await one_seat(hotline)
    offer = await calls(hotline, "first")
    assert offer is not None
    assert await calls(hotline, "second") is None
    assert hotline.offers() == []
    await hotline.live.end("first", "abandoned")
    assert [(offer.call_id, offer.seat_id) for offer in hotline.offers()] == [("second", "8001")]
    assert hotline.offers() == []


async def test_the_next_timer_is_told_and_done_when_it_is_due(hotline: VirtualHotline) -> None:
    await one_seat(hotline)
    offer = await calls(hotline, "first")
    assert offer is not None
    await hotline.live.answered(offer, seat_leg="", seat_channel="")
    await hotline.live.end("first", "completed")
    assert hotline.due_ms == hotline.clock.ms + 3000
    await calls(hotline, "second")
    hotline.clock.ms += 3000
    await hotline.tick()
    assert [offer.call_id for offer in hotline.offers()] == ["second"]


async def test_a_day_leaves_nothing_and_finds_nothing(empty_redis: RedisServer) -> None:
    for _ in range(2):
        with virtual_hotline(empty_redis.socket, hotline="day", rules=Rules(), begin=MORNING) as hotline:
            assert await hotline.live.engines() == []
            await one_seat(hotline)
            assert await calls(hotline, "first") is not None
    with empty_redis.client() as client:
        assert client.keys("*") == []


async def test_facts_that_nobody_reads_do_not_pile_up(empty_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.redis.virtual._FORGET_EVERY", 10)
    with virtual_hotline(empty_redis.socket, hotline="day", rules=Rules(wrap_up_s=0), begin=MORNING) as hotline:
        await one_seat(hotline)
        for number in range(50):
            await calls(hotline, f"call-{number}")
            await hotline.live.end(f"call-{number}", "abandoned")
            hotline.offers()
        with empty_redis.client() as client:
            assert client.xlen("zhida:{day}:events") == 0
            assert client.keys("zhida:{day}:ended:*") == []
        assert (await calls(hotline, "last")) is not None


async def test_what_redis_refuses_is_said_and_the_next_command_is_answered(empty_redis: RedisServer) -> None:
    with DirectRedis(empty_redis.socket, channel="some") as redis:
        with pytest.raises(ResponseError, match="boom"):
            await redis.eval("return redis.error_reply('boom')", 1, "key")
        assert await redis.eval("redis.call('PUBLISH', 'some', 'word') return ARGV[1]", 1, "key", "answer") == b"answer"
        assert list(redis.messages) == [b"word"]


async def test_a_redis_that_is_gone_is_a_store_fault() -> None:
    with ExitStack() as stack:
        path = stack.enter_context(own_redis())
        redis = stack.enter_context(DirectRedis(path, channel="zhida:{day}:engine:simulation"))
        hotline = VirtualHotline(redis, hotline="day", rules=Rules(), clock=VirtualClock(to_ms(MORNING)))
        await one_seat(hotline)
        stack.pop_all().close()
        assert not path.exists()
        with pytest.raises(StoreFault):
            await calls(hotline, "first")
