"""A call is offered to a seat, and the seat does not take it: what becomes of the seat, and of the call."""

import asyncio
import time
from datetime import datetime
from pathlib import Path

from lab.phones.behaviours import RingsForEver
from lab.phones.bulk import BulkSeats, Does, Seats
from lab.phones.events import Kind
from tests.scenarios.hotline import KEY, KEY_NAME, OTHER_KEYS, PUBLIC, Hotline
from tests.scenarios.house import NET


async def test_a_declined_call_rings_at_the_next_seat_at_once(hotline: Hotline) -> None:
    first, second = await hotline.seat(8001), await hotline.seat(8002)
    caller = await hotline.calls(KEY)
    ring = await first.rings()
    declined = time.monotonic()
    await first.decline()
    again = await second.rings()
    hotline.measured("decline -> the next seat's phone rings", again.event.monotonic - declined)
    assert again.zhida_call == ring.zhida_call
    await hotline.talk_on(caller, second)
    await hotline.seat_is(8001, "away")
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    offers = [(offer["seat"], offer["outcome"]) for offer in call["record"]["offers"]]
    assert offers[0] == ("8001", "declined")
    assert [seat for seat, _ in offers] == ["8001", "8002"]


async def test_who_waits_hears_music_while_one_seat_declines_and_the_next_one_rings(hotline: Hotline) -> None:
    caller, call_id = await hotline.waiting(KEY)
    first = await hotline.seat(8001, ready=False)
    await first.rings()
    await hotline.hears_music(caller)
    second = await hotline.seat(8002)
    await first.decline()
    await second.rings()
    await hotline.hears_music(caller)
    await hotline.talk_on(caller, second)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_an_unanswered_call_goes_on_to_the_next_seat(hotline: Hotline) -> None:
    first, second = await hotline.seat(8001, does=RingsForEver()), await hotline.seat(8002)
    caller = await hotline.calls(KEY)
    ring = await first.rings()
    await hotline.talk(caller, second)
    assert (await first.call_ended()).reason
    await hotline.seat_is(8001, "away")
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call)
    assert call["record"]["offers"][0]["outcome"] == "expired"


async def test_a_phone_that_stays_silent_is_given_up_before_it_could_have_rung_out(hotline: Hotline, tmp_path: Path) -> None:
    async with BulkSeats(Seats(numbers=[8001], net=NET, does=Does.NOTHING), tmp_path / "dead"):
        await hotline.seat_is(8001, "ready")
        second = await hotline.seat(8002)
        hotline.unplugged.append("8001")
        caller = await hotline.calls(KEY)
        began = time.monotonic()
        ring = await hotline.talk(caller, second)
        assert ring.event.monotonic - began < hotline.lab.settings.seats.ring_s, "given up after no_ring_s, not after ring_s"
        seat = await hotline.seat_is(8001, "unreachable")
        assert "ring" in seat["why"] or "rung" in seat["why"], seat
        await caller.hang_up()
    call = await hotline.ended(ring.zhida_call)
    assert call["record"]["offers"][0]["outcome"] == "unreachable"


async def test_a_phone_that_was_unplugged_costs_the_caller_nothing(hotline: Hotline) -> None:
    first, second = await hotline.seat(8001), await hotline.seat(8002)
    await hotline.unplug(first)
    caller = await hotline.calls(KEY)
    began = time.monotonic()
    ring = await hotline.talk(caller, second)
    hotline.measured("a seat's phone is dead, a call comes -> the next seat rings", ring.event.monotonic - began)
    await hotline.seat_is(8001, "unreachable")
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")


async def test_a_phone_that_signs_off_while_it_rings_loses_the_call_to_the_next_seat(hotline: Hotline, tmp_path: Path) -> None:
    async with BulkSeats(Seats(numbers=[8001], net=NET, does=Does.RING), tmp_path / "ringing") as ringing:
        await hotline.seat_is(8001, "ready")
        second = await hotline.seat(8002)
        caller = await hotline.calls(KEY)
        call_id = await hotline.live_call("offered")
        await hotline.seat_is(8001, "reserved")
        await ringing.stop()
        ring = await hotline.talk(caller, second)
        assert ring.zhida_call == call_id
        await hotline.seat_is(8001, "unreachable")
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert call["record"]["offers"][0]["outcome"] == "unreachable"


async def test_the_ladder_widens_while_no_priority_seat_is_free(hotline: Hotline) -> None:
    qilai = await hotline.seat(8004)
    caller = await hotline.calls(KEY)
    began = time.monotonic()
    await caller.talks()
    await hotline.hears_music(caller)
    ring = await hotline.talk(caller, qilai)
    assert ring.event.monotonic - began > 1.5, "qilai opens after 2 s only"
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call)
    assert call["record"]["offers"][0]["group"] == "qilai"


async def test_who_came_first_is_served_first(hotline: Hotline) -> None:
    first, first_call = await hotline.waiting(OTHER_KEYS[0])
    second, second_call = await hotline.waiting(OTHER_KEYS[1])
    assert (await hotline.call(second_call))["live"]["place"] == 1
    seat = await hotline.seat(8001, ready=False)
    assert (await hotline.talk(first, seat)).zhida_call == first_call
    assert (await hotline.call(second_call))["live"]["place"] == 0
    await first.hang_up()
    assert (await hotline.talk(second, seat)).zhida_call == second_call
    await second.hang_up()


async def test_a_key_enterprise_is_served_before_somebody_who_waits_longer(hotline: Hotline) -> None:
    somebody, public_call = await hotline.waiting(PUBLIC)
    enterprise, key_call = await hotline.waiting(KEY)
    await hotline.api.until(f"/calls/{key_call}", lambda call: call["live"]["opened"] >= 2)
    seat = await hotline.seat(8004, ready=False)
    assert (await hotline.talk(enterprise, seat)).zhida_call == key_call
    await enterprise.hang_up()
    assert (await hotline.talk(somebody, seat)).zhida_call == public_call
    await somebody.hang_up()


async def test_who_hangs_up_while_a_seat_rings_leaves_the_seat_free(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    ring = await seat.rings()
    await caller.hears_ringing()
    left = time.monotonic()
    await caller.hang_up()
    await seat.call_ended()
    await hotline.seat_is(8001, "ready")
    hotline.measured("caller gives up -> his seat is ready again", time.monotonic() - left)
    call = await hotline.ended(ring.zhida_call, "abandoned")
    assert call["record"]["offers"][0]["outcome"] == "withdrawn"
    other = await hotline.calls(OTHER_KEYS[0])
    await hotline.talk(other, seat)
    await other.hang_up()


async def test_who_hangs_up_while_he_waits_is_recorded_as_abandoned(hotline: Hotline) -> None:
    caller, call_id = await hotline.waiting(KEY)
    await caller.hang_up()
    call = await hotline.ended(call_id, "abandoned")
    assert (call["class"], call["enterprise"]) == ("key_enterprise", KEY_NAME)
    assert call["record"]["offers"] == []


async def test_a_seat_that_declined_is_back_when_its_agent_says_so(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    ring = await seat.rings()
    await seat.decline()
    away = await hotline.seat_is(8001, "away")
    assert ring.zhida_call in away["why"]
    await caller.talks()
    await hotline.api.ask("PUT", "/seats/8001/state", {"state": "ready"})
    again = await hotline.talk(caller, seat)
    assert again.zhida_call == ring.zhida_call
    await caller.hang_up()


async def test_a_seat_pauses_while_it_talks_and_is_offered_nothing_afterwards(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, _ = await hotline.talking(seat)
    asked = await hotline.api.ask("PUT", "/seats/8001/state", {"state": "paused", "reason": "午休"})
    assert (asked["state"], asked["wish"]) == ("talking", "paused")
    await caller.hang_up()
    paused = await hotline.seat_is(8001, "paused")
    assert "午休" in paused["why"]
    other, other_call = await hotline.waiting(OTHER_KEYS[0])
    assert len([event for event in seat.events if event.kind is Kind.RINGS]) == 1
    await hotline.api.ask("PUT", "/seats/8001/state", {"state": "ready"})
    assert (await hotline.talk(other, seat)).zhida_call == other_call
    await other.hang_up()


async def test_wrap_up_lasts_its_time_and_the_next_call_waits_for_it(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    other, other_call = await hotline.waiting(OTHER_KEYS[0])
    await caller.hang_up()
    assert (await hotline.talk(other, seat)).zhida_call == other_call
    await asyncio.gather(other.hang_up(), seat.call_ended())
    talked, rung = await hotline.ended(call_id, "completed"), await hotline.ended(other_call, "completed")
    left = max(span["until"] for span in talked["on_line"] if span["who"] == "seat")
    offered = datetime.fromisoformat(rung["record"]["offers"][0]["offered"])
    assert (offered - datetime.fromisoformat(left)).total_seconds() >= hotline.lab.settings.seats.wrap_up_s
