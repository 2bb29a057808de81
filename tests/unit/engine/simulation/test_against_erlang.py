"""Where Erlang's formulas apply, the simulation comes to what they say, as sure as the run itself allows to tell.

The bound of each comparison is computed from the run: the width in which the mean of its batches lies at 99.9 %.
"""

from statistics import fmean

from engine.simulation.confidence import batches, half_width
from engine.simulation.outcome import End
from engine.simulation.wanted import Tried, Want, seats_needed
from routing.erlang import erlang_a, erlang_c, in_time, mean_wait_s, seats_for
from tests.redis_server import RedisServer
from tests.unit.engine.simulation.builders import FOR_EVER_S, a_day, a_seat, a_shift, erlangs_callers, staff_of
from whitelist.identify import CallerClass

SEATS, TALK_S = 6, 120.0
CALLS, WARM_UP, BATCHES, LEVEL = 8_000, 500, 25, 0.999
WITHIN_S = 20.0


async def waits_of(
    redis: RedisServer, *, load: float, patience_s: float = float("inf"), seed: int, seats: int = SEATS, calls: int = CALLS
) -> list[tuple[float, End]]:
    callers = erlangs_callers(seed, calls, load=load, talk_s=TALK_S, patience_s=patience_s)
    staff = staff_of(*(a_seat(f"80{number:02}") for number in range(seats)), shift=a_shift(0, FOR_EVER_S))
    day = await a_day(redis.socket, callers, staff)
    in_order = sorted(day.calls, key=lambda call: call.queued_ms)
    return [(call.waited_s, call.end) for call in in_order[WARM_UP:]]


def assert_is(expected: float, values: list[float]) -> None:
    found = batches(values, BATCHES)
    mean, sure = sum(found) / len(found), half_width(found, LEVEL)
    assert abs(mean - expected) <= sure, f"{mean:.4f} ± {sure:.4f}, by Erlang {expected:.4f}"
    assert sure < expected, "the run is too short to tell anything"


async def test_callers_who_never_leave_wait_as_erlang_c_says(empty_redis: RedisServer) -> None:
    load = 4.5
    waits = await waits_of(empty_redis, load=load, seed=3)
    assert {end for _, end in waits} == {End.ANSWERED}
    assert_is(erlang_c(SEATS, load), [float(waited_s > 0) for waited_s, _ in waits])
    assert_is(mean_wait_s(SEATS, load, talk_s=TALK_S), [waited_s for waited_s, _ in waits])
    assert_is(1 - in_time(SEATS, load, talk_s=TALK_S, within_s=WITHIN_S), [float(waited_s > WITHIN_S) for waited_s, _ in waits])


async def test_callers_with_exponential_patience_leave_as_erlang_a_says(empty_redis: RedisServer) -> None:
    load, patience_s = 6.5, 60.0  # more than six seats can carry: only those who leave keep it going
    waits = await waits_of(empty_redis, load=load, patience_s=patience_s, seed=3)
    expected = erlang_a(SEATS, load, talk_s=TALK_S, patience_s=patience_s)
    assert_is(expected.abandoned, [float(end is End.ABANDONED) for _, end in waits])
    assert_is(expected.mean_wait_s, [waited_s for waited_s, _ in waits])


async def test_the_seats_found_by_simulating_are_those_erlang_c_finds(empty_redis: RedisServer) -> None:
    load, want = 4.5, Want(caller_class=CallerClass.PUBLIC, within_s=WITHIN_S, share=0.77)

    async def attempt(seats: int) -> Tried:
        waits = await waits_of(empty_redis, load=load, seed=4, seats=seats, calls=2_500)
        answered = [float(waited_s <= WITHIN_S) for waited_s, _ in waits]
        return Tried(seats=seats, in_time=fmean(answered), sure=half_width(batches(answered, BATCHES), LEVEL))

    needed = await seats_needed(want, "qilai", attempt, first=6)
    assert needed.seats == seats_for(load, talk_s=TALK_S, within_s=WITHIN_S, share=want.share)
    for tried in needed.tried:
        expected = in_time(tried.seats, load, talk_s=TALK_S, within_s=WITHIN_S)
        assert tried.sure is not None
        assert abs(tried.in_time - expected) <= tried.sure, f"{tried} where Erlang says {expected:.3f}"
