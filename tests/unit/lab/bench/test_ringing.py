from lab.bench.ringing import highest, holds, pair
from lab.bench.scale import Criterion
from lab.bench.search import CLOSE
from lab.bench.traffic import Burst, Line
from tests.unit.lab.bench.builders import a_burst, a_machine

STRICT = Criterion(share=0.99, within_ms=200)


async def test_the_two_are_measured_in_turns_so_that_a_drift_hits_both() -> None:
    tried: list[tuple[Line, float]] = []
    await pair(a_machine(bare=100, zhida=100, tried=tried), 50, rounds=2, seconds=1)
    assert tried == [(Line.BARE, 50), (Line.ZHIDA, 50)] * 2


async def test_the_bursts_of_a_side_count_together() -> None:
    made = iter([a_burst(Line.BARE, 1, 2), a_burst(Line.ZHIDA, 5, missing=1), a_burst(Line.BARE, 3), a_burst(Line.ZHIDA, 7, 9, failed=1)])

    async def burst(line: Line, rate: float, seconds: float) -> Burst:
        return next(made)

    both = await pair(burst, 50, rounds=2, seconds=1)
    assert (both.bare.times.count, both.bare.times.max_ms) == (3, 3)
    assert (both.zhida.times.count, both.zhida.times.missing, both.zhida.times.p50_ms, both.zhida.failed) == (3, 1, 7, 1)


async def test_processor_time_is_the_median_of_the_bursts() -> None:
    made = iter(a_burst(line, 1, cpu_ms={"engine-1": ms}) for ms in (4.0, 90.0, 5.0) for line in (Line.BARE, Line.ZHIDA))

    async def burst(line: Line, rate: float, seconds: float) -> Burst:
        return next(made)

    both = await pair(burst, 50, rounds=3, seconds=1)
    assert both.zhida.cpu_ms == {"engine-1": 5.0}


async def test_each_of_the_two_gets_its_own_highest_rate() -> None:
    found = await highest(a_machine(bare=200, zhida=120), STRICT, first_rate=60, step_s=1, sure_s=2)
    assert 200 / CLOSE <= found.bare <= 200
    assert 120 / CLOSE <= found.zhida <= 120


async def test_a_rate_that_is_not_held_for_longer_is_lowered() -> None:
    async def burst(line: Line, rate: float, seconds: float) -> Burst:
        limit = 100 if seconds == 1 else 90
        return a_burst(line, *[5.0 if rate <= limit else 1000.0] * 100, rate=rate)

    found = await highest(burst, STRICT, first_rate=60, step_s=1, sure_s=2)
    assert 75 < found.zhida <= 90


def test_a_call_that_reaches_no_seat_counts_as_late() -> None:
    assert holds(a_burst(Line.ZHIDA, *[5.0] * 99, missing=1), STRICT)
    assert not holds(a_burst(Line.ZHIDA, *[5.0] * 98, missing=2), STRICT)


def test_one_failed_call_is_enough_not_to_hold() -> None:
    assert not holds(a_burst(Line.ZHIDA, *[5.0] * 1000, failed=1), STRICT)
