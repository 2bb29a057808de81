"""The only engine dies and is started again: whoever calls meanwhile, talks or waits, notices at most a moment of music."""

import time

from tests.scenarios.hotline import KEY, Hotline
from tests.scenarios.house import ENGINE_DIES

LAB = ENGINE_DIES


async def test_a_call_that_comes_while_the_engine_is_being_started_waits_for_it(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    killed = await hotline.killed("engine-1")
    caller = await hotline.calls(KEY)
    ring = await seat.rings()
    hotline.measured("engine killed -> a new call rings", time.monotonic() - killed)
    await hotline.talk_on(caller, seat)
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")
