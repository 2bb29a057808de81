"""What a phone has seen: a list of facts with times, and waiting for the next one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from calls.clock import Clock
from lab.phones.errors import NotHappened

T = TypeVar("T")


class Kind(StrEnum):
    """One kind of fact."""

    REGISTERED = "registered"
    NOT_REGISTERED = "was refused registration"
    RINGS = "rings"
    DIALLED = "dialled"
    HEARS_RINGING = "hears it ring"
    TALKS = "talks"
    HOLDS = "put the call on hold"
    RESUMED = "took the call off hold"
    PRESSED = "pressed"
    HEARD_KEY = "heard the key"
    ENDED = "call ended"
    STOPPED = "was switched off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact.

    Args:
        call: the SIP Call-ID; empty for what belongs to no call.
        detail: the number, the key, the reason: whatever the kind has to say.
        at: wall clock, UTC.
        monotonic: for intervals, the clock of `time.monotonic()`.
    """

    kind: Kind
    call: str
    detail: str
    at: datetime
    monotonic: float

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S.%f}"[:-3] + f" {self.kind}" + (f" ({self.detail})" if self.detail else "")


@dataclass(slots=True)
class Story:
    """What one phone has seen so far, and those who wait for more of it."""

    whose: str
    clock: Clock
    events: list[Event] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, kind: Kind, call: str = "", detail: str = "") -> Event:
        """Note a fact of this moment."""
        event = Event(kind=kind, call=call, detail=detail, at=self.clock.now(), monotonic=self.clock.monotonic())
        self.events.append(event)
        self.look_again()
        return event

    def look_again(self) -> None:
        """Let all who wait look, for something that is no event of its own."""
        self._more.set()

    async def until(self, look: Callable[[], T | None], *, within_s: float, wanted: str, every_s: float | None = None) -> T:
        """Wait until `look` finds something in what has been seen.

        Args:
            look: raises `NotHappened` (see `in_vain`) where waiting on has no sense.
            wanted: what is awaited, as the end of the sentence "8001 did not ...".
            every_s: look also this often where nothing was seen, for what shows without an event.

        Raises:
            NotHappened: not within `within_s` seconds.
        """
        deadline = self.clock.monotonic() + within_s
        while (found := look()) is None:
            left_s = deadline - self.clock.monotonic()
            if left_s <= 0:
                raise self.in_vain(f"did not {wanted} within {within_s:g} s")
            self._more.clear()
            try:
                async with asyncio.timeout(min(left_s, every_s or left_s)):
                    await self._more.wait()
            except TimeoutError:
                pass  # the next look decides, and tells
        return found

    def in_vain(self, what: str) -> NotHappened:
        """The failure, with all that did happen."""
        seen = "; ".join(map(str, self.events[-12:])) or "nothing at all"
        return NotHappened("not_happened", f"{self.whose} {what}. It has seen: {seen}.", phone=self.whose)
