"""Lengths of time as people write them."""

import math
from random import Random
from statistics import fmean, variance

import pytest

from engine.simulation.confidence import batches, half_width, student_t
from engine.simulation.spread import spread_of


@pytest.mark.parametrize("text", ["180", "0.5", "exp:180", "uniform:60:240", "lognormal:180:120", "never"])
def test_it_is_written_as_it_was_read(text: str) -> None:
    assert str(spread_of(text)) == text


@pytest.mark.parametrize("text", ["", "long", "-1", "exp", "exp:", "exp:1:2", "uniform:5", "gauss:1:2", "nan", "inf", "never:1", "fixed:3"])
def test_what_is_no_length_of_time_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no length of time; write seconds \(180\), exp:MEAN"):
        spread_of(text)


def test_an_interval_turned_round_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        spread_of("uniform:240:60")
    with pytest.raises(ValueError, match="has the mean 0"):
        spread_of("lognormal:0:5")


@pytest.mark.parametrize(("text", "deviation"), [("exp:180", 180.0), ("uniform:60:240", 180 / math.sqrt(12)), ("lognormal:180:120", 120.0)])
def test_what_is_drawn_has_the_mean_and_the_spread_it_says(text: str, deviation: float) -> None:
    """Within the bounds in which the means of batches lie at 99.9 %."""
    spread, chance = spread_of(text), Random(5)  # noqa: S311  a simulation
    drawn = [spread.drawn(chance) for _ in range(20_000)]
    means = batches(drawn, 40)
    assert abs(fmean(drawn) - spread.mean) <= half_width(means, 0.999)
    variances = [variance(drawn[first : first + 500]) for first in range(0, 20_000, 500)]
    assert abs(fmean(variances) - deviation**2) <= half_width(variances, 0.999)


def test_never_and_fixed_draw_nothing() -> None:
    chance = Random(1)  # noqa: S311  a simulation
    before = chance.getstate()
    assert spread_of("never").drawn(chance) == math.inf
    assert spread_of("12").drawn(chance) == 12
    assert chance.getstate() == before


@pytest.mark.parametrize(("freedom", "table"), [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (10, 2.228), (29, 2.045), (120, 1.980)])
def test_students_t_as_the_table_has_it(freedom: int, table: float) -> None:
    assert student_t(0.975, freedom) == pytest.approx(table, abs=6e-4)


def test_one_value_tells_nothing_of_how_sure_it_is() -> None:
    assert half_width([0.9]) == math.inf
