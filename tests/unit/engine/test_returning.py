"""Callers who come back from a dead engine within moments go on in the order of their ranks."""

import asyncio

import pytest

from calls.errors import StoreFault
from engine import returning as module
from engine.returning import Returning


class Room:
    """The waiting room's list of those who are in no engine's hands."""

    def __init__(self, *missing: int) -> None:
        self.missing = list(missing)
        self.away = False

    async def missing_before(self, rank_ms: int) -> int:
        if self.away:
            raise StoreFault("redis_down", "Redis is away.")
        return sum(rank < rank_ms for rank in self.missing)


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def returning(room: Room) -> Returning:
    return Returning(room.missing_before)


async def test_who_came_first_goes_on_first_though_he_is_back_last(returning: Returning) -> None:
    went_on = []

    async def comes_back(rank_ms: int) -> None:
        await returning.in_turn(rank_ms)
        went_on.append(rank_ms)

    await asyncio.gather(*(comes_back(rank) for rank in (30, 20, 40, 10)))
    assert went_on == [10, 20, 30, 40]


async def test_who_ranks_before_is_waited_for_though_he_asks_half_a_second_later(returning: Returning, room: Room) -> None:
    room.missing = [10, 20]
    later = asyncio.create_task(returning.in_turn(20))
    await asyncio.sleep(4 * module.GATHER_S)
    assert not later.done()
    await returning.in_turn(10)
    await later


async def test_who_never_comes_back_is_not_waited_for_long(returning: Returning, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MISSING_S", 2 * module.GATHER_S)
    room.missing = [10, 20]
    await returning.in_turn(20)


async def test_without_redis_nobody_is_held_up(returning: Returning, room: Room) -> None:
    room.away = True
    await returning.in_turn(20)


async def test_who_comes_back_later_still_gets_his_turn(returning: Returning) -> None:
    await returning.in_turn(20)
    await returning.in_turn(10)


async def test_one_who_hung_up_meanwhile_holds_nobody_up(returning: Returning) -> None:
    gone = asyncio.create_task(returning.in_turn(10))
    stays = asyncio.create_task(returning.in_turn(20))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert gone.cancelled() or gone.done()
