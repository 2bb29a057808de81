"""The recorder: moves facts from the stream into the records, and loses none."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

import structlog

from calls.clock import Clock
from calls.errors import StoreFault
from tickets.reading import Unreadable, parse
from tickets.stream import EventStream, Fact, FactStore, Kept, SetAside, StreamEntry

log = structlog.get_logger()
_T = TypeVar("_T")

BATCH: Final = 200  # entries in a transaction: enough to pay for its fsync, few enough not to hold up an engine that runs beside it
GATHER_S: Final = 0.25  # facts come one by one; those of a quarter of a second cost one transaction
WAIT_S: Final = 2.0
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderState:
    """For /healthz and /metrics.

    Args:
        recorded: facts that were new. set_aside, faulty: as in `Kept`, in all.
        fault: why nothing can be recorded at the moment, or "". since: since when.
    """

    recorded: int = 0
    set_aside: int = 0
    faulty: int = 0
    fault: str = ""
    since: datetime | None = None


class Recorder:
    """One of any number of recorders of a hotline.

    Args:
        sleep: how it waits while the stream or the database is away.
    """

    def __init__(
        self, stream: EventStream, store: FactStore, clock: Clock, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._stream = stream
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self.state = RecorderState()

    async def run(self) -> None:
        """Record until cancelled, beginning with what was set aside: this version may be able to keep it."""
        await self.retry()
        while True:
            if await self.step() < BATCH:
                await self._sleep(GATHER_S)

    async def retry(self) -> None:
        """Record what was set aside before, as far as that can be done now."""
        while new := (await self._insist(self._store.retry)).new:
            log.info("facts_set_aside_recorded", facts=new)
            self.state = replace(self.state, recorded=self.state.recorded + new)

    async def step(self, *, wait_s: float = WAIT_S) -> int:
        """Record what is there now, at most one batch, however long it takes; tell how many entries that were."""
        entries = await self._insist(lambda: self._stream.read(limit=BATCH, wait_s=wait_s))
        if entries:
            facts, aside = _sorted_out(entries)
            self._note(await self._insist(lambda: self._store.keep(facts, aside)))
            await self._insist(lambda: self._stream.ack([entry.entry_id for entry in entries]))
        return len(entries)

    async def _insist(self, act: Callable[[], Awaitable[_T]]) -> _T:
        """Do it, again and again while a store is away. The pauses grow, so that a database that comes back is not run over."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                done = await act()
            except StoreFault as fault:
                self._note_fault(fault)
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                self._note_well()
                return done

    def _note_fault(self, fault: StoreFault) -> None:
        if not self.state.fault:
            log.error("recording_held_up", reason=fault.sentence)
        self.state = replace(self.state, fault=fault.sentence, since=self.state.since or self._clock.now())

    def _note_well(self) -> None:
        if self.state.fault:
            log.info("recording_resumed", since=self.state.since)
            self.state = replace(self.state, fault="", since=None)

    def _note(self, kept: Kept) -> None:
        for entry in kept.set_aside:
            log.error("fact_set_aside", entry_id=entry.entry_id, reason=entry.reason)
        for call_id, reason in kept.faulty.items():
            log.error("call_not_folded", call_id=call_id, reason=reason)
        self.state = replace(
            self.state,
            recorded=self.state.recorded + kept.new,
            set_aside=self.state.set_aside + len(kept.set_aside),
            faulty=self.state.faulty + len(kept.faulty),
        )


def _sorted_out(entries: Sequence[StreamEntry]) -> tuple[list[Fact], list[SetAside]]:
    facts: list[Fact] = []
    aside: list[SetAside] = []
    for entry in entries:
        try:
            document = parse(entry.text)
        except Unreadable as unreadable:
            text = entry.text if isinstance(entry.text, str) else entry.text.decode(errors="backslashreplace")
            aside.append(SetAside(entry_id=entry.entry_id, text=text, reason=str(unreadable)))
        else:
            facts.append(Fact(entry_id=entry.entry_id, call_id=document["call_id"], document=document))
    return facts, aside
