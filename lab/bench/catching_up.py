"""How far the records are behind after the load, and how fast they catch up."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from lab.bench.metrics import RECORDED, EngineFigures

_LOOK_EVERY_S: Final = 0.5
_QUIET_S: Final = 1.5  # nothing new for so long: everything is recorded
_AT_MOST_S: Final = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchingUp:
    """facts: recorded after the last call was over. seconds: that took. all_of_them: whether it came to an end."""

    facts: int
    seconds: float
    all_of_them: bool


async def catching_up(figures: EngineFigures) -> CatchingUp:
    """Wait until the stream has been moved into the records."""
    first = last = figures[RECORDED]
    began = changed = time.monotonic()
    while (now := time.monotonic()) - changed < _QUIET_S:
        if now - began > _AT_MOST_S:
            return CatchingUp(facts=round(last - first), seconds=now - began, all_of_them=False)
        await asyncio.sleep(_LOOK_EVERY_S)
        recorded = await asyncio.to_thread(figures.__getitem__, RECORDED)
        if recorded != last:
            last, changed = recorded, time.monotonic()
    return CatchingUp(facts=round(last - first), seconds=changed - began, all_of_them=True)
