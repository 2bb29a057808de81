"""The search for the highest rate that is held. Pure: it says what to try, and is told how that went."""

import math
from typing import Final

GROWTH: Final = 1.35
"""From a rate that was held to the next one, until one is not."""
CLOSE: Final = 1.06
"""The search is over when the lowest rate that was not held is no further than this above the highest that was."""
TRIES: Final = 2
"""A rate counts as not held after so many failures: a machine has its moments."""
LOWEST: Final = 2.0
"""Calls a second; where not even this is held, the answer is 0."""


class Search:
    """For one of the two that are compared.

    Args:
        first: the rate to begin with.
    """

    def __init__(self, first: float) -> None:
        self.held = 0.0
        self.not_held = 0.0
        """The lowest rate that was not; 0 while every one was."""
        self._next = first
        self._failures = 0

    @property
    def rate(self) -> float | None:
        """What to try now; None when the search is over."""
        if self.not_held and (self.not_held <= self.held * CLOSE or self.not_held <= LOWEST):
            return None
        return self._next

    def told(self, *, held: bool) -> None:
        """How the rate that was to be tried went."""
        self._failures = 0 if held else self._failures + 1
        if held:
            self.held = self._next
        elif self._failures < TRIES:
            return
        else:
            self._failures = 0
            self.not_held = self._next
        self._next = self._following()

    def _following(self) -> float:
        if not self.not_held:
            return self.held * GROWTH
        if not self.held:
            return self.not_held / GROWTH
        return math.sqrt(self.held * self.not_held)
