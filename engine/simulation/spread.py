"""How long something takes, as people write it and as it is drawn: 180, exp:180, uniform:60:240, lognormal:180:120, never."""

import math
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

ALLOWED: Final = "write seconds (180), exp:MEAN, uniform:FROM:TO, lognormal:MEAN:DEVIATION or never"


class Shape(StrEnum):
    """How the times are spread."""

    FIXED = "fixed"  # always the same
    EXP = "exp"  # exponential: what Erlang's formulas take for granted
    UNIFORM = "uniform"
    LOGNORMAL = "lognormal"  # as talks really are: many short ones, a few long ones
    NEVER = "never"  # it does not happen


_NUMBERS: Final = {Shape.FIXED: 1, Shape.EXP: 1, Shape.UNIFORM: 2, Shape.LOGNORMAL: 2, Shape.NEVER: 0}


@dataclass(frozen=True, slots=True)
class Spread:
    """Times in seconds.

    Args:
        first: the mean; the least for UNIFORM. second: the most for UNIFORM, the standard deviation for LOGNORMAL.
    """

    shape: Shape
    first: float = 0.0
    second: float = 0.0

    @property
    def mean(self) -> float:
        """Seconds; infinite for NEVER."""
        if self.shape is Shape.NEVER:
            return math.inf
        return (self.first + self.second) / 2 if self.shape is Shape.UNIFORM else self.first

    def drawn(self, chance: Random) -> float:
        """One of them."""
        match self.shape:
            case Shape.FIXED:
                return self.first
            case Shape.EXP:
                return chance.expovariate(1 / self.first) if self.first else 0.0
            case Shape.UNIFORM:
                return chance.uniform(self.first, self.second)
            case Shape.LOGNORMAL:
                variance = math.log1p((self.second / self.first) ** 2)
                return chance.lognormvariate(math.log(self.first) - variance / 2, math.sqrt(variance))
            case Shape.NEVER:
                return math.inf

    def __str__(self) -> str:
        if self.shape is Shape.FIXED:
            return f"{self.first:g}"
        return ":".join([str(self.shape), *(f"{number:g}" for number in (self.first, self.second)[: _NUMBERS[self.shape]])])


def spread_of(text: str) -> Spread:
    """Raises: ValueError: it is none; the sentence says what is allowed."""
    word, *numbers = text.strip().lower().split(":")
    try:
        shape, given = (Shape(word), numbers) if word in set(Shape) - {Shape.FIXED} else (Shape.FIXED, [word, *numbers])
        values = [float(number) for number in given]
    except ValueError:
        raise ValueError(f"{text!r} is no length of time; {ALLOWED}") from None
    if len(values) != _NUMBERS[shape] or not all(math.isfinite(value) and value >= 0 for value in values):
        raise ValueError(f"{text!r} is no length of time; {ALLOWED}")
    if shape is Shape.UNIFORM and values[0] > values[1]:
        raise ValueError(f"{text!r} ends before it begins; write the smaller number first")
    if shape is Shape.LOGNORMAL and not values[0]:
        raise ValueError(f"{text!r} has the mean 0; a lognormal length of time is above it")
    return Spread(shape, *values)
