"""What one engine's step does for another engine's call reaches that engine, and nothing gets lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from routing.waiting import CallState
from seats.seat import Phone
from store.redis.live import RedisLiveState
from tests.unit.store.redis.builders import Hotline, Received, a_seat


@asynccontextmanager
async def listening(live: RedisLiveState, client: Redis) -> AsyncIterator[Received]:
    """An engine that listens, from the moment its subscription stands."""
    received = Received()
    task = asyncio.create_task(live.listen(received), name="listen")
    try:
        await until_listening(live, client)
        yield received
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until_listening(live: RedisLiveState, client: Redis) -> None:
    channel = live._steps.key("engine:" + live.engine_id)
    async with asyncio.timeout(30):
        while [number for _, number in await client.pubsub_numsub(channel)] != [1]:  # noqa: ASYNC110  Redis is another process
            await asyncio.sleep(0.01)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110  what comes comes through Redis
            await asyncio.sleep(0.005)


async def test_a_seat_freed_by_one_engine_rings_for_the_call_of_the_other(hotline: Hotline, client: Redis) -> None:
    async with listening(hotline.b, client) as b, listening(hotline.a, client) as a:
        await hotline.calls("c1", by=hotline.b)
        await hotline.seats(a_seat("8001"))
        await until(lambda: b.offers)
        assert [(offer.call_id, offer.seat_id, offer.devices) for offer in b.offers] == [("c1", "8001", ("PJSIP/8001",))]
        assert (b.pokes, a.offers) == ([], [])


async def test_an_offer_is_returned_by_the_step_or_delivered_never_both(hotline: Hotline, client: Redis) -> None:
    async with listening(hotline.a, client) as a:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        offer = await hotline.calls("c1")
        assert await hotline.declines(offer) is not None
        await hotline.calls("c2")  # rung by 8001, returned
        await hotline.calls("c3")
        await hotline.a.end("c2", "abandoned")  # frees 8001 for c3, which no step returns
        await until(lambda: a.offers)
        assert [offer.call_id for offer in a.offers] == ["c3"]


async def test_a_call_whose_ring_was_ended_by_somebody_else_is_poked(hotline: Hotline, client: Redis) -> None:
    async with listening(hotline.b, client) as b:
        await hotline.seats(a_seat("8001"))
        await hotline.calls("c1", by=hotline.b)
        await hotline.a.phone("8001", Phone.UNREACHABLE)
        await until(lambda: b.pokes)
        assert (b.pokes, b.offers) == (["c1"], [])


async def test_a_change_pokes_the_engine_that_has_the_call(hotline: Hotline, client: Redis) -> None:
    async with listening(hotline.a, client) as a:
        await hotline.seats(a_seat("8001"))
        await hotline.talks("c1")
        await hotline.b.change("c1", expect=CallState.TALKING, state=CallState.CONSULT, room="c1")
        await until(lambda: a.pokes)
        await hotline.b.seat_left("c1", "8001")
        await until(lambda: len(a.pokes) == 2)


async def test_an_engine_is_told_that_another_took_its_call(hotline: Hotline, client: Redis) -> None:
    async with listening(hotline.a, client) as a:
        await hotline.calls("c1")
        await hotline.b.join(replace(hotline.a_call("c1"), engine="b"), [])
        await until(lambda: a.pokes)
        assert a.pokes == ["c1"]


async def test_offers_made_before_the_engine_listened_are_delivered(hotline: Hotline, client: Redis) -> None:
    await hotline.calls("c1", by=hotline.b)
    await hotline.seats(a_seat("8001"))
    async with listening(hotline.b, client) as b:
        await until(lambda: b.offers)
        assert b.offers[0].offer_id == (await hotline.call("c1")).offer_id


async def test_after_a_cut_the_open_offers_are_delivered_again(hotline: Hotline, client: Redis) -> None:
    await hotline.calls("c1", by=hotline.b)
    await hotline.calls("c2", by=hotline.b)
    async with listening(hotline.b, client) as b:
        await hotline.seats(a_seat("8001"))
        await until(lambda: b.offers)
        assert await client.client_kill_filter(_type="pubsub") == 1
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await until(lambda: {offer.call_id for offer in b.offers} == {"c1", "c2"})
        assert len(b.offers) == 2, "each once: what was given before the cut is not given again"


async def test_an_offer_that_was_answered_by_the_step_is_not_delivered_after_a_cut(hotline: Hotline, client: Redis) -> None:
    async with listening(hotline.a, client) as a:
        await hotline.seats(a_seat("8001"), a_seat("8002"))
        await hotline.calls("c1")
        await hotline.calls("c2", "nobody")
        await client.client_kill_filter(_type="pubsub")
        await hotline.a.define([a_seat("8001"), a_seat("8002", "nobody")])
        await until(lambda: a.offers)
        assert [offer.call_id for offer in a.offers] == ["c2"]


async def test_an_offer_that_is_over_when_the_step_answers_is_not_returned(hotline: Hotline) -> None:
    """Its successor was delivered before the answer was read."""
    await hotline.seats(a_seat("8001"))
    offer = await hotline.calls("c1")
    assert offer is not None
    handed = hotline.a._steps._handed
    newer = replace(offer, offer_id="{}-{}".format(*(int(part) + 1 for part in offer.offer_id.split("-"))))
    assert handed.newest(newer) is newer
    assert handed.newest(offer) is None
    assert handed.newest(newer) is None
    assert handed.newest(replace(offer, call_id="c2")) is not None


async def test_a_subscription_that_falls_silent_is_made_anew(
    hotline: Hotline, client: Redis, monkeypatch: pytest.MonkeyPatch, log: list[dict[str, object]]
) -> None:
    monkeypatch.setattr("store.redis.listener.SILENT_S", 0.05)
    pings = count()
    heard: asyncio.Event = asyncio.Event()

    async def no_ping(self: object, message: object = None) -> None:
        if next(pings) == 1:
            heard.set()

    async with listening(hotline.b, client):
        monkeypatch.setattr("redis.asyncio.client.PubSub.ping", no_ping)
        async with asyncio.timeout(30):
            await heard.wait()
    assert any(entry["event"] == "deliveries_interrupted" for entry in log)


async def test_an_idle_subscription_stays(hotline: Hotline, client: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.redis.listener.SILENT_S", 1.0)  # as long as Redis may take to answer on a busy machine
    pings: list[object] = []
    ping = PubSub.ping

    async def counted(self: PubSub, message: object = None) -> None:
        pings.append(self)
        await ping(self)

    monkeypatch.setattr("redis.asyncio.client.PubSub.ping", counted)
    async with listening(hotline.b, client) as b:
        await until(lambda: len(pings) == 3)
        assert len(set(map(id, pings))) == 1
        await hotline.calls("c1", by=hotline.b)
        await hotline.seats(a_seat("8001"))
        await until(lambda: b.offers)
    assert len(b.offers) == 1
