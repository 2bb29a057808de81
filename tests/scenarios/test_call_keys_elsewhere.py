"""Keys during a call where seat and caller are at two Asterisks, and one of two engines dies."""

import asyncio

from engine.addresses import agi_addresses
from lab.patience import PATIENCE_S
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import TWO_ASTERISKS
from tests.scenarios.test_call_keys import all_is_whispered, keys, nothing_of_it
from tests.scenarios.test_three_way import ACCEPTS, OFFICE, joined

LAB = TWO_ASTERISKS


async def test_a_seat_at_another_asterisk_steers_its_call(hotline: Hotline) -> None:
    seat = await hotline.seat(8001, at=2)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, ACCEPTS)
    async with nothing_of_it(hotline, caller, "keys-held", "keys-resumed", "keys-asking", "keys-consult", "keys-joined"):
        await keys(hotline, seat, "*2", "keys-held")
        await hotline.hears_music(caller)
        await keys(hotline, seat, "*2", "keys-resumed")
        await asyncio.gather(caller.hears(seat), seat.hears(caller))
        await keys(hotline, seat, "*31#", "keys-asking")
        await hotline.world.is_called(OFFICE)
        await joined(hotline, call_id, OFFICE)
        specialist = await hotline.world.phone(OFFICE)
        await asyncio.gather(hotline.hears_music(caller), seat.hears(specialist), specialist.hears(seat))
        await all_is_whispered(hotline)
        await keys(hotline, seat, "*4", "keys-joined")
        await asyncio.gather(caller.hears(seat, specialist), seat.hears(caller, specialist), specialist.hears(caller, seat))
        await keys(hotline, seat, "*4", "keys-consult")
        await hotline.hears_music(caller)
        await asyncio.gather(seat.hears(specialist, but_not=(caller,)), specialist.hears(seat, but_not=(caller,)))
        await keys(hotline, seat, "*4", "keys-joined")
        await caller.hears(seat, specialist)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_the_other_engine_takes_the_keys_where_one_is_dead(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1")
        async with asyncio.timeout(PATIENCE_S):
            while agi_addresses(hotline.lab.settings)[1] not in await hotline.lab.asterisk("dialplan show globals"):
                await asyncio.sleep(0.1)
        await keys(hotline, seat, "*2", "keys-held")
        await hotline.hears_music(caller)
        await keys(hotline, seat, "*2", "keys-resumed")
        await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await hotline.back()
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
