"""The engine is killed with calls in every place: what those on the line notice, what is recorded. Conferences: test_conference_crash."""

import asyncio
import time

import pytest

from lab.patience import PATIENCE_S
from store.redis.keeper import ALIVE_S
from tests.scenarios.hotline import KEY, OTHER_KEYS, PROJECT, PUBLIC, Hotline
from tests.scenarios.house import ENGINE_DIES
from tests.scenarios.test_three_way import consult, three_way

RTP_TIMEOUT_S = 10  # pjsip_zhida.conf: after so much silence Asterisk ends any call
LAB = ENGINE_DIES


async def test_who_waits_keeps_his_place_and_his_music(hotline: Hotline) -> None:
    first, first_call = await hotline.waiting(OTHER_KEYS[0])
    second, second_call = await hotline.waiting(OTHER_KEYS[1])
    killed = await hotline.killed("engine-1")
    seat = await hotline.seat(8001, ready=False)
    await asyncio.gather(hotline.hears_music(first), hotline.hears_music(second))
    ring = await hotline.talk(first, seat)
    hotline.measured("the only engine killed -> a seat rings for who waits", ring.event.monotonic - killed)
    assert ring.zhida_call == first_call
    await first.hang_up()
    assert (await hotline.talk(second, seat)).zhida_call == second_call
    await second.hang_up()
    for call_id in (first_call, second_call):
        call = await hotline.ended(call_id, "completed")
        assert call["record"]["queued"] is not None


async def test_two_who_talk_notice_nothing_and_their_record_is_completed(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await hotline.killed("engine-1")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await hotline.back()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    assert (await hotline.seat_is(8001, "talking"))["call"] == call_id
    await seat.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.send_digits("3")
    await caller.call_ended()
    await hotline.seat_is(8001, "ready")
    call = await hotline.ended(call_id, "completed")
    assert call["record"]["rating"] == 3
    recording = await hotline.recording(call_id)
    assert recording.said(caller)
    assert recording.heard(seat)


@pytest.mark.parametrize("away_s", [0, 2 * ALIVE_S], ids=["soon_back", "long_away"])
async def test_a_seat_that_rings_can_still_be_answered(hotline: Hotline, away_s: float) -> None:
    """Also where the next engine finds the dead one's calls to be nobody's as soon as it starts."""
    seat = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    ring = await seat.rings()
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1")
        await hotline.talk_on(caller, seat)
        began_s = caller.heard_s
        async with asyncio.timeout(PATIENCE_S):
            while caller.heard_s < began_s + away_s:
                await asyncio.sleep(0.1)
    await hotline.back()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await hotline.call_is(ring.zhida_call, "talking")
    await hotline.seat_is(8001, "talking")
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert call["seat"] == "8001"
    assert call["record"]["answered"]
    assert call["recording"] == ring.zhida_call
    await hotline.seat_is(8001, "ready")


async def test_a_seat_that_rings_and_is_not_answered_is_rung_again(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    ring = await seat.rings()
    await hotline.killed("engine-1")
    await seat.decline()
    await seat.call_ended()
    await hotline.back()
    again = await hotline.talk(caller, seat)
    assert again.zhida_call == ring.zhida_call
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")


async def test_who_is_in_the_menu_hears_it_again(hotline: Hotline) -> None:
    seat = await hotline.seat(8004)
    caller = await hotline.calls(PUBLIC, dials="12346")
    await caller.talks()
    await caller.hears_prompt(hotline.prompt("menu-main"))
    await hotline.killed("engine-1")
    await hotline.hears_music(caller)
    await hotline.back()
    began = caller.heard_s
    await hotline.hears_prompt_again(caller, "menu-main", after_s=began - 2)
    await caller.send_digits("1")
    ring = await hotline.talk(caller, seat)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert call["record"]["keys"] == ["1"]


async def test_who_hangs_up_while_no_engine_lives_is_recorded_all_the_same(hotline: Hotline) -> None:
    first, second = await hotline.seats(8001, 8002)
    in_three_way, three_way_call = await hotline.talking(first, OTHER_KEYS[0])
    specialist = await consult(hotline, three_way_call)
    await three_way(hotline, three_way_call)
    await in_three_way.hears(first, specialist)
    talking, talking_call = await hotline.talking(second, OTHER_KEYS[1])
    project = await hotline.seat(8003)
    ringing = await hotline.calls(PROJECT)
    ringing_call = (await project.rings()).zhida_call
    waiting, waiting_call = await hotline.waiting(OTHER_KEYS[2])
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1")
        left = time.monotonic()
        await asyncio.gather(*(caller.hang_up() for caller in (in_three_way, talking, ringing, waiting)))
        await asyncio.gather(*(phone.call_ended() for phone in (first, second, project, specialist)))
        assert time.monotonic() - left < RTP_TIMEOUT_S, "Asterisk itself ends the room"
    await hotline.back()
    await asyncio.gather(
        hotline.ended(three_way_call, "completed"),
        hotline.ended(talking_call, "completed"),
        hotline.ended(ringing_call, "abandoned"),
        hotline.ended(waiting_call, "abandoned"),
        *(hotline.seat_is(number, "ready") for number in (8001, 8002, 8003)),
    )


async def test_after_all_this_nothing_is_missing(hotline: Hotline) -> None:
    code, said = await hotline.zhida("audit")
    assert code == 0, said
