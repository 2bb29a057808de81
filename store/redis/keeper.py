"""Runs the timers on time and shows that the engine lives."""

import asyncio
from datetime import datetime
from typing import Final, Protocol

import structlog

from calls.clock import Clock
from calls.errors import StoreFault

log = structlog.get_logger(__name__)

BEAT_S: Final = 1.0
ALIVE_S: Final = 5.0
"""An engine that has not said for so long that it lives is given up: long enough for a stalled disk, short enough for a caller."""


class Timekeeping(Protocol):
    """What has to be done in time."""

    async def tick(self) -> datetime | None:
        """See `routing.waiting.Timers.tick`."""
        ...

    async def beat(self) -> None:
        """Show that this engine lives."""
        ...


class Keeper:
    """Sleeps until the next timer of the hotline, as far as this engine has heard of it, and at most until its next beat.

    A timer set by this engine's own step is met to the millisecond; one set by another engine is that engine's to run, or
    this one's at its next beat.
    """

    def __init__(self, timers: Timekeeping, clock: Clock) -> None:
        self._timers = timers
        self._clock = clock
        self._heard: datetime | None = None
        self._woken = asyncio.Event()
        self._away = False

    def due(self, at: datetime) -> None:
        """A step told that something is due then."""
        if self._heard is None or at < self._heard:
            self._heard = at
            self._woken.set()

    async def keep(self) -> None:
        """Until cancelled; while Redis is away, once a beat."""
        next_beat = self._clock.monotonic()
        while True:
            self._heard = None
            try:
                if self._clock.monotonic() >= next_beat:
                    next_beat = self._clock.monotonic() + BEAT_S
                    await self._timers.beat()
                await self._timers.tick()
                self._note(fault=None)
            except StoreFault as fault:
                self._note(fault)
            await self._sleep(next_beat)

    async def _sleep(self, next_beat: float) -> None:
        """Until the earliest timer heard of; hearing of an earlier one meanwhile only makes it look at the clock again."""
        while True:
            self._woken.clear()
            pause_s = next_beat - self._clock.monotonic()
            if self._heard is not None:
                pause_s = min(pause_s, (self._heard - self._clock.now()).total_seconds())
            if pause_s <= 0:
                return
            try:
                async with asyncio.timeout(pause_s):
                    await self._woken.wait()
            except TimeoutError:
                return

    def _note(self, fault: StoreFault | None) -> None:
        if fault is not None and not self._away:
            log.error("timers_held_up", reason=fault.sentence)
        elif fault is None and self._away:
            log.info("timers_resumed")
        self._away = fault is not None
