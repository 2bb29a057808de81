"""How sure a mean of few values is: Student's t."""

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev
from typing import Final

LEVEL: Final = 0.95


def half_width(values: Sequence[float], level: float = LEVEL) -> float:
    """The true mean is no further from that of these independent values, at this level; infinite for fewer than two."""
    if len(values) < 2:
        return math.inf
    return student_t((1 + level) / 2, len(values) - 1) * stdev(values) / math.sqrt(len(values))


def student_t(probability: float, freedom: int) -> float:
    """The quantile of Student's distribution.

    Exact for one and two degrees of freedom, else by Hill's expansion (Communications of the ACM 13, 1970), below a
    thousandth off at three.
    """
    tail = 2 * (1 - probability)
    if freedom == 1:
        return 1 / math.tan(tail * math.pi / 2)
    if freedom == 2:
        return math.sqrt(2 / (tail * (2 - tail)) - 2)
    a = 1 / (freedom - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * freedom
    y = (d * tail) ** (2 / freedom)
    if y > 0.05 + a:
        x = NormalDist().inv_cdf(tail / 2)
        y = x * x
        c += 0.3 * (freedom - 4.5) * (x + 0.6) if freedom < 5 else 0
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = math.expm1(a * y * y)
    else:
        y = ((1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3) + 0.5 / (freedom + 4)) * y - 1) * (
            freedom + 1
        ) / (freedom + 2) + 1 / y
    return math.sqrt(freedom * y)


def batches(values: Sequence[float], count: int) -> list[float]:
    """Means of so many equal pieces: nearly independent where each is long beside what links neighbouring values."""
    size = len(values) // count
    return [fmean(values[first : first + size]) for first in range(0, size * count, size)]
