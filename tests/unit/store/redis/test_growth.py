"""What a step costs does not grow with the hotline; and it needs no more of Redis than one slot of a cluster."""

import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from redis.asyncio import Redis

from calls.clock import SystemClock
from calls.events import Announced, Expected
from routing.waiting import Offer, Rules, Strategy
from seats.seat import Phone
from seats.state import SeatEvent
from store.redis import wire
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.scripts import with_common
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
    costs["outlook"] = await commands(client, lambda: hotline.a.outlooks(["last"]))
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


RUSH = Rules(
    wrap_up_s=0,
    away_after_missed=False,
    strategies=(("priority", Strategy.FEWEST_CALLS), ("project", Strategy.IN_ORDER)),
    preferred_s=600,
    preferred_wait_s=20,
)
BUILD = with_common("""
-- {seats, call}: seats become ready with their phones in use, and calls come, as the steps have it, many in one script.
for _, id in ipairs(ARGS.seats or {}) do
  local seat = Seat.load(id)
  Seat.put(seat, {phone = 'in_use'})
  Seat.advance(seat, 'make_ready', 'good morning')
  Match.settle()
end
for number = ARGS.first, ARGS.last do
  local given = ARGS.calls[number % #ARGS.calls + 1]
  given.call_id = 'w' .. number
  local call = Call.create(given, 'ivr')
  Call.put(call, {state = 'waiting', queued = now, want = call.skills})
  Call.wait(call, true)
  Match.settle()
  Call.cache = {}
end
return reply({})
""")


async def a_rush(hotline: Hotline, client: Redis, seats: int, waiting: int) -> None:
    """Half of the seats are ready in groups nobody waits for; the others are busy, and so many calls wait for them."""
    await client.flushall()
    busy = [a_seat(f"b{number}", "priority", "general", skills="tax:3", places=f"priority:{number}") for number in range(seats // 2)]
    ready = [a_seat(f"r{number}", "project", "qilai", skills="tax:2", places=f"project:{number}") for number in range(seats // 2)]
    await hotline.a.define([*busy, *ready])
    steps = hotline.a._steps
    for first in range(0, len(busy), 500):
        ids = [seat.seat_id for seat in (*busy[first : first + 500], *ready[first : first + 500])]
        await steps.run_script(BUILD, {"seats": ids, "first": 1, "last": 0})
    for seat in ready:
        await hotline.a.phone(seat.seat_id, Phone.IDLE)
    kinds = [
        hotline.a_call("", "priority", "special@600", caller=caller, bonus_s=bonus_s, skills=skills)
        for caller, bonus_s in (("public", 0), ("key_enterprise", 300))
        for skills in ("", "tax:2")
    ]
    calls = [wire.call_to_wire(call, hotline.clock.now()) for call in kinds]
    for first in range(0, waiting, 2000):
        await steps.run_script(BUILD, {"calls": calls, "first": first, "last": min(first + 2000, waiting) - 1})


async def cost_in_a_rush(hotline: Hotline, client: Redis) -> dict[str, int]:
    """Redis' commands of every kind of step that matches."""
    costs: dict[str, int] = {}

    async def cost(name: str, step: Callable[[], Awaitable[object]]) -> None:
        costs[name] = await commands(client, step)

    await cost("a ready seat is found", lambda: hotline.calls("new", "project", "qilai", skills="tax:2", number="1"))
    await cost("answered", lambda: _answered(hotline, "new"))
    await cost("its seat is awaited", lambda: hotline.calls("again", "project", "qilai", number="1"))
    await cost("the seat is free for whoever awaits it", lambda: hotline.a.end("new", "completed"))
    await cost("declined", lambda: _declined(hotline, "again"))
    await cost("answered elsewhere", lambda: _answered(hotline, "again"))
    await cost("a seat takes the first of all", lambda: hotline.a.phone("b0", Phone.IDLE))
    await cost("nobody is free", lambda: hotline.calls("last", "priority", "special@600"))
    await cost("nobody has it on duty", lambda: hotline.calls("expert", "priority", "special@600", skills="tax:2 english:9"))
    await cost("place", lambda: hotline.a.place("last"))
    await cost("a seat pauses", lambda: hotline.a.ask("b1", SeatEvent.PAUSE, why="lunch", by="b1"))
    anew = {"seats": [wire.seat_to_wire(a_seat("b2", "priority", skills="tax:9"))]}
    await cost("a seat is configured anew", lambda: hotline.a._steps.run("define", anew))
    await cost("a caller leaves", lambda: hotline.a.end("last", "abandoned"))
    await cost("nothing is due", hotline.b.tick)
    return costs


async def _answered(hotline: Hotline, call_id: str) -> None:
    offer = await hotline.open_offer(call_id)
    assert offer is not None, call_id
    assert await hotline.a.answered(offer, seat_leg="leg", seat_channel="channel")


async def _declined(hotline: Hotline, call_id: str) -> None:
    assert await hotline.declines(await hotline.open_offer(call_id)) is not None


@pytest.mark.timeout(300)
async def test_ten_thousand_seats_and_a_hundred_thousand_calls_cost_a_step_nothing(hotline: Hotline, client: Redis) -> None:
    """Redis' own sorted sets take log n; here is shown that nothing else grows, by counting what a step asks of them."""
    hotline.a.rules = hotline.b.rules = RUSH
    await a_rush(hotline, client, seats=20, waiting=40)
    await cost_in_a_rush(hotline, client)  # Redis now has every script, and every wish has been heard
    costs = []
    for seats, waiting in ((20, 40), (10_000, 100_000)):
        await a_rush(hotline, client, seats=seats, waiting=waiting)
        costs.append(await cost_in_a_rush(hotline, client))
    assert costs[0] == costs[1]
    assert max(costs[0].values()) < 110, costs[0]
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
    await hotline.calls("c4", "priority", "qilai@8")
    assert (await live.outlooks(["c4"]))["c4"].position > 1
    assert await live.told(Announced(call_id="c4", at=SystemClock().now(), position=3))
    assert await live.expected(Expected(call_id="c4", at=SystemClock().now(), position=3, wait_s=9.0))
    await live.define([])
    await live.sign_off()
    stream = EventStream(client, hotline="yancheng", recorder="r1")
    assert len(await recorded(stream)) > 10
    await stream.ack([entry.entry_id for entry in await stream.read(limit=10, wait_s=0)])
    keys = [key async for key in client.scan_iter()]
    assert {await client.cluster("keyslot", key) for key in keys} == {await client.cluster("keyslot", "yancheng")}
    await client.aclose()
