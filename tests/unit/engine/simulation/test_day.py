"""What happens to people on a simulated day, decided by the waiting room's own steps."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from engine.simulation.outcome import DayOutcome, End
from engine.simulation.spread import Shape, Spread
from engine.simulation.staff import Manner, Staff
from routing.ends import LadderEnd, Voicemail
from routing.waiting import Rules, Strategy
from tests.redis_server import RedisServer
from tests.unit.engine.simulation.builders import AT_ONCE, a_caller, a_day, a_plan, a_seat, a_shift, staff_of
from whitelist.identify import CallerClass

SECONDS = Spread(Shape.FIXED, 3)


@pytest.fixture
def socket(empty_redis: RedisServer) -> Path:
    return empty_redis.socket


def waits(day: DayOutcome) -> list[tuple[float, End]]:
    return [(call.waited_s, call.end) for call in sorted(day.calls, key=lambda call: call.queued_ms)]


async def test_the_second_caller_waits_for_the_first_ones_talk(socket: Path) -> None:
    day = await a_day(socket, [a_caller(0, talk_s=60), a_caller(10, talk_s=5)], staff_of(a_seat("8001")))
    assert waits(day) == [(0, End.ANSWERED), (50, End.ANSWERED)]
    assert day.seats["8001"].talking_s == 65


async def test_a_caller_to_whom_the_hotline_is_closed_does_not_wait(socket: Path) -> None:
    told = a_caller(0, replace(a_plan(), ladder=(), closed=True))
    day = await a_day(socket, [told, a_caller(10, talk_s=5)], staff_of(a_seat("8001")))
    assert (waits(day), day.closed) == ([(0, End.ANSWERED)], 1)


async def test_who_is_asked_for_a_voice_message_is_counted_where_it_is_asked_for(socket: Path) -> None:
    asked = (Voicemail(prompt="voicemail-closed"),)
    closed = a_caller(0, replace(a_plan(), ladder=(), closed=True, first=asked))
    chose = a_caller(1, replace(a_plan(), ladder=(), first=asked))
    in_vain = a_caller(2, replace(a_plan(), end=LadderEnd(after_s=5, steps=asked)))
    talks = a_caller(1, talk_s=60)
    day = await a_day(socket, [closed, chose, talks, in_vain], staff_of(a_seat("8001")))
    assert (waits(day), day.closed, day.voicemails) == ([(0, End.ANSWERED), (5, End.LADDER_END)], 1, 3)


async def test_ringing_is_waiting_and_keeps_the_seat_busy(socket: Path) -> None:
    day = await a_day(socket, [a_caller(0)], staff_of(a_seat("8001"), shift=a_shift(manner=Manner(answer=SECONDS))))
    assert waits(day) == [(3, End.ANSWERED)]
    assert day.seats["8001"].ringing_s == 3


async def test_wrap_up_ends_when_the_ticket_is_saved_or_when_its_time_is_over(socket: Path) -> None:
    callers = [a_caller(0, talk_s=10), a_caller(1, talk_s=10)]
    rules = Rules(wrap_up_s=30)
    never = await a_day(socket, callers, staff_of(a_seat("8001")), rules=rules)
    assert waits(never)[1] == (39, End.ANSWERED)
    saved = Manner(answer=AT_ONCE.answer, wrap_up=Spread(Shape.FIXED, 7))
    soon = await a_day(socket, callers, staff_of(a_seat("8001"), shift=a_shift(manner=saved)), rules=rules)
    assert waits(soon)[1] == (16, End.ANSWERED)
    assert soon.seats["8001"].wrap_up_s == 14


async def test_who_has_no_patience_leaves_also_while_a_seat_rings(socket: Path) -> None:
    slow = staff_of(a_seat("8001"), shift=a_shift(manner=Manner(answer=Spread(Shape.FIXED, 9))))
    day = await a_day(socket, [a_caller(0, patience_s=5), a_caller(6)], slow)
    assert waits(day) == [(5, End.ABANDONED), (9, End.ANSWERED)]
    assert day.seats["8001"].ringing_s == 14


async def test_nobody_waits_longer_than_to_the_ladders_end(socket: Path) -> None:
    day = await a_day(socket, [a_caller(0, talk_s=900), a_caller(1)], staff_of(a_seat("8001")))
    assert waits(day)[1] == (300, End.LADDER_END)


async def test_what_rings_at_the_ladders_end_may_still_be_answered(socket: Path) -> None:
    slow = staff_of(a_seat("8001"), shift=a_shift(manner=Manner(answer=Spread(Shape.FIXED, 9))))
    plan = a_plan(end_s=5)
    day = await a_day(socket, [a_caller(0, plan)], slow)
    assert waits(day) == [(9, End.ANSWERED)]
    deaf = staff_of(a_seat("8001"), shift=a_shift(manner=Manner(misses=1)))
    day = await a_day(socket, [a_caller(0, plan)], deaf)
    assert waits(day) == [(15, End.LADDER_END)]


async def test_the_ladder_widens_in_time_and_the_key_enterprise_goes_first(socket: Path) -> None:
    ladder = a_plan("priority", "qilai@8", bonus_s=300)
    callers = [
        a_caller(0, a_plan("qilai"), talk_s=20),
        a_caller(1, a_plan("qilai"), talk_s=20),
        a_caller(2, ladder, talk_s=20, caller=CallerClass.KEY_ENTERPRISE),
    ]
    day = await a_day(socket, callers, staff_of(a_seat("8004", "qilai")))
    assert [(call.caller_class, call.waited_s, call.group) for call in day.calls][1:] == [
        (CallerClass.KEY_ENTERPRISE, 18, "qilai"),
        (CallerClass.PUBLIC, 39, "qilai"),
    ]


async def test_a_seat_that_declines_is_away_until_its_agent_is_back(socket: Path) -> None:
    no = Manner(declines=1, decline=SECONDS, back=Spread(Shape.FIXED, 100))
    staff = Staff(seats=(a_seat("8001"), a_seat("8002")), shifts={"8001": (a_shift(manner=no),), "8002": (a_shift(),)})
    day = await a_day(socket, [a_caller(0, talk_s=500), a_caller(50, talk_s=1)], staff)
    first, second = waits(day)
    assert first == (3, End.ANSWERED)
    assert second == (300, End.LADDER_END)  # 8001 is back 103 s after nine, and declines again and again
    assert day.seats["8001"].declined == 4
    assert day.seats["8001"].away_s == 400
    assert sum(call.rung for call in day.calls) == 5


async def test_a_seat_stays_ready_where_the_configuration_says_so(socket: Path) -> None:
    no = Manner(misses=1)
    staff = Staff(seats=(a_seat("8001"), a_seat("8002")), shifts={"8001": (a_shift(manner=no),), "8002": (a_shift(60),)})
    day = await a_day(socket, [a_caller(0)], staff, rules=Rules(wrap_up_s=0, away_after_missed=False))
    assert waits(day) == [(66, End.ANSWERED)]  # rung from 51 s to 66 s for the fourth time, 2 s after the third
    assert day.seats["8001"].missed == 4
    assert day.seats["8001"].away_s == 0


async def test_a_shift_that_ends_takes_no_more_calls_but_ends_its_own(socket: Path) -> None:
    staff = Staff(seats=(a_seat("8001"), a_seat("8002")), shifts={"8001": (a_shift(0, 100),), "8002": (a_shift(200, 1000),)})
    day = await a_day(socket, [a_caller(50, talk_s=100), a_caller(160)], staff)
    assert waits(day) == [(0, End.ANSWERED), (40, End.ANSWERED)]
    assert day.seats["8001"].talking_s == 50  # what is talked after the shift is no part of it
    assert day.seats["8001"].on_duty_s == 100


async def test_a_seat_without_a_shift_is_not_there(socket: Path) -> None:
    staff = Staff(seats=(a_seat("8001"), a_seat("8002")), shifts={"8002": (a_shift(),)})
    day = await a_day(socket, [a_caller(0, talk_s=9), a_caller(1)], staff)
    assert waits(day) == [(0, End.ANSWERED), (8, End.ANSWERED)]
    assert day.seats["8001"].on_duty_s == 0


async def test_who_hears_a_menu_waits_from_its_end(socket: Path) -> None:
    day = await a_day(socket, [a_caller(0, ivr_s=12), a_caller(1, talk_s=30)], staff_of(a_seat("8001")))
    assert waits(day) == [(0, End.ANSWERED), (19, End.ANSWERED)]


async def test_who_calls_again_is_taken_by_the_seat_that_knows_him(socket: Path) -> None:
    rules = Rules(wrap_up_s=0, preferred_s=3600)
    known = [a_caller(at_s, talk_s=10, number="13900009001") for at_s in (0, 100, 200)]
    day = await a_day(socket, known, staff_of(a_seat("8001"), a_seat("8002")), rules=rules)
    assert sorted(seat.answered for seat in day.seats.values()) == [0, 3]
    unknown = [a_caller(at_s, talk_s=10) for at_s in (0, 100, 200)]
    strangers = await a_day(socket, unknown, staff_of(a_seat("8001"), a_seat("8002")), rules=rules)
    assert sorted(seat.answered for seat in strangers.seats.values()) == [1, 2]


async def test_a_group_that_rings_in_order_does_so(socket: Path) -> None:
    seats = [replace(a_seat(name), places={"qilai": place}) for place, name in enumerate(("8003", "8001", "8002"))]
    rules = Rules(wrap_up_s=0, strategies=(("qilai", Strategy.IN_ORDER),))
    day = await a_day(socket, [a_caller(at_s, talk_s=10) for at_s in (0, 1, 100, 200)], staff_of(*seats), rules=rules)
    assert {seat: life.answered for seat, life in day.seats.items()} == {"8003": 3, "8001": 1, "8002": 0}


async def test_the_same_seed_is_the_same_day(socket: Path) -> None:
    some = Manner(declines=0.2, misses=0.1, answer=Spread(Shape.EXP, 4), back=Spread(Shape.EXP, 50))
    staff = staff_of(*(a_seat(f"800{number}") for number in range(1, 6)), shift=a_shift(manner=some))
    callers = [a_caller(3 * number, talk_s=15) for number in range(200)]
    first, again, other = [await a_day(socket, callers, staff, seed=seed) for seed in (1, 1, 2)]
    assert first == again
    assert first != other
    assert len(first.calls) == 200


async def test_a_long_day_can_be_stopped(socket: Path) -> None:
    day = asyncio.create_task(a_day(socket, [a_caller(number, talk_s=1) for number in range(5000)], staff_of(a_seat("8001"))))
    await asyncio.sleep(0)
    day.cancel()
    with pytest.raises(asyncio.CancelledError):
        await day
