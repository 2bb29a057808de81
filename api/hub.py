"""What happens, given to everybody who follows; nobody who reads slowly holds up the others or fills the memory."""

import asyncio
import json
from collections import deque
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Gauge

from api.documents.plain import written_moment
from api.documents.seats import seat_item
from api.sources import Happening, Happenings
from calls.errors import StoreFault
from calls.events import Act, Supervised, SupervisionEnded, from_ms
from seats.seat import Seat

log = structlog.get_logger(__name__)

FOR_SUPERVISORS: Final = frozenset({Act.kind, Supervised.kind, SupervisionEnded.kind})
"""An agent is not told that somebody listens, nor what others do."""

class Follower:
    """One who follows: messages wait here until he takes them."""

    def __init__(self, most: int, *, all_kinds: bool = False) -> None:
        self._most = most
        self.all_kinds = all_kinds
        self._waiting: deque[str] = deque()
        self._there = asyncio.Event()
        self.overrun = asyncio.Event()

    def put(self, text: str) -> None:
        """One more message; the first that finds no room ends it all, because a stream with holes looks like one without."""
        if self.overrun.is_set():
            return
        if len(self._waiting) < self._most:
            self._waiting.append(text)
            self._there.set()
        else:
            self._waiting.clear()
            self.overrun.set()

    async def take(self) -> str:
        """The next message, once there is one; none ever comes after an overrun."""
        while not self._waiting:
            self._there.clear()
            await self._there.wait()
        return self._waiting.popleft()


class Hub:
    """All who follow."""

    def __init__(self, happenings: Happenings, registry: CollectorRegistry, *, queued: int, retry_s: float) -> None:
        self._happenings = happenings
        self._followers: set[Follower] = set()
        self._queued = queued
        self._retry_s = retry_s
        gauge = Gauge("zhida_api_streams", "Streams that are open.", registry=registry)
        gauge.set_function(lambda: len(self._followers))

    def enter(self, *, all_kinds: bool = False) -> Follower:
        """Follow from now on; `all_kinds`: also what is for supervisors alone."""
        follower = Follower(self._queued, all_kinds=all_kinds)
        self._followers.add(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        """Follow no more."""
        self._followers.discard(follower)

    async def run(self) -> None:
        """Pass on what happens, until cancelled. Where something may be missing, everybody is told so."""
        while True:
            why = "the source of facts ended"
            try:
                async for happening in self._happenings():
                    self._pass_on(happening)
            except StoreFault as fault:
                why = fault.sentence
            log.warning("happenings_interrupted", why=why)
            self._tell(json.dumps({"type": "gap", "why": why}, ensure_ascii=False))
            await asyncio.sleep(self._retry_s)

    def _pass_on(self, happening: Happening) -> None:
        if not self._followers:
            return
        try:
            self._tell(message_of(happening), open_to_all=isinstance(happening, Seat) or happening["kind"] not in FOR_SUPERVISORS)
        except (KeyError, TypeError, ValueError) as error:
            log.error("happening_unreadable", why=repr(error)[:200])

    def _tell(self, text: str, *, open_to_all: bool = True) -> None:
        for follower in tuple(self._followers):
            if open_to_all or follower.all_kinds:
                follower.put(text)


def message_of(happening: Happening) -> str:
    """The message that tells of it."""
    if isinstance(happening, Seat):
        seat = seat_item(happening).model_dump(mode="json")
        told = {"kind": "seat_changed", "at": seat["since"], "seat_id": happening.seat_id, "seat": seat}
    else:
        told = {**happening, "at": written_moment(from_ms(int(happening["at"])))}
    return json.dumps({"type": "event", **told}, ensure_ascii=False)


