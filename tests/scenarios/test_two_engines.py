"""Two engines share the hotline: what one of them starts, the other one can finish, at once."""

import asyncio
import os
import re
import signal
import time

from lab.client import LabApi
from tests.scenarios.hotline import KEY, OTHER_KEYS, Hotline
from tests.scenarios.house import TWO_ENGINES
from tests.scenarios.test_three_way import consult, three_way

LAB = TWO_ENGINES


async def test_who_waits_is_in_the_other_engines_hands_at_once(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.waiting_for(8001, KEY)
    holder, other = await engines_of(hotline, call_id)
    async with api_of(hotline, other) as api:
        killed = await hotline.killed(f"engine-{holder}")
        await api.ask("PUT", "/seats/8001/state", {"state": "ready"})
        ring = await hotline.talk(caller, seat)
        hotline.measured("one of two engines killed -> a seat rings for who waits", ring.event.monotonic - killed)
        assert ring.zhida_call == call_id
        assert (await api.get(f"/calls/{call_id}"))["live"]["engine"].startswith(f"lab-{other}-")
    await caller.hang_up()
    await hotline.back(holder)
    await hotline.ended(call_id, "completed")


async def test_a_declined_call_rings_at_the_next_seat_though_its_engine_is_dead(hotline: Hotline) -> None:
    first, second = await hotline.seat(8001), await hotline.seat(8002)
    caller = await hotline.calls(KEY)
    call_id = (await first.rings()).zhida_call
    holder, _ = await engines_of(hotline, call_id)
    killed = await hotline.killed(f"engine-{holder}")
    await first.decline()
    ring = await hotline.talk(caller, second)
    hotline.measured("one of two engines killed, seat declines -> the next seat rings", ring.event.monotonic - killed)
    await caller.hang_up()
    await hotline.back(holder)
    call = await hotline.ended(call_id, "completed")
    assert call["seat"] == "8002"


async def test_both_engines_are_killed_and_nobody_who_waits_or_talks_is_lost(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    talking, talk_id = await hotline.talking(seat, OTHER_KEYS[0])
    waiting, call_id = await hotline.waiting(KEY)
    killed = await hotline.killed("engine-1", "engine-2")
    await asyncio.gather(talking.hears(seat), seat.hears(talking), hotline.hears_music(waiting))
    await hotline.back(1)
    await hotline.call_is(call_id, "waiting")
    hotline.measured("both engines killed -> one of them is well again", time.monotonic() - killed)
    await talking.hang_up()
    assert (await hotline.talk(waiting, seat)).zhida_call == call_id
    await waiting.hang_up()
    await hotline.back(2)
    for one in (talk_id, call_id):
        assert (await hotline.ended(one, "completed"))["seat"] == "8001"
    await hotline.seat_is(8001, "ready")
    code, said = await hotline.zhida("audit")
    assert code == 0, said


async def test_the_other_engine_asks_for_the_rating(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    holder, _ = await engines_of(hotline, call_id)
    with hotline.lab.nothing_restarted():
        await hotline.killed(f"engine-{holder}")
        await asyncio.gather(caller.hears(seat), seat.hears(caller))
        left = time.monotonic()
        await seat.hang_up()
        await caller.hears_prompt(hotline.prompt("rate"))
        assert time.monotonic() - left < hotline.lab.settings.fallback.engine_wait_s, "nobody waited for the dead engine"
        await caller.send_digits("5")
        await caller.call_ended()
    await hotline.back(holder)
    assert (await hotline.ended(call_id, "completed"))["record"]["rating"] == 5


async def test_an_engine_that_is_told_to_stop_hands_its_calls_over(hotline: Hotline) -> None:
    seat = await hotline.seat(8002)
    waiting, waiting_call = await hotline.waiting_for(8002, KEY)
    holder, other = await engines_of(hotline, waiting_call)
    pid = hotline.lab.pid(f"engine-{holder}")
    assert pid is not None
    async with api_of(hotline, other) as api:
        os.kill(pid, signal.SIGTERM)
        await api.until(f"/calls/{waiting_call}", lambda call: call["live"]["engine"].startswith(f"lab-{other}-"))
        await hotline.hears_music(waiting)
        await api.ask("PUT", "/seats/8002/state", {"state": "ready"})
        assert (await hotline.talk(waiting, seat)).zhida_call == waiting_call
    await waiting.hang_up()
    await hotline.back(holder)
    await hotline.ended(waiting_call, "completed")


async def test_any_engine_takes_what_seats_and_agents_want_of_a_call(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    _, other = await engines_of(hotline, call_id)
    async with api_of(hotline, other) as api:
        specialist = await consult(hotline, call_id, api=api)
        await three_way(hotline, call_id, api=api)
        await asyncio.gather(caller.hears(seat, specialist), specialist.hears(caller, seat))
        await api.ask("DELETE", f"/conferences/{call_id}/members/seat")
        await asyncio.gather(seat.call_ended(), caller.hears(specialist))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_both_engines_serve_and_no_seat_is_rung_twice(hotline: Hotline) -> None:
    seats = await hotline.seats(8001, 8002)
    callers = await asyncio.gather(*(hotline.calls(number) for number in OTHER_KEYS[:2]))
    rings = await asyncio.gather(*(seat.rings() for seat in seats))
    assert rings[0].zhida_call != rings[1].zhida_call
    await asyncio.gather(*(caller.hang_up() for caller in callers))
    await asyncio.gather(*(hotline.ended(ring.zhida_call, "abandoned") for ring in rings))


async def test_a_seat_code_whose_engine_dies_is_carried_out_by_the_other(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    await seat.dial("*13")
    asked_s = await seat.hears_prompt(hotline.prompt("seat-agent-number"))
    await hotline.killed("engine-1")
    await hotline.hears_prompt_again(seat, "seat-agent-number", after_s=asked_s)
    await seat.send_digits("104#")
    await seat.hears_prompt(hotline.prompt("seat-agent-pin"))
    await seat.send_digits("#")
    await seat.hears_prompt(hotline.prompt("seat-signed-in"))
    await seat.call_ended()
    await hotline.back(1)
    assert (await hotline.seat_is(8001, "ready"))["agent"] == "104"


async def engines_of(hotline: Hotline, call_id: str) -> tuple[int, int]:
    """The engine that has the call in its hands, and the one that has not."""
    engine = (await hotline.call(call_id))["live"]["engine"]
    found = re.match(r"lab-(\d)-", engine)
    assert found, engine
    return int(found[1]), 3 - int(found[1])


def api_of(hotline: Hotline, engine: int) -> LabApi:
    return LabApi(hotline.lab.url(engine), hotline.lab.token)
