"""Callers whose engine died come back within milliseconds of each other, in any order: they join again in that of their ranks."""

import asyncio
import heapq
from typing import Final

GATHER_S: Final = 0.05
"""From the first who comes back until those who came meanwhile go on."""


class Returning:
    """Lets callers who come back together go on by rank.

    The dialplan asks the engines every half second, and callers whom the same death threw out ask at the same moments. Without
    this a seat that is free meanwhile would go to whoever is a few milliseconds earlier.
    """

    def __init__(self) -> None:
        self._gathered: list[tuple[int, int, asyncio.Event]] = []
        self._count = 0
        self._leader: asyncio.Task[None] | None = None

    async def in_turn(self, rank_ms: int) -> None:
        """Return when it is this caller's turn: the lowest rank of those who came together goes first."""
        go = asyncio.Event()
        self._count += 1
        heapq.heappush(self._gathered, (rank_ms, self._count, go))
        if self._leader is None or self._leader.done():
            self._leader = asyncio.create_task(self._let_go(), name="callers come back")
        await go.wait()

    async def _let_go(self) -> None:
        await asyncio.sleep(GATHER_S)
        while self._gathered:
            _, _, go = heapq.heappop(self._gathered)
            go.set()
            await asyncio.sleep(0)  # each is a step ahead of the next on its way to the waiting room
