"""Redis is killed and comes back with nothing in it (a lost disk, another machine): live state is made anew from what is there."""

import asyncio
import shutil
import time

from tests.scenarios.hotline import KEY, OTHER_KEYS, Hotline
from tests.scenarios.house import Wanted

LAB = Wanted(overrides=("after_call.rating=false"))


async def test_who_waits_keeps_his_turn_and_who_talks_notices_nothing(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    talking, talking_call = await hotline.talking(seat, OTHER_KEYS[0])
    first, first_call = await hotline.waiting(OTHER_KEYS[1])
    second, second_call = await hotline.waiting(OTHER_KEYS[2])
    began = time.monotonic()
    await emptied(hotline)
    await asyncio.gather(talking.hears(seat), seat.hears(talking), hotline.hears_music(first), hotline.hears_music(second))
    for call_id in (first_call, second_call):
        await hotline.call_is(call_id, "waiting", within_s=20)
    hotline.measured("Redis killed and emptied -> who waited is in the waiting room again", time.monotonic() - began)
    other = await hotline.seat(8002, ready=False)
    assert (await hotline.talk(first, other)).zhida_call == first_call
    await first.hang_up()
    assert (await hotline.talk(second, other)).zhida_call == second_call
    await second.hang_up()
    await asyncio.gather(talking.hears(seat), seat.hears(talking))
    await talking.hang_up()
    for call_id in (talking_call, first_call, second_call):
        await hotline.ended(call_id, "completed")
    await asyncio.gather(hotline.seat_is(8001, "ready"), hotline.seat_is(8002, "ready"))
    caller = await hotline.calls(KEY)
    ring = await hotline.talk(caller, seat)
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")
    code, said = await hotline.zhida("audit")
    assert code == 0, said


async def emptied(hotline: Hotline) -> None:
    """Redis is killed, loses its files, and is started again."""
    with hotline.lab.nothing_restarted():
        await hotline.killed("redis")
        shutil.rmtree(hotline.lab.state / "redis" / "appendonlydir")
    await hotline.back()
