"""Engines die, Redis and AMI go away, offers are taken back: what the people on the line notice of it."""

import asyncio

import pytest

from routing.waiting import CallState
from seats.state import SeatState
from tests.unit.engine.road.stage import DUTY, MAX_WAIT_S, Stage


async def two_engines(stage: Stage) -> None:
    await stage.engine_starts()


# ── an engine dies ──


async def test_a_call_that_waits_goes_on_at_the_next_engine_at_its_old_place(stage: Stage) -> None:
    await two_engines(stage)
    caller, later = stage.calls(), stage.calls()
    await stage.passes(4)
    stage.engines[0].kill()
    await stage.passes(3)
    seat = await stage.seat("8001")
    await stage.until(lambda: seat.rings)
    assert seat.rung == [caller.uniqueid]
    assert stage.state(later) is CallState.WAITING


async def test_two_who_talk_notice_nothing_and_the_next_engine_completes_the_record(stage: Stage) -> None:
    await two_engines(stage)
    seat = await stage.seat("8001", answers_after_s=1)
    caller = stage.calls()
    await stage.talks(caller, "8001")
    stage.engines[0].kill()
    await stage.passes(60)
    assert caller.where == "8001"
    seat.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
    assert seat.rung == [caller.uniqueid]
    assert stage.seat_state("8001") is SeatState.READY


@pytest.mark.parametrize("talk_s", [1, 60])
async def test_a_seat_that_answers_after_the_engine_died_has_served_the_caller(stage: Stage, talk_s: float) -> None:
    """The Dial goes on without an engine. When its talk is over, nobody else is to ring for this caller."""
    await two_engines(stage)
    seat, other = await stage.seat("8001"), await stage.seat("8002")
    caller = stage.calls()
    await stage.until(lambda: seat.rings)
    stage.engines[0].kill()
    await stage.passes(1)
    seat.answer()
    await stage.passes(talk_s)
    assert caller.where == "8001"
    seat.hang_up()
    await stage.over(caller)
    assert other.rung == []
    assert stage.end_reason(caller) == "completed"


async def test_a_seat_that_answered_after_the_engine_died_is_in_the_record(stage: Stage) -> None:
    await two_engines(stage)
    seat = await stage.seat("8001")
    caller = stage.calls()
    await stage.until(lambda: seat.rings)
    stage.engines[0].kill()
    seat.answer()
    await stage.passes(2)
    seat.hang_up()
    await stage.over(caller)
    assert stage.redis.fact(caller.uniqueid, "answered")["seat_id"] == "8001"


async def test_a_ring_that_was_cut_off_goes_on_at_another_seat(stage: Stage) -> None:
    await two_engines(stage)
    first = await stage.seat("8001", declines_after_s=3)
    second = await stage.seat("8002")
    caller = stage.calls()
    await stage.until(lambda: first.rings)
    stage.engines[0].kill()
    await stage.until(lambda: second.rings, within_s=10)
    second.answer()
    await stage.talks(caller, "8002")


async def test_a_call_taken_over_is_recorded_by_one_monitor_at_a_time(stage: Stage) -> None:
    """A second MixMonitor beside the first one would write over its files; whether he has talked already, this engine cannot know."""
    await two_engines(stage)
    first = await stage.seat("8001", declines_after_s=3)
    second = await stage.seat("8002")
    caller = stage.calls()
    await stage.until(lambda: first.rings)
    stage.engines[0].kill()
    await stage.until(lambda: second.rings, within_s=10)
    assert caller.commands.count("EXEC StopMixMonitor") == caller.monitors - 1 == 1
    assert caller.files_begun == 1
    assert caller.uniqueid in stage.exchange.silent


async def test_the_duty_phones_talk_outlives_the_engine(stage: Stage) -> None:
    await two_engines(stage)
    duty = stage.exchange.phone(DUTY)
    duty.answers_after_s = 1
    caller = stage.calls()
    await stage.until(lambda: duty.talks, within_s=MAX_WAIT_S + 5)
    stage.engines[0].kill()
    await stage.passes(30)
    duty.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
    assert len(duty.rung) == 1


# ── the AGI connection is lost ──


async def test_a_waiting_call_whose_connection_is_lost_keeps_its_place(stage: Stage) -> None:
    caller = stage.calls()
    await stage.passes(4)
    later = stage.calls()
    await stage.passes(1)
    caller.session.cut()
    await stage.passes(3)
    assert "ended" not in stage.kinds(caller)
    seat = await stage.seat("8001")
    await stage.until(lambda: seat.rings)
    assert seat.rung == [caller.uniqueid]
    assert stage.state(later) is CallState.WAITING


async def test_a_talk_whose_connection_is_lost_goes_on_and_ends_well(stage: Stage) -> None:
    seat = await stage.seat("8001", answers_after_s=1)
    caller = stage.calls()
    await stage.talks(caller, "8001")
    caller.session.cut()
    await stage.passes(30)
    assert caller.where == "8001"
    assert stage.state(caller) is CallState.TALKING
    seat.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"


async def test_a_talk_that_nobody_saw_begin_is_ended_by_the_engine_that_gets_the_caller_next(stage: Stage) -> None:
    """His first engine lives, and lost him while it rang; AMI was away, so that nobody saw the seat answer."""
    await stage.engine_starts()
    seat, other = await stage.seat("8001"), await stage.seat("8002")
    caller = stage.calls()
    await stage.until(lambda: seat.rings)
    stage.exchange.link_up = False
    caller.session.cut()
    seat.answer()
    await stage.passes(40)
    assert stage.state(caller) is CallState.WAITING
    seat.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
    assert other.rung == []


async def test_a_caller_who_hangs_up_after_his_connection_was_lost_is_missed_soon(stage: Stage) -> None:
    await stage.seat("8001", answers_after_s=1)
    caller = stage.calls()
    await stage.talks(caller, "8001")
    caller.session.cut()
    await stage.passes(1)
    caller.hang_up()
    await stage.until(lambda: stage.state(caller) is None, within_s=8)
    assert stage.end_reason(caller) == "completed"


# ── an offer is over while it rings ──


async def test_a_phone_that_vanishes_while_it_rings_lets_the_next_seat_ring_at_once(stage: Stage) -> None:
    first, second = await stage.seat("8001"), await stage.seat("8002")
    caller = stage.calls()
    await stage.until(lambda: first.rings)
    stage.exchange.vanishes("PJSIP/8001")
    await stage.until(lambda: second.rings, within_s=0.1)
    assert not first.rings
    second.answer()
    await stage.talks(caller, "8002")


async def test_a_phone_that_vanishes_while_nobody_else_is_free_stops_ringing_and_the_caller_hears_music(stage: Stage) -> None:
    first = await stage.seat("8001")
    caller = stage.calls()
    await stage.until(lambda: first.rings)
    stage.exchange.vanishes("PJSIP/8001")
    await stage.passes(3)
    assert not first.rings
    assert caller.where == "music"
    assert stage.state(caller) is CallState.WAITING


async def test_an_offer_that_is_over_before_its_dial_began_rings_nobody_for_long(stage: Stage) -> None:
    """The event that names the ringing leg comes after the word that the offer is over."""
    first, second = await stage.seat("8001"), await stage.seat("8002")
    stage.calls()
    await stage.until(lambda: stage.seat_state("8001") is SeatState.RESERVED)
    await stage.loses_its_offer("8001")
    await stage.until(lambda: second.rings, within_s=1)
    assert not first.rings


async def test_a_seat_that_answers_an_offer_that_is_over_is_hung_up_and_the_caller_goes_on(stage: Stage) -> None:
    first, second = await stage.seat("8001"), await stage.seat("8002")
    caller = stage.calls()
    await stage.until(lambda: first.rings)
    await stage.loses_its_offer("8001")
    first.answer()
    await stage.until(lambda: second.rings, within_s=1)
    second.answer()
    await stage.talks(caller, "8002")
    second.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"


async def test_a_call_whose_answer_came_too_late_is_not_taken_for_served_when_its_engine_dies(stage: Stage) -> None:
    """DIALSTATUS says ANSWER then, though nobody talked with the caller."""
    await two_engines(stage)
    first = await stage.seat("8001")
    caller = stage.calls()
    await stage.until(lambda: first.rings)
    await stage.loses_its_offer("8001")
    first.answer()
    stage.exchange.vanishes("PJSIP/8001")
    await stage.passes(3)
    assert caller.where == "music"
    stage.engines[0].kill()
    await stage.passes(3)
    assert stage.state(caller) is CallState.WAITING
    seat = await stage.seat("8002")
    await stage.until(lambda: seat.rings)


# ── AMI is away ──


async def test_without_ami_the_answer_is_noticed_when_the_dial_does_not_end(stage: Stage) -> None:
    seat = await stage.seat("8001", answers_after_s=2)
    stage.exchange.link_up = False
    caller = stage.calls()
    await stage.passes(18)
    assert caller.where == "8001"
    assert stage.state(caller) is CallState.TALKING
    seat.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"


async def test_without_ami_a_short_talk_is_a_talk(stage: Stage) -> None:
    seat = await stage.seat("8001", answers_after_s=2)
    stage.exchange.link_up = False
    caller = stage.calls()
    await stage.until(lambda: seat.talks)
    seat.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
    assert stage.redis.fact(caller.uniqueid, "answered")["seat_id"] == "8001"


async def test_without_ami_a_declined_call_rings_at_the_next_seat(stage: Stage) -> None:
    await stage.seat("8001", declines_after_s=1)
    second = await stage.seat("8002")
    stage.exchange.link_up = False
    stage.calls()
    await stage.until(lambda: second.rings)


# ── Redis is away ──


async def test_without_redis_a_call_takes_the_fall_back(stage: Stage) -> None:
    stage.redis.away = True
    caller = stage.calls()
    await stage.until(lambda: caller.where == "fallback", within_s=20)


async def test_a_waiting_call_takes_the_fall_back_when_redis_stays_away(stage: Stage) -> None:
    caller = stage.calls()
    await stage.passes(4)
    stage.redis.away = True
    await stage.until(lambda: caller.where == "fallback", within_s=30)


async def test_a_waiting_call_keeps_its_place_when_redis_is_back_soon(stage: Stage) -> None:
    caller = stage.calls()
    await stage.passes(4)
    later = stage.calls()
    stage.redis.away = True
    await stage.passes(8)
    stage.redis.away = False
    await stage.passes(3)
    seat = await stage.seat("8001")
    await stage.until(lambda: seat.rings)
    assert seat.rung == [caller.uniqueid]
    assert stage.state(later) is CallState.WAITING


async def test_the_answer_is_recorded_when_redis_is_back(stage: Stage) -> None:
    seat = await stage.seat("8001")
    caller = stage.calls()
    await stage.until(lambda: seat.rings)
    stage.redis.away = True
    seat.answer()
    await stage.passes(3)
    stage.redis.away = False
    await stage.passes(2)
    assert caller.where == "8001"
    assert stage.state(caller) is CallState.TALKING
    seat.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"


async def test_a_talk_that_ends_while_redis_is_away_ends_the_call(stage: Stage) -> None:
    """He was served: the fall-back would ring another seat for him."""
    seat = await stage.seat("8001", answers_after_s=1)
    caller = stage.calls()
    await stage.talks(caller, "8001")
    stage.redis.away = True
    seat.hang_up()
    await stage.until(lambda: caller.where == "ended", within_s=60)
    stage.redis.away = False
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
    assert stage.seat_state("8001") is SeatState.READY


# ── a call that left our hands ──


async def test_no_seat_is_kept_waiting_for_a_call_that_no_engine_holds(stage: Stage) -> None:
    """A caller who took the fall-back is still known to live state as waiting, and his engine lives."""
    caller = stage.calls()
    await stage.passes(4)
    stage.redis.away = True
    await stage.until(lambda: caller.where == "fallback", within_s=30)
    stage.redis.away = False
    await stage.seat("8001")
    await stage.passes(2)
    assert stage.seat_state("8001") is SeatState.READY
    caller.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "abandoned"


async def test_a_stalled_engine_does_not_take_a_dial_for_answered(stage: Stage) -> None:
    """It was stopped for longer than the Dial lasted: the reply is there, only not read."""
    seat = await stage.seat("8001")
    caller = stage.calls()
    await stage.until(lambda: seat.rings)
    loop = asyncio.get_running_loop()
    loop._virtual += 30  # type: ignore[attr-defined]
    await stage.passes(1)
    assert stage.state(caller) is CallState.WAITING
    assert stage.kinds(caller).count("answered") == 0
