"""How good the expected wait is, on synthetic days: the figures that docs/operating.md states are no better than these."""

from dataclasses import dataclass, replace

import pytest

from routing.expected import wait_errors
from tests.unit.routing.traffic import Class, Day, Length, a_seat, days, exponential, ladder, lognormal

TEN = tuple(a_seat(number, "qilai") for number in range(8001, 8011))
TAKES_S = 214.0  # ring, talk of three minutes, wrap-up
FULL = 10 * 3600 / TAKES_S  # calls an hour that ten seats can just take
LAB = (
    *(a_seat(number, "priority") for number in (8001, 8002)),
    *(a_seat(number, "qilai") for number in range(8004, 8010)),
    a_seat(8010, "qilai", "general"),
    *(a_seat(number, "general") for number in range(8011, 8021)),
)
FOR_EVER = exponential(1e9)
REAL_TALK = lognormal(180, 0.8)
IMPATIENT = exponential(240)


def one_group(load: float, talk_s: Length, patience_s: Length) -> Day:
    kind = Class(an_hour=load * FULL, ladder=ladder(("qilai", 0)))
    return Day(seats=TEN, classes=[kind], talk_s=talk_s, patience_s=patience_s)


@dataclass(frozen=True, slots=True)
class Claim:
    """At most so far off on average (part of the mean wait), and at most so far to one side."""

    day: Day
    off: float
    aside: float


LADDERS = Day(
    seats=LAB,
    classes=[
        Class(an_hour=260, ladder=ladder(("qilai", 0), ("general", 10))),
        Class(an_hour=60, ladder=ladder(("priority", 0), ("qilai", 8), ("general", 16)), bonus_s=300, name="key_enterprise"),
    ],
    talk_s=REAL_TALK,
    patience_s=IMPATIENT,
)
RUSH = Day(
    seats=TEN,
    classes=[Class(an_hour=0.8 * FULL, ladder=ladder(("qilai", 0)))],
    talk_s=REAL_TALK,
    patience_s=IMPATIENT,
    load=lambda hour: 1.7 if hour in (3, 4) else 1.0,
)
MISJUDGED = replace(one_group(1.3, REAL_TALK, IMPATIENT), typical_call_s=600, measured_from_s=0)
CLAIMS = {
    "nearly full, exponential talks, nobody gives up": Claim(one_group(0.95, exponential(180), FOR_EVER), 0.20, 0.05),
    "nearly full, talks as they are, nobody gives up": Claim(one_group(0.95, REAL_TALK, FOR_EVER), 0.20, 0.05),
    "a third too many calls, callers give up after four minutes": Claim(one_group(1.3, REAL_TALK, IMPATIENT), 0.35, 0.10),
    "the same from the first minute on, configured with ten minutes a call": Claim(MISJUDGED, 0.40, 0.10),
    "a rush of two hours": Claim(RUSH, 0.40, 0.10),
    "key enterprises before others, ladders that open, seats of two groups": Claim(LADDERS, 0.40, 0.10),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_the_estimate_is_about_as_good_as_the_documentation_says(name: str) -> None:
    claim = CLAIMS[name]
    errors = wait_errors(list(days(claim.day, 2)))
    assert errors is not None
    assert errors.calls > 500
    assert errors.error_s <= claim.off * errors.real_s, errors
    assert abs(errors.bias_s) <= claim.aside * errors.real_s, errors
