"""Time, as one thing that can be replaced: nothing in Zhida reads the system's clock but here."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The wall clock: UTC, aware. It may step; never subtract two of these to wait by."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never steps. For intervals and time-outs."""
        ...


class SystemClock:
    """This machine's clocks."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()
