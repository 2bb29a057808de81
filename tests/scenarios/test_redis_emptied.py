"""Redis is killed and comes back with nothing in it (a lost disk, another machine): live state is made anew from what is there."""

import asyncio
import shutil
import time
from typing import Any

import pytest

from lab.phones.softphone import Softphone
from tests.scenarios.hotline import OTHER_KEYS, Hotline
from tests.scenarios.house import Wanted
from tests.scenarios.scene import FIRST, Scene

LAB = Wanted(overrides=("after_call.rating=false", "lab.auto_login=false", "seats.agent_required=true"))


@pytest.fixture(autouse=True)
async def _the_engine_has_seen_that_nobody_is_there(hotline: Hotline) -> None:
    await hotline.figure_is('zhida_seats{state="logged_out"} 20')


async def test_who_waits_keeps_his_turn_who_talks_notices_nothing_and_nobody_signs_in_again(hotline: Hotline) -> None:
    seat, other = await at_seat(hotline, "101", 8001), await at_seat(hotline, "102", 8002)
    await hotline.api.ask("PUT", "/seats/8002/state", {"state": "paused", "reason_code": "2"})
    talking, talking_call = await hotline.talking(seat, OTHER_KEYS[0])
    first, first_call = await hotline.waiting(OTHER_KEYS[1])
    second, second_call = await hotline.waiting(OTHER_KEYS[2])
    await hotline.figure_is('zhida_seats{state="paused"} 1')  # the engine has seen who is where
    began = time.monotonic()
    await emptied(hotline)
    await asyncio.gather(talking.hears(seat), seat.hears(talking), hotline.hears_music(first), hotline.hears_music(second))
    for call_id in (first_call, second_call):
        await hotline.call_is(call_id, "waiting")
    hotline.measured("Redis killed and emptied -> who waited is in the waiting room again", time.monotonic() - began)
    back = await hotline.seat_is(8002, "paused")
    hotline.measured("Redis killed and emptied -> agents are signed in again", time.monotonic() - began)
    assert (back["agent"], back["why"]) == ("102", "用餐")
    known = await hotline.seat_is(8001, "talking")
    hotline.measured("Redis killed and emptied -> a talk is on the list of calls again", time.monotonic() - began)
    assert known["call"] == talking_call
    await hotline.api.until("/seats/8001", lambda seat: seat["agent"] == "101")
    assert talking_call in await hotline.live_calls()
    await hotline.api.ask("PUT", "/seats/8002/state", {"state": "ready"})
    assert (await hotline.talk(first, other)).zhida_call == first_call
    await asyncio.gather(talking.hears(seat), seat.hears(talking))
    await talking.hang_up()
    assert (await hotline.talk(second, seat)).zhida_call == second_call
    await first.hang_up()
    await second.hang_up()
    for call_id in (talking_call, first_call, second_call):
        await hotline.ended(call_id, "completed")
    await asyncio.gather(hotline.seat_is(8001, "ready"), hotline.seat_is(8002, "ready"))
    code, said = await hotline.zhida("audit")
    assert code == 0, said


async def test_with_a_talk_that_was_lost_everything_can_be_done_that_can_be_done_with_any(hotline: Hotline) -> None:
    scene = await talking_at(hotline, "101", 8001)
    other = await at_seat(hotline, "102", 8002)
    await hotline.figure_is('zhida_seats{state="ready"} 1')
    await emptied(hotline)
    await hotline.call_is(scene.call_id, "talking")
    await hotline.seat_is(8002, "ready")
    await scene.hold()
    await scene.sounds_right()
    await scene.resume()
    await scene.sounds_right()
    await scene.bring()
    await scene.sounds_right()
    await scene.all_together()
    await scene.sounds_right()
    await scene.take_out(FIRST)
    await scene.sounds_right()
    await scene.hand_on(other, announced=False)
    await hotline.talk_on(scene.caller, other)
    await hotline.seat_is(8002, "talking")
    await scene.caller.hang_up()
    await hotline.ended(scene.call_id, "completed")
    await asyncio.gather(hotline.seat_is(8001, "ready"), hotline.seat_is(8002, "ready"))


@pytest.mark.parametrize("together", [False, True], ids=["consult", "three_way"])
async def test_who_is_in_a_room_stays_in_it_and_goes_on_from_there(hotline: Hotline, together: bool) -> None:
    scene = await talking_at(hotline, "101", 8001)
    await scene.bring()
    if together:
        await scene.all_together()
    await hotline.api.until(f"/calls/{scene.call_id}", _specialist_is_recorded)  # what is not in the records yet goes with Redis
    async with scene.never_in_silence():
        await emptied(hotline)
        state = "three_way" if together else "consult"
        await hotline.call_is(scene.call_id, state)
        assert (await hotline.seat_is(8001, "talking"))["call"] == scene.call_id
        await scene.sounds_right()
        await scene.apart() if together else await scene.all_together()
        await scene.sounds_right()
    if together:
        await scene.all_together()
    await scene.leaves("seat")
    await scene.ends()


def _specialist_is_recorded(call: dict[str, Any]) -> bool:
    return any(part["joined"] for part in call["record"]["specialists"])


async def talking_at(hotline: Hotline, agent: str, number: int) -> Scene:
    """An agent and a caller who hear each other."""
    seat = await at_seat(hotline, agent, number)
    caller, call_id = await hotline.talking(seat)
    await hotline.figure_is('zhida_seats{state="talking"} 1')  # the engine has seen who is where
    return Scene(hotline=hotline, api=hotline.api, call_id=call_id, caller=caller, seat=seat, company=[seat])


async def at_seat(hotline: Hotline, agent: str, number: int) -> Softphone:
    """The agent signs in at the seat, whose phone is registered."""
    phone = await hotline.seat(number, ready=False)
    await hotline.api.ask("PUT", f"/seats/{number}/agent", {"agent": agent})
    await hotline.seat_is(number, "ready")
    return phone


async def emptied(hotline: Hotline) -> None:
    """Redis is killed, loses its files, and is started again."""
    with hotline.lab.nothing_restarted():
        await hotline.killed("redis")
        shutil.rmtree(hotline.lab.state / "redis" / "appendonlydir")
    await hotline.back()
