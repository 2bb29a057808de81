"""Seats: who may change their state, what a wish does, what the phone has to say."""

from dataclasses import replace

import pytest

from calls.errors import Conflict, NotFound
from seats.seat import Phone
from seats.state import DEFERRED, TRANSITIONS, SeatEvent, SeatState
from store.redis.scripts import with_common
from tests.unit.store.redis.builders import Hotline, a_seat

S, E = SeatState, SeatEvent
ADVANCE = with_common("""
local seat = Seat.load(ARGS.seat_id)
Seat.put(seat, {state = ARGS.state, phone = 'idle'})
local taken = Seat.advance(seat, ARGS.event, 'because')
return cjson.encode({taken = taken, state = seat.state, ahead = 0})
""")


@pytest.mark.parametrize("state", SeatState)
async def test_the_lua_has_the_very_table_of_the_seat(hotline: Hotline, state: SeatState) -> None:
    for event in SeatEvent:
        await hotline.a.define([])
        await hotline.a.define([a_seat("8001")])
        told = await hotline.a._steps.run_script(ADVANCE, {"seat_id": "8001", "state": state, "event": event})
        assert told["taken"] == (event in TRANSITIONS[state]), event
        assert told["state"] == TRANSITIONS[state].get(event, state), event
    await hotline.a._steps.client.flushall()


@pytest.mark.parametrize("asked", DEFERRED)
@pytest.mark.parametrize("state", SeatState)
async def test_what_a_person_asks_is_done_or_kept_as_a_wish(hotline: Hotline, state: SeatState, asked: SeatEvent) -> None:
    await seat_in(hotline, state)
    seat = await hotline.b.ask("8001", asked, why="lunch", by="8001")
    if asked in TRANSITIONS[state]:
        assert (seat.state, seat.wish) == (TRANSITIONS[state][asked], None)
    else:
        assert (seat.state, seat.wish) == (state, DEFERRED[asked])


@pytest.mark.parametrize("state", SeatState)
async def test_a_saved_ticket_ends_wrap_up_and_is_refused_elsewhere(hotline: Hotline, state: SeatState) -> None:
    await seat_in(hotline, state)
    if state is S.WRAP_UP:
        assert (await hotline.b.wrapped_up("8001")).state is S.READY
    else:
        with pytest.raises(Conflict) as refused:
            await hotline.b.wrapped_up("8001")
        assert refused.value.code == "seat_event_illegal"
        assert await hotline.state("8001") is state


async def seat_in(hotline: Hotline, state: SeatState) -> None:
    """Seat 8001 in that state, by the way it gets there in life."""
    hotline.a.rules = hotline.b.rules = replace(hotline.a.rules, away_after_missed=True, wrap_up_s=60)
    await hotline.seats(a_seat("8001"))
    if state in (S.RESERVED, S.AWAY):
        offer = await hotline.calls("c1")
        if state is S.AWAY:
            await hotline.declines(offer)
    elif state in (S.TALKING, S.WRAP_UP):
        await hotline.talks("c1")
        if state is S.WRAP_UP:
            await hotline.a.end("c1", "completed")
    elif state is S.PAUSED:
        await hotline.a.ask("8001", E.PAUSE, why="meeting", by="8001")
    elif state is S.LOGGED_OUT:
        await hotline.a.ask("8001", E.LOG_OUT, why="home", by="8001")
    elif state is S.UNREACHABLE:
        await hotline.cannot_be_rung(await hotline.calls("c1"))
        await hotline.a.end("c1", "abandoned")
    assert await hotline.state("8001") is state


async def test_a_pause_asked_for_while_talking_comes_after_wrap_up(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.a.ask("8001", E.PAUSE, why="lunch", by="8001")
    await hotline.a.end("c1", "completed")
    assert (await hotline.seat("8001")).wish is S.PAUSED
    await hotline.after(3)
    seat = await hotline.seat("8001")
    assert (seat.state, seat.why, seat.wish) == (S.PAUSED, "lunch", None)


async def test_a_wish_can_be_taken_back(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.a.ask("8001", E.LOG_OUT, why="home", by="8001")
    await hotline.a.ask("8001", E.MAKE_READY, why="no, not yet", by="8001")
    await hotline.a.end("c1", "completed")
    await hotline.after(3)
    seat = await hotline.seat("8001")
    assert (seat.state, seat.wish) == (S.READY, None)


@pytest.mark.parametrize(("asked", "becomes"), [(E.PAUSE, S.PAUSED), (E.LOG_OUT, S.LOGGED_OUT), (E.MAKE_READY, S.AWAY)])
async def test_who_asks_to_go_while_the_phone_rings_is_gone_when_it_was_missed(
    hotline: Hotline, asked: SeatEvent, becomes: SeatState
) -> None:
    """To be ready, he must say so after the call he missed."""
    await seat_in(hotline, S.RESERVED)
    await hotline.a.ask("8001", asked, why="lunch", by="8001")
    await hotline.declines(await hotline.open_offer("c1"))
    seat = await hotline.seat("8001")
    assert (seat.state, seat.wish) == (becomes, None)


async def test_wrap_up_ends_by_itself_and_tells_until_when(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    ended = hotline.clock.now()
    await hotline.a.end("c1", "completed")
    seat = await hotline.seat("8001")
    assert seat.wrap_up_until is not None
    assert (seat.call_id, (seat.wrap_up_until - ended).total_seconds()) == ("c1", 3)
    await hotline.after(2.9)
    assert await hotline.state("8001") is S.WRAP_UP
    await hotline.after(0.1)
    seat = await hotline.seat("8001")
    assert (seat.state, seat.call_id, seat.wrap_up_until) == (S.READY, "", None)


async def test_a_pause_in_wrap_up_is_not_ended_by_the_wrap_up_timer(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.a.end("c1", "completed")
    await hotline.a.ask("8001", E.PAUSE, why="lunch", by="8001")
    assert await hotline.b.tick() is None
    await hotline.after(10)
    assert await hotline.state("8001") is S.PAUSED


async def test_who_signs_in_before_his_phone_registers_is_ready_when_it_does(hotline: Hotline) -> None:
    await hotline.a.define([a_seat("8001")])
    seat = await hotline.a.ask("8001", E.MAKE_READY, why="morning", by="8001")
    assert (seat.state, seat.why) == (S.UNREACHABLE, "its phone is not registered")
    back = await hotline.a.phone("8001", Phone.IDLE)
    assert back is not None
    assert back.state is S.READY


async def test_a_phone_in_use_is_not_rung_whoever_placed_that_call(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.a.phone("8001", Phone.IN_USE)
    assert await hotline.calls("c1") is None
    assert await hotline.state("8001") is S.READY
    await hotline.b.phone("8001", Phone.IDLE)
    assert await hotline.rung_for("c1") == "8001"


async def test_a_phone_said_to_be_idle_again_and_again_does_not_wake_a_seat_that_could_not_be_rung(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    offer = await hotline.calls("c1")
    await hotline.cannot_be_rung(offer)
    for _ in range(5):
        await hotline.a.phone("8001", Phone.IDLE)
        await hotline.after(5)
    await hotline.a.phone("8001", Phone.IN_USE)
    assert await hotline.state("8001") is S.UNREACHABLE
    await hotline.a.phone("8001", Phone.IDLE)  # it worked for somebody
    assert await hotline.rung_for("c1") == "8001"


async def test_in_the_lab_a_registering_phone_signs_its_seat_in(hotline: Hotline) -> None:
    await hotline.a.define([a_seat("8001")])
    seat = await hotline.a.phone("8001", Phone.IDLE, ready=True)
    assert seat is not None
    assert seat.state is S.READY
    await hotline.a.ask("8001", E.PAUSE, why="lunch", by="8001")
    again = await hotline.a.phone("8001", Phone.IDLE, ready=True)
    assert again is not None
    assert again.state is S.PAUSED


async def test_the_phone_of_an_unknown_seat_is_nobodys(hotline: Hotline) -> None:
    assert await hotline.a.phone("9999", Phone.IDLE) is None
    with pytest.raises(NotFound):
        await hotline.a.ask("9999", E.PAUSE, why="", by="")
    with pytest.raises(NotFound):
        await hotline.a.wrapped_up("9999")
    assert await hotline.a.seat("9999") is None


async def test_nobody_can_ask_a_seat_to_have_answered(hotline: Hotline) -> None:
    await hotline.a.define([a_seat("8001")])
    with pytest.raises(Conflict):
        await hotline.a.ask("8001", E.ANSWERED, why="", by="mallory")


async def test_a_new_configuration_keeps_states_and_lets_busy_seats_finish(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8002"), a_seat("8001"), a_seat("8003"))
    await hotline.talks("c1")  # 8002
    await hotline.a.define([a_seat("8001", "qilai"), a_seat("8004")])
    assert [(seat.seat_id, seat.state) for seat in await hotline.a.seats()] == [
        ("8001", S.READY),
        ("8002", S.TALKING),
        ("8004", S.LOGGED_OUT),
    ]
    await hotline.a.end("c1", "completed")
    assert await hotline.state("8002") is S.WRAP_UP
    await hotline.after(3)
    assert await hotline.a.seat("8002") is None


async def test_a_seat_that_comes_to_serve_another_group_takes_who_waits_there(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001", "priority"))
    await hotline.calls("c1", "qilai")
    await hotline.a.define([a_seat("8001", "qilai")])
    assert await hotline.rung_for("c1") == "8001"


async def test_the_same_configuration_again_changes_nothing(hotline: Hotline) -> None:
    seats = [a_seat("8001", skills="tax"), a_seat("8002", "qilai", "general")]
    await hotline.seats(*seats)
    before = await hotline.a.seats()
    await hotline.b.define(seats)
    assert await hotline.a.seats() == before
