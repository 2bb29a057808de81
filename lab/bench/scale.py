"""How much a run of the benchmark does; bounded in calls and in time."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """When a rate counts as held: enough of its calls reach a seat in time, and none fails.

    Args:
        share: of the calls, 0 to 1. within_ms: from the caller's INVITE to a seat's.
    """

    share: float = 0.995
    within_ms: float = 200.0

    def __str__(self) -> str:
        return f"at least {self.share:.1%} of the calls reach a seat within {self.within_ms:g} ms, and none fails"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What is measured, and for how long.

    Args:
        rates: calls a second at which the time to a seat is measured.
        rounds: bursts of each of the two at each rate, taking turns. burst_s: seconds of each.
        recorded_rate: at which the cost of recording is measured.
        first_rate: where the search for the highest rate begins. step_s: seconds of each of its bursts.
        sure_s: seconds for which the rate that was found must be held once more.
        queued: callers of each burst that wait behind four seats. declined: of each in which half of the seats decline;
            rung_out: do not answer.
        entries: in the whitelist. rows: of an imported form. steps: of the waiting room, each.
        seats, waiting: of the very large hotline whose matcher is measured.
    """

    rates: tuple[int, ...] = (10, 50, 100)
    rounds: int = 3
    burst_s: float = 6.0
    recorded_rate: int = 50
    first_rate: float = 60.0
    step_s: float = 4.0
    sure_s: float = 8.0
    criterion: Criterion = Criterion()
    queued: int = 28
    declined: int = 40
    rung_out: int = 16
    entries: int = 1_000_000
    rows: int = 20_000
    steps: int = 2_000
    seats: int = 10_000
    waiting: int = 100_000


FULL: Final = Scale()
QUICK: Final = Scale(
    rounds=1,
    burst_s=3.0,
    step_s=2.0,
    sure_s=3.0,
    queued=20,
    declined=20,
    rung_out=8,
    entries=100_000,
    rows=2_000,
    steps=500,
    seats=2_000,
    waiting=20_000,
)
