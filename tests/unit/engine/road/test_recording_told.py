"""Every caller is told that he is recorded, before a seat is reserved for him."""

from collections.abc import AsyncIterator

import pytest_asyncio

from routing.waiting import CallState
from seats.state import SeatState
from tests.unit.engine.road.stage import KEY, PUBLIC, Stage

TOLD = "call-is-recorded"


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(recording_prompt=TOLD)
    await stage.opens()
    yield stage
    await stage.closes()


async def test_a_key_enterprise_is_told_and_no_seat_is_held_meanwhile(stage: Stage) -> None:
    seat = await stage.seat("8001")
    caller = stage.calls(KEY)
    await stage.until(lambda: caller.where == TOLD)
    assert stage.seat_state("8001") is SeatState.READY
    assert caller.monitors == 0
    await stage.until(lambda: seat.rings)
    assert caller.heard == [TOLD]
    assert caller.monitors == 1
    assert stage.kinds(caller)[:5] == ["arrived", "identified", "planned", "recording_announced", "queued"]


async def test_one_who_chose_in_a_menu_is_told_after_it(stage: Stage) -> None:
    seat = await stage.seat("8011")
    caller = stage.calls(PUBLIC, dials="12346", keys={"menu-main": "2"})
    await stage.until(lambda: seat.rings)
    assert caller.heard == ["menu-main", TOLD]
    assert stage.kinds(caller).count("recording_announced") == stage.kinds(caller).count("menu_chosen") == 1


async def test_who_hangs_up_meanwhile_is_recorded_all_the_same(stage: Stage) -> None:
    caller = stage.calls(KEY)
    await stage.until(lambda: caller.where == TOLD)
    caller.hang_up()
    await stage.over(caller)
    assert stage.kinds(caller)[0] == "arrived"
    assert stage.kinds(caller)[-1] == "ended"


async def test_who_waited_when_his_engine_died_is_not_told_again(stage: Stage) -> None:
    await stage.engine_starts()
    caller = stage.calls(KEY)
    await stage.until(lambda: stage.state(caller) is CallState.WAITING)
    await stage.until(lambda: caller.where == "music", within_s=10)
    stage.engines[0].kill()
    seat = await stage.seat("8001")
    await stage.until(lambda: seat.rings, within_s=10)
    assert caller.heard.count(TOLD) == 1


async def test_who_was_being_told_when_his_engine_died_is_told_by_the_next(stage: Stage) -> None:
    await stage.engine_starts()
    seat = await stage.seat("8001")
    caller = stage.calls(KEY)
    await stage.until(lambda: caller.where == TOLD)
    stage.engines[0].kill()
    await stage.until(lambda: seat.rings, within_s=10)
    assert stage.kinds(caller).count("arrived") == 1
    assert stage.kinds(caller).count("recording_announced") == 1
