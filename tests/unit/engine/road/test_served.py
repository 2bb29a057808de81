"""A call is served: by the seat it is for, by the next one, by nobody; and the caller may hang up anywhere."""

import pytest

from routing.waiting import CallState
from seats.state import SeatState
from tests.unit.engine.road.stage import DUTY, MAX_WAIT_S, PUBLIC, Stage


async def test_a_whitelisted_call_rings_at_once_and_is_served(stage: Stage) -> None:
    seat = await stage.seat("8001")
    caller = stage.calls()
    await stage.until(lambda: seat.rings)
    assert stage.state(caller) is CallState.OFFERED
    assert caller.heard == []
    seat.answer()
    await stage.talks(caller, "8001")
    seat.hang_up()
    await stage.over(caller)
    assert caller.heard == ["rate", "rate"]
    assert stage.end_reason(caller) == "completed"
    assert stage.kinds(caller) == [
        "arrived", "identified", "planned", "queued", "offered", "answered", "recording_started", "seat_left", "ended",
    ]  # fmt: skip


async def test_two_round_trips_stand_between_a_whitelisted_call_and_its_ring(stage: Stage) -> None:
    seat = await stage.seat("8001")
    caller = stage.calls()
    await stage.until(lambda: seat.rings)
    assert caller.commands == ["SET CALLERID(all)", "EXEC MixMonitor", "EXEC Dial"]


async def test_who_hangs_up_first_ends_the_call_and_frees_the_seat(stage: Stage) -> None:
    seat = await stage.seat("8001", answers_after_s=2)
    caller = stage.calls()
    await stage.talks(caller, "8001")
    caller.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
    await stage.until(lambda: stage.seat_state("8001") is SeatState.READY)
    assert not seat.talks


async def test_a_declined_call_rings_at_the_next_seat(stage: Stage) -> None:
    await stage.seat("8001", declines_after_s=1)
    second = await stage.seat("8002")
    caller = stage.calls()
    await stage.until(lambda: second.rings)
    second.answer()
    await stage.talks(caller, "8002")
    assert stage.seat_state("8001") is SeatState.AWAY
    assert stage.redis.fact(caller.uniqueid, "offer_ended")["outcome"] == "declined"


async def test_what_one_seat_did_is_not_told_of_the_next(stage: Stage) -> None:
    """The caller's channel keeps the cause of the last hang-up, also through a Dial that nobody hung up."""
    await stage.seat("8001", declines_after_s=1)
    await stage.seat("8002")
    dead = await stage.seat("8004")
    dead.dead = True
    caller = stage.calls()
    await stage.passes(30)
    facts = [fact for fact in stage.redis.model.facts if fact["kind"] == "offer_ended" and fact["call_id"] == caller.uniqueid]
    assert [(fact["seat_id"], fact["outcome"]) for fact in facts[:3]] == [
        ("8001", "declined"), ("8002", "expired"), ("8004", "unreachable"),
    ]  # fmt: skip
    assert stage.seat_state("8004") is SeatState.UNREACHABLE


async def test_an_unanswered_call_hears_music_and_rings_at_the_next_group(stage: Stage) -> None:
    first, next_group = await stage.seat("8001"), await stage.seat("8004")
    caller = stage.calls()
    await stage.until(lambda: first.rings)
    await stage.until(lambda: next_group.rings, within_s=20)
    assert stage.redis.fact(caller.uniqueid, "offer_ended")["outcome"] == "expired"
    next_group.answer()
    await stage.talks(caller, "8004")


@pytest.mark.parametrize("after_s", [0.0, 0.0005, 0.0011, 0.002, 0.01, 1.0])
async def test_who_hangs_up_while_it_rings_has_abandoned_and_the_seat_is_free(stage: Stage, after_s: float) -> None:
    await stage.seat("8001")
    caller = stage.calls()
    await stage.passes(after_s)
    caller.hang_up()
    await stage.over(caller)
    await stage.passes(0.01)
    assert stage.state(caller) is None
    assert stage.kinds(caller)[-1:] in (["ended"], [])
    assert stage.seat_state("8001") is SeatState.READY
    assert not stage.engines[0].failed


@pytest.mark.parametrize("after_s", [0.001, 0.5, 3.0])
async def test_who_hangs_up_while_he_waits_has_abandoned(stage: Stage, after_s: float) -> None:
    caller = stage.calls()
    await stage.passes(after_s)
    caller.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "abandoned"


async def test_a_seat_that_becomes_free_stops_the_announcement(stage: Stage) -> None:
    caller = stage.calls()
    await stage.until(lambda: caller.where == "please-wait")
    seat = await stage.seat("8001")
    await stage.until(lambda: seat.rings, within_s=0.1)
    assert caller.where == "music"


async def test_one_who_waited_hears_music_from_ring_to_ring(stage: Stage) -> None:
    caller = stage.calls()
    await stage.passes(3)
    assert caller.where == "music"
    first = await stage.seat("8001", declines_after_s=1)
    await stage.until(lambda: first.rings)
    await stage.passes(1.1)
    assert caller.where == "music"
    assert caller.heard == ["please-wait"]


async def test_the_menu_leads_to_the_group_that_was_chosen(stage: Stage) -> None:
    seat = await stage.seat("8011")
    caller = stage.calls(PUBLIC, dials="12346", keys={"menu-main": "2"})
    await stage.until(lambda: seat.rings)
    assert "menu_chosen" in stage.kinds(caller)


async def test_who_hangs_up_in_the_menu_has_left_the_menu(stage: Stage) -> None:
    caller = stage.calls(PUBLIC, dials="12346")
    await stage.until(lambda: caller.where == "menu-main")
    caller.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "menu_left"


async def test_at_the_ladders_end_the_duty_phone_rings_and_then_the_caller_is_told(stage: Stage) -> None:
    duty = stage.exchange.phone(DUTY)
    caller = stage.calls()
    await stage.until(lambda: duty.rings, within_s=MAX_WAIT_S + 5)
    await stage.over(caller, within_s=60)
    assert caller.heard == ["please-wait", "nobody-free"]
    assert stage.end_reason(caller) == "ladder_end"


async def test_no_seat_is_reserved_while_the_duty_phone_rings(stage: Stage) -> None:
    duty = stage.exchange.phone(DUTY)
    caller = stage.calls()
    await stage.until(lambda: duty.rings, within_s=MAX_WAIT_S + 5)
    await stage.seat("8001")
    await stage.passes(1)
    assert stage.seat_state("8001") is SeatState.READY
    duty.answer()
    await stage.until(lambda: duty.talks)
    await stage.passes(1)
    assert stage.seat_state("8001") is SeatState.READY
    duty.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"


async def test_who_talked_with_the_duty_phone_has_not_abandoned(stage: Stage) -> None:
    duty = stage.exchange.phone(DUTY)
    duty.answers_after_s = 1
    caller = stage.calls()
    await stage.until(lambda: duty.talks, within_s=MAX_WAIT_S + 5)
    await stage.passes(60)
    caller.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
    assert stage.redis.fact(caller.uniqueid, "answered")["waited_s"] == pytest.approx(MAX_WAIT_S + 1, abs=0.1)


async def test_a_prompt_that_is_not_there_costs_the_prompt_and_not_the_call(stage: Stage) -> None:
    stage.exchange.missing_prompts = {"please-wait", "rate"}
    caller = stage.calls()
    await stage.passes(1)
    assert caller.where == "music"
    seat = await stage.seat("8001", answers_after_s=1)
    await stage.talks(caller, "8001")
    seat.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
