"""Asterisk itself is killed with calls on the line: they are over, and nothing remains of them but their records."""

import asyncio
import time

from calls.clock import SystemClock
from engine.addresses import login_of
from lab.patience import PATIENCE_S
from pbx.ami.link import AmiLink
from pbx.ami.settings import LinkTimes
from tests.scenarios.hotline import KEY, OTHER_KEYS, Hotline
from tests.scenarios.test_three_way import consult


async def test_every_call_is_ended_and_the_next_one_is_served(hotline: Hotline) -> None:
    first, second = await hotline.seats(8001, 8002)
    _, talking_call = await hotline.talking(first, OTHER_KEYS[0])
    _, consult_call = await hotline.talking(second, OTHER_KEYS[1])
    await consult(hotline, consult_call)
    _, waiting_call = await hotline.waiting(OTHER_KEYS[2])
    killed = await hotline.killed("asterisk")
    await asyncio.gather(
        hotline.ended(talking_call, "completed"), hotline.ended(consult_call, "completed"), hotline.ended(waiting_call, "abandoned")
    )
    await hotline.back()
    hotline.measured("Asterisk killed -> it is booted, and the engine well", time.monotonic() - killed)
    await asyncio.gather(*(hotline.api.until(f"/seats/{number}", lambda seat: seat["call"] is None) for number in (8001, 8002)))
    await asyncio.gather(first.stop(), second.stop())
    seat = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    ring = await hotline.talk(caller, seat)
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")
    assert len({talking_call, consult_call, waiting_call, ring.zhida_call}) == 4


async def test_a_link_that_logs_in_while_asterisk_boots_is_up_as_soon_as_it_has_booted(hotline: Hotline) -> None:
    [pbx] = hotline.lab.settings.asterisk.values()
    eager = LinkTimes(boot_s=60, retry_first_s=0.01, retry_most_s=0.01)
    link = AmiLink(login_of(pbx), clock=SystemClock(), times=eager)
    link.start()
    try:
        await link.wait_up(PATIENCE_S)
        await hotline.killed("asterisk")
        async with asyncio.timeout(PATIENCE_S):
            while link.state.up:
                await asyncio.sleep(0.001)
        await hotline.back()
        await link.wait_up(PATIENCE_S)
        assert link.counts["connects"] == 2
    finally:
        await link.close()
