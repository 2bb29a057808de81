"""Redis comes back without its data while calls wait and talk."""

from routing.waiting import CallState
from seats.state import SeatState
from tests.unit.engine.road.stage import Stage


async def test_waiting_calls_are_in_the_waiting_room_again_after_redis_lost_its_data(stage: Stage) -> None:
    first, second = stage.calls(), stage.calls()
    await stage.passes(4)
    stage.redis.emptied()
    await stage.passes(12)
    assert stage.state(first) is CallState.WAITING
    seat = await stage.seat("8001")
    await stage.until(lambda: seat.rings)
    assert seat.rung == [first.uniqueid]
    assert stage.state(second) is CallState.WAITING


async def test_seats_are_there_again_after_redis_lost_its_data(stage: Stage) -> None:
    await stage.seat("8001")
    stage.redis.emptied()
    await stage.passes(12)
    assert stage.seat_state("8001") is SeatState.READY


async def test_a_talk_whose_call_live_state_lost_ends_as_served(stage: Stage) -> None:
    seat, other = await stage.seat("8001", answers_after_s=1), await stage.seat("8002")
    caller = stage.calls()
    await stage.talks(caller, "8001")
    stage.redis.emptied()
    await stage.passes(3)
    seat.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
    assert other.rung == []


async def test_who_hangs_up_after_live_state_lost_his_call_is_recorded_all_the_same(stage: Stage) -> None:
    await stage.seat("8001", answers_after_s=1)
    talking, waiting = stage.calls(), stage.calls()
    await stage.talks(talking, "8001")
    await stage.passes(4)
    stage.redis.emptied()
    for caller, reason in ((talking, "completed"), (waiting, "abandoned")):
        caller.hang_up()
        await stage.until(lambda one=caller: "ended" in stage.kinds(one))
        assert stage.end_reason(caller) == reason
        await stage.over(caller)
        assert stage.kinds(caller).count("ended") == 1
