"""A waiting caller is told his place: when it is better, never while a seat rings, and never worse than before."""

from dataclasses import replace

import pytest

from ivr.announcing import Announce, Announcing
from routing.waiting import CallState
from tests.unit.engine.road.exchange import Caller
from tests.unit.engine.road.stage import KEY, PUBLIC, Stage

PLACE = Announcing(what=Announce.POSITION, after_s=10, every_s=10)


def tells(stage: Stage, announcing: Announcing = PLACE) -> None:
    """What is configured, for every engine that starts from now on."""
    stage.announcing = announcing
    for engine in stage.engines:
        service = engine.road.desk.service
        object.__setattr__(service, "announcing", announcing)


async def two_call(stage: Stage, number: str = KEY) -> tuple[Caller, Caller]:
    """One after the other."""
    first = stage.calls(number)
    await stage.passes(0.1)
    return first, stage.calls(number)


def places(stage: Stage, caller: Caller) -> list[int]:
    return [int(fact["position"]) for fact in stage.redis.model.facts if fact["kind"] == "announced" and fact["call_id"] == caller.uniqueid]


async def test_he_hears_his_place_after_a_while_and_music_again(stage: Stage) -> None:
    tells(stage)
    first, caller = await two_call(stage)
    await stage.passes(9)
    assert caller.heard == ["please-wait"]
    await stage.until(lambda: caller.where == "queue-place", within_s=3)
    await stage.until(lambda: caller.where == "music", within_s=10)
    assert caller.heard == ["please-wait", "queue-place", "number-2", "queue-place-end"]
    assert first.heard == ["please-wait", "queue-next"]


async def test_the_same_place_is_not_told_twice_and_a_better_one_is(stage: Stage) -> None:
    tells(stage)
    first, caller = await two_call(stage)
    await stage.passes(40)
    assert places(stage, caller) == [2]
    first.hang_up()
    await stage.until(lambda: caller.where == "queue-next", within_s=6)
    assert places(stage, caller) == [2, 1]


async def test_who_is_overtaken_is_told_nothing(stage: Stage) -> None:
    tells(stage, replace(PLACE, after_s=5))
    caller = stage.calls(PUBLIC)
    await stage.passes(6)
    enterprise = await two_call(stage)
    await stage.passes(45)
    assert stage.redis.model.place(caller.uniqueid) == 2
    assert places(stage, caller) == [1], "what he was told before they came"
    assert [places(stage, one) for one in enterprise] == [[1], [2]]


@pytest.mark.parametrize("prompt", ["queue-place", "number-2", "queue-place-end"])
async def test_a_seat_that_becomes_free_stops_whichever_prompt_plays(stage: Stage, prompt: str) -> None:
    tells(stage)
    _, caller = await two_call(stage, PUBLIC)
    await stage.until(lambda: caller.where == prompt, within_s=20)
    first, seat = await stage.seat("8004"), await stage.seat("8011")
    await stage.until(lambda: first.rings)
    await stage.until(lambda: seat.rings, within_s=0.1)
    assert seat.rung == [caller.uniqueid]
    assert caller.heard[-1] == prompt


async def test_the_ring_comes_at_once_and_music_with_it(stage: Stage) -> None:
    tells(stage)
    caller = stage.calls()
    await stage.until(lambda: caller.where == "queue-next", within_s=15)
    before = len(caller.commands)
    seat = await stage.seat("8001")
    await stage.until(lambda: seat.rings, within_s=0.1)
    assert caller.where == "music"
    assert [command for command in caller.commands[before:] if command.startswith("EXEC")] == ["EXEC MixMonitor", "EXEC Dial"]


async def test_who_was_declined_hears_music_and_his_place_only_when_it_is_better(stage: Stage) -> None:
    tells(stage)
    caller = stage.calls()
    await stage.passes(14)
    seat = await stage.seat("8001", declines_after_s=1)
    await stage.until(lambda: seat.rings)
    await stage.passes(30)
    assert caller.heard == ["please-wait", "queue-next"]
    assert caller.where == "music"


async def test_no_announcement_is_played_while_a_seat_rings(stage: Stage) -> None:
    tells(stage)
    seat = await stage.seat("8001")
    caller = stage.calls()
    await stage.until(lambda: seat.rings)
    await stage.passes(14)
    assert stage.state(caller) is CallState.OFFERED
    assert caller.heard == []
    assert places(stage, caller) == []


async def test_another_engine_goes_on_with_what_was_told(stage: Stage) -> None:
    tells(stage)
    await stage.engine_starts()
    first, caller = await two_call(stage)
    await stage.passes(20)
    assert places(stage, caller) == [2]
    stage.engines[0].kill()
    await stage.passes(40)
    assert places(stage, caller) == [2], "the next engine knows that he was told"
    first.hang_up()
    await stage.passes(12)
    assert places(stage, caller) == [2, 1]


async def test_where_redis_forgot_everything_the_engine_remembers(stage: Stage) -> None:
    tells(stage)
    first, caller = await two_call(stage)
    await stage.passes(20)
    assert places(stage, caller) == [2]
    stage.redis.emptied()
    first.hang_up()
    await stage.passes(30)
    assert places(stage, caller) == [1]


async def test_redis_away_costs_him_the_announcement_and_nothing_else(stage: Stage) -> None:
    tells(stage)
    caller = stage.calls()
    await stage.passes(9)
    stage.redis.away = True
    await stage.passes(0.9)
    stage.redis.away = False
    await stage.passes(20)
    assert caller.heard == ["please-wait", "queue-next"]
    assert caller.where == "music"


async def test_a_prompt_that_is_not_there_costs_him_that_prompt(stage: Stage) -> None:
    tells(stage)
    stage.exchange.missing_prompts = {"number-2"}
    _, caller = await two_call(stage)
    await stage.passes(30)
    assert caller.heard == ["please-wait", "queue-place", "queue-place-end"]
    assert caller.where == "music"


async def test_what_was_expected_is_recorded_and_held_against_the_real_wait(stage: Stage) -> None:
    seat = await stage.seat("8004", answers_after_s=1)
    other = stage.calls(PUBLIC)
    await stage.talks(other, "8004")
    caller = stage.calls(PUBLIC)
    await stage.passes(6)
    fact = stage.redis.fact(caller.uniqueid, "expected")
    assert (fact["position"], fact["nobody_on_duty"]) == (1, False)
    seat.hang_up()
    await stage.talks(caller, "8004")
    (error_s,) = stage.engines[0].wait_errors
    waited_s = stage.redis.fact(caller.uniqueid, "answered")["waited_s"]
    assert abs(error_s - (waited_s - fact["wait_s"])) < 0.05


async def test_whom_a_seat_rings_for_at_once_has_no_expected_wait(stage: Stage) -> None:
    await stage.seat("8001", answers_after_s=1)
    caller = stage.calls()
    await stage.talks(caller, "8001")
    assert "expected" not in stage.kinds(caller)
    assert stage.engines[0].wait_errors == []


async def test_where_nobody_is_on_duty_that_is_what_is_recorded(stage: Stage) -> None:
    caller = stage.calls()
    await stage.passes(3)
    assert stage.redis.fact(caller.uniqueid, "expected")["nobody_on_duty"] is True
