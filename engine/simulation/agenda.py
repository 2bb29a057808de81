"""What is to happen in virtual time, in order."""

import heapq
import itertools
from collections.abc import Awaitable, Callable

Act = Callable[[], Awaitable[None]]


class Agenda:
    """Things to do at a time; what was put down first comes first among those of one moment."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Act]] = []
        self._order = itertools.count()

    @property
    def next_ms(self) -> int | None:
        """When the next thing is due; None where there is none."""
        return self._heap[0][0] if self._heap else None

    def put(self, at_ms: int, act: Act) -> None:
        """Do this then."""
        heapq.heappush(self._heap, (at_ms, next(self._order), act))

    def take(self) -> Act:
        """The next thing, which is on the agenda no more."""
        return heapq.heappop(self._heap)[2]
