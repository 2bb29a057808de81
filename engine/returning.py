"""Callers whose engine died come back within moments of each other, in any order: they join again in that of their ranks."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from typing import Final

from calls.errors import StoreFault

GATHER_S: Final = 0.05
"""From the first who comes back until those who came meanwhile go on, where nobody is missing who ranks before them."""
MISSING_S: Final = 1.0
"""So long somebody who is missing is waited for: the dialplan asks every half second, and he may have hung up."""


class Returning:
    """Lets callers who come back together go on by rank.

    The dialplan asks the engines every half second, and callers whom the same death threw out ask at nearly the same moments. Without
    this a seat that is free meanwhile would go to whoever is a little earlier.

    Args: missing_before: `WaitingRoom.missing_before`.
    """

    def __init__(self, missing_before: Callable[[int], Awaitable[int]]) -> None:
        self._missing_before = missing_before
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
        await self._gather()
        while self._gathered:
            _, _, go = heapq.heappop(self._gathered)
            go.set()
            await asyncio.sleep(0)  # each is a step ahead of the next on its way to the waiting room

    async def _gather(self) -> None:
        clock = asyncio.get_running_loop().time
        until = clock() + MISSING_S
        await asyncio.sleep(GATHER_S)
        try:
            while clock() < until and await self._missing_before(self._gathered[0][0]):  # noqa: ASYNC110  live state tells nobody of it
                await asyncio.sleep(GATHER_S)
        except StoreFault:
            return  # each is told of it by his own next step
