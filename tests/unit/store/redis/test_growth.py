"""What a step costs does not grow with the hotline; and it needs no more of Redis than one slot of a cluster."""

import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from redis.asyncio import Redis

from calls.clock import SystemClock
from routing.waiting import Offer, Rules
from seats.seat import Phone
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream
from tests.redis_server import RedisServer
from tests.unit.store.redis.builders import Hotline, VirtualClock, a_seat, recorded


async def commands(client: Redis, step: Callable[[], Awaitable[object]]) -> int:
    """How many commands Redis runs for the step, those of its script included."""
    await client.config_resetstat()
    await step()
    stats = await client.info("commandstats")
    return sum(int(of["calls"]) for name, of in stats.items() if name not in {"cmdstat_info", "cmdstat_config|resetstat"})


async def cost_of_steps(hotline: Hotline, client: Redis, seats: int, waiting: int) -> dict[str, int]:
    """Every seat talks but one, and so many calls wait."""
    await client.flushall()
    await hotline.a.define([a_seat(f"s{number}", "priority", "general", skills="tax") for number in range(seats)])
    for number in range(seats):
        await hotline.a.phone(f"s{number}", Phone.IDLE, ready=True)
        if number < seats - 1:
            await hotline.talks(f"t{number}")
    for number in range(waiting):
        await hotline.calls(f"w{number}", "special", "general@30", skills="tax")
    offers: list[Offer | None] = []

    async def join() -> None:
        offers.append(await hotline.calls("new", "priority", "general", skills="tax"))

    async def answer() -> None:
        assert offers[0] is not None
        assert await hotline.a.answered(offers[0], seat_leg="l", seat_channel="c")

    costs = {"join and match": await commands(client, join), "answered": await commands(client, answer)}
    for number in range(waiting):
        await hotline.calls(f"v{number}", "priority", "general", skills="tax")
    costs["end and next"] = await commands(client, lambda: hotline.a.end("new", "completed"))
    offer = await hotline.open_offer("v0")
    costs["declined"] = await commands(client, lambda: hotline.declines(offer))
    costs["join and wait"] = await commands(client, lambda: hotline.calls("last", "priority", "general", skills="tax"))
    costs["place"] = await commands(client, lambda: hotline.a.place("last"))
    return costs


async def test_a_step_asks_no_more_of_redis_when_seats_and_calls_are_many(hotline: Hotline, client: Redis) -> None:
    hotline.a.rules = Rules(wrap_up_s=0, away_after_missed=False, skip_empty_groups=False)
    await cost_of_steps(hotline, client, seats=3, waiting=3)  # Redis now has every script
    few = await cost_of_steps(hotline, client, seats=3, waiting=3)
    many = await cost_of_steps(hotline, client, seats=60, waiting=120)
    assert many == few
    assert max(many.values()) < 80, many
    await client.flushall()


@pytest.fixture
def cluster() -> Iterator[RedisServer]:
    """One node that has all slots; it refuses what touches keys of two slots at once."""
    server = RedisServer(options=("--cluster-enabled", "yes", "--cluster-port", "0"))
    try:
        server.start()
        with server.client() as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
            deadline = time.monotonic() + 20
            while client.execute_command("CLUSTER INFO")["cluster_state"] != "ok" and time.monotonic() < deadline:
                time.sleep(0.02)
        yield server
    finally:
        server.remove()


async def test_a_hotline_lives_in_one_slot_of_a_cluster(cluster: RedisServer, clock: VirtualClock) -> None:
    client = connect(cluster.url)
    clock.wall = SystemClock().now()
    live = RedisLiveState(client, hotline="yancheng", engine_id="a", rules=Rules(wrap_up_s=0), clock=SystemClock())
    hotline = Hotline(live, live, clock)
    await live.beat()
    await hotline.seats(a_seat("8001", skills="tax"), a_seat("8002", "priority", "qilai"))
    offer = await hotline.calls("c1", "priority", "qilai@8", skills="tax")
    await hotline.declines(offer)
    await hotline.talks("c2")
    await hotline.calls("c3", caller="key_enterprise")
    await live.end("c2", "completed")
    assert await hotline.rung_for("c3") == "8002"
    await live.tick()
    await live.phone("8002", Phone.UNREACHABLE)
    assert await live.place("c3") == 1
    await live.define([])
    await live.sign_off()
    stream = EventStream(client, hotline="yancheng", recorder="r1")
    assert len(await recorded(stream)) > 10
    await stream.ack([entry.entry_id for entry in await stream.read(limit=10, wait_s=0)])
    keys = [key async for key in client.scan_iter()]
    assert {await client.cluster("keyslot", key) for key in keys} == {await client.cluster("keyslot", "yancheng")}
    await client.aclose()
