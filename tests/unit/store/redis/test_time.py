"""Clocks that disagree or step: ranks, leases and what people read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from calls.clock import SystemClock
from routing.waiting import Rules
from seats.state import SeatState
from store.redis.live import RedisLiveState
from tests.unit.store.redis.builders import Hotline, VirtualClock, a_seat


class SkewedClock(SystemClock):
    """An engine's clock that is wrong."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


def engine(client: Redis, name: str, by: timedelta) -> RedisLiveState:
    return RedisLiveState(client, hotline="yancheng", engine_id=name, rules=Rules(), clock=SkewedClock(by))


async def test_an_engine_whose_clock_is_wrong_wins_its_callers_nothing(client: Redis, clock: VirtualClock) -> None:
    early, late = engine(client, "early", timedelta(hours=-1)), engine(client, "late", timedelta(hours=1))
    for live, by, call_id, ago_s in ((late, 1, "first", 3), (early, -1, "second", 2), (late, 1, "third", 1)):
        clock.wall = datetime.now(UTC) + timedelta(hours=by, seconds=-ago_s)
        await live.join(replace(Hotline(live, live, clock).a_call(call_id), engine=live.engine_id), [])
    assert [call.call_id for call in await early.calls()] == ["first", "second", "third"]
    arrived = (await early.calls())[0].arrived
    assert abs((arrived - datetime.now(UTC)).total_seconds()) < 60, "in Redis' time, whoever asks"


async def test_deadlines_and_timers_are_told_in_the_asking_engines_time(client: Redis, clock: VirtualClock) -> None:
    live = engine(client, "late", timedelta(hours=1))
    clock.wall = datetime.now(UTC) + timedelta(hours=1)
    hotline = Hotline(live, live, clock)
    await hotline.seats(a_seat("8001"))
    offer = await live.join(hotline.a_call("c1"), [])
    due = await live.tick()
    assert offer is not None
    assert due is not None
    ahead = datetime.now(UTC) + timedelta(hours=1)
    assert 14 < (offer.deadline - ahead).total_seconds() <= 15
    assert 19 < (due - ahead).total_seconds() <= 20


async def test_when_the_clock_is_set_back_leases_still_end_and_nobody_is_overtaken(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await hotline.calls("c1")
    await hotline.calls("c2")
    await hotline.calls("c3")
    hotline.clock.step_s(-3600)
    await hotline.calls("c4")
    assert [call.call_id for call in await hotline.a.calls()] == ["c1", "c2", "c3", "c4"]
    await hotline.after(20)
    assert await hotline.rung_for("c3") == "8001", "the lease of c1 ran out in its time"


async def test_what_people_read_follows_the_clock_that_was_set_right(hotline: Hotline) -> None:
    await hotline.calls("c1")
    before = (await hotline.call("c1")).arrived
    hotline.clock.step_s(-3600)
    await hotline.a.tick()
    after = (await hotline.call("c1")).arrived
    assert timedelta(hours=-1) <= after - before < timedelta(hours=-1, seconds=1)


async def test_when_the_clock_leaps_forward_what_was_due_in_the_leap_is_due_now(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.a.end("c1", "completed")
    hotline.clock.step_s(3600)
    await hotline.a.tick()
    assert await hotline.state("8001") is SeatState.READY


async def test_a_clock_set_back_while_the_caller_hears_the_menu_costs_him_no_place(hotline: Hotline) -> None:
    call = hotline.a_call("c1")
    await hotline.a.arrive(call, [])
    hotline.clock.pass_s(5)
    await hotline.calls("c2")
    hotline.clock.step_s(-3600)
    await hotline.a.join(call, [])
    assert [call.call_id for call in await hotline.a.calls()] == ["c1", "c2"]


async def test_where_redis_own_clock_is_set_forward_no_lease_ends_and_nobody_who_comes_later_overtakes(
    client: Redis, clock: VirtualClock
) -> None:
    seven_minutes_ms = 7 * 60 * 1000
    live, key = engine(client, "one", timedelta()), "zhida:{yancheng}:clock"
    clock.wall = datetime.now(UTC)
    hotline = Hotline(live, live, clock)
    await client.hset(key, mapping={"last": 1, "ahead": -seven_minutes_ms})  # hotline time is seven minutes behind the wall clock…
    await hotline.seats(a_seat("8001"))
    assert await live.join(hotline.a_call("c1"), []) is not None
    await live.join(hotline.a_call("c2"), [])
    await client.hset(key, "ahead", 0)  # …and would now leap over them
    await live.tick()
    await live.join(hotline.a_call("c3"), [])
    calls = await live.calls()
    assert [call.call_id for call in calls] == ["c1", "c2", "c3"]
    assert (await live.seats())[0].state is SeatState.RESERVED
    assert all(abs((call.arrived - datetime.now(UTC)).total_seconds()) < 60 for call in calls), "told by the clock as it is now"
