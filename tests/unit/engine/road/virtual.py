"""A loop that never waits: where nothing is to be done, its clock jumps to the next timer."""

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class _Jumping(selectors.DefaultSelector):
    """Nobody outside this process ever writes to these stories, so there is nothing to wait for."""

    jump: Any = None

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        assert timeout is not None, "everybody waits for ever"
        self.jump(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        selector = _Jumping()
        selector.jump = self._jump
        self._virtual = 1000.0
        super().__init__(selector)

    def time(self) -> float:
        return self._virtual

    def _jump(self, seconds: float) -> None:
        self._virtual += seconds


class LoopClock:
    """The loop's time as Zhida's clock."""

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=self.monotonic() - 1000)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()
