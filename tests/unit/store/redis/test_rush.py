"""A rush hour in real time: two engines with all their tasks, seats that answer, decline and vanish, cuts and a death."""

import asyncio
import random
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from calls.clock import SystemClock
from calls.events import Answered, Ended, Event, Offered, OfferEnded, SeatLeft
from routing.waiting import CallState, Offer, OfferOutcome, Rules
from seats.seat import Phone
from seats.state import SeatState
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream
from tests.redis_server import RedisServer
from tests.unit.store.redis.builders import Hotline, VirtualClock, a_seat, recorded
from tests.unit.store.redis.invariants import check_invariants, dump

CALLERS = 120
SEATS = {f"80{number:02}": ("priority", "general") if number % 3 else ("priority",) for number in range(1, 9)}
RULES = Rules(ring_s=0.4, lease_margin_s=0.2, wrap_up_s=0.02, away_after_missed=False, retry_s=0.1, refusal_s=0.5, unreachable_s=0.2)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.redis.keeper.BEAT_S", 0.1)
    monkeypatch.setattr("store.redis.live.ALIVE_S", 0.6)


class Floor:
    """The seats' phones. No phone may be rung by two at once, or while somebody talks on it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.busy: set[str] = set()

    async def ring(self, engine: "Engine", offer: Offer) -> OfferOutcome | None:
        """None: the seat answered."""
        assert offer.seat_id not in self.busy, f"{offer.seat_id} is rung twice"
        self.busy.add(offer.seat_id)
        try:
            await engine.live.phone(offer.seat_id, Phone.IN_USE)
            await asyncio.sleep(self.chance.uniform(0, 0.03))
            return self.chance.choices([None, *OfferOutcome], weights=[12, 2, 1, 1, 1])[0]
        finally:
            self.busy.discard(offer.seat_id)

    async def talk(self, seat_id: str) -> None:
        self.busy.add(seat_id)
        try:
            await asyncio.sleep(self.chance.uniform(0.005, 0.04))
        finally:
            self.busy.discard(seat_id)


class Engine:
    """As an engine is: one coroutine a call, a mailbox for each."""

    def __init__(self, live: RedisLiveState, floor: Floor, clock: VirtualClock) -> None:
        self.live, self.floor = live, floor
        self.words = Hotline(live, live, clock)
        self.mail: dict[str, asyncio.Queue[Offer]] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.start(live.listen(self))
        self.start(live.keep_time())

    def start(self, work) -> "asyncio.Task[None]":  # type: ignore[no-untyped-def]  # noqa: ANN001
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def offered(self, offer: Offer) -> None:
        if offer.call_id in self.mail:
            self.mail[offer.call_id].put_nowait(offer)

    def poked(self, call_id: str) -> None:
        pass

    async def die(self) -> None:
        """Nothing is said to anybody."""
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def serve(self, call_id: str) -> None:
        self.mail[call_id] = asyncio.Queue()
        call = replace(self.words.a_call(call_id, "priority", "general@0.05"), engine=self.live.engine_id)
        now = SystemClock().now()
        call = replace(call, arrived=now, queued=now, rank_ms=round(now.timestamp() * 1000))
        offer = await self.live.join(call, self.words.facts_of(call))
        while True:
            offer = offer or await self.mail[call_id].get()
            outcome = await self.floor.ring(self, offer)
            if outcome is None and await self.live.answered(offer, seat_leg="leg", seat_channel="c"):
                await self.floor.talk(offer.seat_id)
                await self.live.end(call_id, "completed")
                await self.live.phone(offer.seat_id, Phone.IDLE)
                return
            another = await self.live.offer_ended(offer, outcome or OfferOutcome.WITHDRAWN)
            await self.live.phone(offer.seat_id, Phone.IDLE)
            offer = another


async def test_in_a_rush_everybody_is_served_once_and_no_phone_is_rung_twice(
    client: Redis, stream: EventStream, empty_redis: RedisServer, clock: VirtualClock
) -> None:
    chance = random.Random(12345)  # noqa: S311  a plan of the day, no secret
    floor = Floor(chance)
    engines = [_engine(client, name, floor, clock) for name in ("a", "b")]
    await engines[0].live.define([a_seat(seat_id, *groups) for seat_id, groups in SEATS.items()])
    for seat_id in SEATS:
        await engines[0].live.phone(seat_id, Phone.IDLE, ready=True)
    served = {
        call_id: engines[number % 2].start(engines[number % 2].serve(call_id))
        for number, call_id in enumerate(f"c{number}" for number in range(CALLERS))
    }
    await asyncio.sleep(0.2)
    await client.client_kill_filter(_type="pubsub")
    await client.script_flush()
    await asyncio.sleep(0.2)
    orphans = [call_id for call_id, task in served.items() if not task.done() and task in engines[1].tasks]
    assert orphans
    await engines[1].die()
    floor.busy.clear()
    another = _engine(client, "b2", floor, clock)
    for call_id in orphans:  # the dialplan brings them back
        await _comes_back(another, call_id, served)
    async with asyncio.timeout(60):
        await asyncio.gather(*(task for task in served.values() if not task.cancelled()))
    for engine in (engines[0], another):
        await engine.die()
    await _settled(engines[0].live)
    with empty_redis.client() as plain:
        check_invariants(dump(plain, "yancheng"), RULES)
    check_story(await recorded(stream))


def _engine(client: Redis, name: str, floor: Floor, clock: VirtualClock) -> Engine:
    live = RedisLiveState(client, hotline="yancheng", engine_id=name, rules=RULES, clock=SystemClock())
    return Engine(live, floor, clock)


async def _comes_back(engine: Engine, call_id: str, served: "dict[str, asyncio.Task[None]]") -> None:
    live = await engine.live.call(call_id)
    if live is None:
        return
    if live.state not in (CallState.WAITING, CallState.OFFERED):
        await engine.live.end(call_id, "completed")
        return
    served[call_id] = engine.start(engine.serve(call_id))


async def _settled(live: RedisLiveState) -> None:
    """Wrap-ups end, and so do the states the last phones were left in."""
    for seat_id in SEATS:
        await live.phone(seat_id, Phone.IDLE, ready=True)
    async with asyncio.timeout(60):
        while {seat.state for seat in await live.seats()} != {SeatState.READY}:
            await live.tick()
            await asyncio.sleep(0.02)


def check_story(events: list[Event]) -> None:
    """By the records alone: nobody was lost, and no seat had two calls at any moment."""
    assert sorted(event.call_id for event in events if isinstance(event, Ended)) == sorted(f"c{number}" for number in range(CALLERS))
    holds: dict[str, str] = {}
    for event in events:
        if isinstance(event, Offered):
            assert holds.setdefault(event.seat_id, event.call_id) == event.call_id
        elif isinstance(event, Answered):
            assert holds[event.seat_id] == event.call_id
        elif isinstance(event, OfferEnded | SeatLeft):
            assert holds.pop(event.seat_id) == event.call_id
    assert not holds
