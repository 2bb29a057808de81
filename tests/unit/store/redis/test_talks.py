"""Live state lost all it knew while people talk: their calls are known again, each at its seat."""

from dataclasses import replace
from datetime import timedelta

from redis.asyncio import Redis

from routing.waiting import CallState, LiveCall
from seats.log_ins import FOUND_TALKING
from seats.seat import Phone
from seats.state import SeatEvent, SeatState
from store.redis.talks import RedisTalks
from tests.unit.store.redis.builders import Hotline, a_seat


async def lost(hotline: Hotline, client: Redis) -> LiveCall:
    """A talk at 8001, as its engine knows it; its seat's phone is known to be in use again."""
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    hotline.clock.pass_s(30)
    talk = await hotline.a.call("c1")
    assert talk is not None
    await client.flushall()
    await hotline.a.define([a_seat("8001")])
    await hotline.a.phone("8001", Phone.IN_USE, ready=True)
    return talk


async def test_the_seat_talks_with_its_caller_again_and_is_free_after_him(hotline: Hotline, client: Redis) -> None:
    talk = await lost(hotline, client)
    assert await RedisTalks(hotline.a.steps).found(talk)
    assert await hotline.a.call("c1") == replace(talk, opened=0)  # no rung counts for it any more
    seat = await hotline.seat("8001")
    assert (seat.state, seat.call_id, seat.why) == (SeatState.TALKING, "c1", FOUND_TALKING)
    await hotline.a.end("c1", "completed")
    assert await hotline.state("8001") is SeatState.WRAP_UP


async def test_in_the_room_it_is_as_it_was(hotline: Hotline, client: Redis) -> None:
    talk = replace(await lost(hotline, client), state=CallState.THREE_WAY, room="c1", errand='{"e": 1}', inside='{"i": 1}')
    assert await RedisTalks(hotline.a.steps).found(talk)
    assert await hotline.a.call("c1") == replace(talk, opened=0)  # no rung counts for it any more
    assert await hotline.a.change("c1", expect=CallState.THREE_WAY, state=CallState.CONSULT, expect_errand='{"e": 1}')


async def test_what_is_known_or_over_is_left_alone(hotline: Hotline, client: Redis) -> None:
    talk = await lost(hotline, client)
    talks = RedisTalks(hotline.b.steps)
    assert await talks.found(talk)
    assert not await talks.found(replace(talk, state=CallState.HELD))
    found = await hotline.a.call("c1")
    assert found is not None
    assert found.state is CallState.TALKING
    await hotline.a.end("c1", "completed")
    assert not await talks.found(talk)
    assert await hotline.a.call("c1") is None


async def test_a_seat_that_serves_another_is_not_taken_from_him(hotline: Hotline, client: Redis) -> None:
    talk = await lost(hotline, client)
    await hotline.a.phone("8001", Phone.IDLE)
    await hotline.a.ask("8001", SeatEvent.MAKE_READY, why="back", by="8001")
    await hotline.calls("c2")
    assert not await RedisTalks(hotline.a.steps).found(talk)
    assert not await RedisTalks(hotline.a.steps).found(replace(talk, seat_id="8009"))
    assert await hotline.rung_for("c2") == "8001"


async def test_who_was_paused_meanwhile_is_so_after_the_talk(hotline: Hotline, client: Redis) -> None:
    talk = await lost(hotline, client)
    await hotline.a.ask("8001", SeatEvent.PAUSE, why="开会", by="8001")
    assert await RedisTalks(hotline.a.steps).found(talk)
    await hotline.a.end("c1", "completed")
    hotline.clock.pass_s(3)
    await hotline.a.tick()
    seat = await hotline.seat("8001")
    assert (seat.state, seat.why) == (SeatState.PAUSED, "开会")


async def test_nobody_is_ready_at_a_seat_that_needs_an_agent_and_has_none(hotline: Hotline, client: Redis) -> None:
    hotline.a.rules = replace(hotline.a.rules, agent_required=True)
    talk = replace(await lost(hotline, client), answered=hotline.clock.now() - timedelta(seconds=5))
    assert await RedisTalks(hotline.a.steps).found(talk)
    await hotline.a.end("c1", "completed")
    hotline.clock.pass_s(3)
    await hotline.a.tick()
    assert await hotline.state("8001") is SeatState.LOGGED_OUT
