"""Redis is killed and comes back with nothing in it (a lost disk, another machine): live state is made anew from what is there."""

import asyncio
import shutil
import time

from lab.phones.softphone import Softphone
from tests.scenarios.hotline import OTHER_KEYS, Hotline
from tests.scenarios.house import Wanted

LAB = Wanted(overrides=("after_call.rating=false", "lab.auto_login=false", "seats.agent_required=true"))


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
    assert (await hotline.seat_is(8001, "ready"))["agent"] == "101"  # its phone has a call, and it is not rung
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
