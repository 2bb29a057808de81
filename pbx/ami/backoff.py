"""How long to wait before the next attempt to connect."""

import random
from collections.abc import Callable

_random = random.SystemRandom().random


class Backoff:
    """Doubles from `first_s` to `most_s`; up to half of each wait is taken off by chance, so that engines do not come in step."""

    def __init__(self, *, first_s: float, most_s: float, chance: Callable[[], float] = _random) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._chance = chance
        self._next_s = first_s

    def next_s(self) -> float:
        """The wait before the next attempt."""
        wait_s = self._next_s
        self._next_s = min(self._most_s, 2 * wait_s)
        return wait_s * (1 - self._chance() / 2)

    def reset(self) -> None:
        """Begin again at the first wait."""
        self._next_s = self._first_s
