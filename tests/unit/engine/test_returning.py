"""Callers who come back from a dead engine at the same moment go on in the order of their ranks."""

import asyncio

from engine.returning import Returning


async def test_who_came_first_goes_on_first_though_he_is_back_last() -> None:
    returning, went_on = Returning(), []

    async def comes_back(rank_ms: int) -> None:
        await returning.in_turn(rank_ms)
        went_on.append(rank_ms)

    await asyncio.gather(*(comes_back(rank) for rank in (30, 20, 40, 10)))
    assert went_on == [10, 20, 30, 40]


async def test_who_comes_back_later_still_gets_his_turn() -> None:
    returning = Returning()
    await returning.in_turn(20)
    await returning.in_turn(10)


async def test_one_who_hung_up_meanwhile_holds_nobody_up() -> None:
    returning = Returning()
    gone = asyncio.create_task(returning.in_turn(10))
    stays = asyncio.create_task(returning.in_turn(20))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert gone.cancelled() or gone.done()
