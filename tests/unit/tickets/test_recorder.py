"""The recorder: nothing is acknowledged before it is kept, and nothing stops it for good."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from calls.errors import StoreFault
from calls.events import Event, to_document
from tests.unit.tickets.builders import CALL, served
from tickets.recorder import BATCH, FIRST_PAUSE_S, LONGEST_PAUSE_S, Recorder
from tickets.stream import Fact, Kept, SetAside, StreamEntry


class Stream:
    """A stream in memory: what is read and not acknowledged is read again by whoever reads after `crash`."""

    def __init__(self, *texts: str | bytes) -> None:
        self.entries = {f"{number}-0": text for number, text in enumerate(texts)}
        self.held: set[str] = set()
        self.away = 0

    def crash(self) -> None:
        self.held.clear()

    async def read(self, *, limit: int, wait_s: float) -> Sequence[StreamEntry]:
        self._answer()
        free = [entry_id for entry_id in self.entries if entry_id not in self.held][:limit]
        self.held.update(free)
        return [StreamEntry(entry_id=entry_id, text=self.entries[entry_id]) for entry_id in free]

    async def ack(self, entry_ids: Sequence[str]) -> None:
        self._answer()
        for entry_id in entry_ids:
            self.entries.pop(entry_id, None)

    def _answer(self) -> None:
        if self.away:
            self.away -= 1
            raise StoreFault("redis_away", "Redis is away")


class Store:
    """Keeps facts in memory, unless it is away."""

    def __init__(self) -> None:
        self.facts: dict[tuple[str, str], Fact] = {}
        self.aside: list[SetAside] = []
        self.away = 0
        self.waits = asyncio.Event()
        self.waits.set()

    async def keep(self, facts: Sequence[Fact], aside: Sequence[SetAside] = ()) -> Kept:
        await self.waits.wait()
        if self.away:
            self.away -= 1
            raise StoreFault("sql_away", "The database is away")
        new = {(fact.call_id, fact.entry_id): fact for fact in facts}
        known = len(self.facts)
        self.facts |= new
        self.aside.extend(aside)
        return Kept(new=len(self.facts) - known, set_aside=tuple(aside))

    async def retry(self) -> Kept:
        """As of a version that can keep all of it."""
        aside, self.aside = self.aside, []
        return await self.keep([Fact(entry_id=one.entry_id, call_id=CALL, document=json.loads(one.text)) for one in aside])


class Now:
    def now(self) -> datetime:
        return datetime(2026, 11, 20, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


class Pauses:
    """Sleeps that take no time and are remembered."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, pause_s: float) -> None:
        self.taken.append(pause_s)
        await asyncio.sleep(0)


def texts(events: Sequence[Event]) -> list[str]:
    return [json.dumps(to_document(event)) for event in events]


def a_recorder(stream: Stream, store: Store, sleep: Callable[[float], Awaitable[None]] | None = None) -> Recorder:
    return Recorder(stream, store, Now(), sleep=sleep or Pauses())


async def test_facts_are_kept_and_then_acknowledged() -> None:
    stream, store = Stream(*texts(served())), Store()
    recorder = a_recorder(stream, store)
    assert await recorder.step() == len(served())
    assert [fact.document["kind"] for fact in store.facts.values()] == [event.kind for event in served()]
    assert {fact.call_id for fact in store.facts.values()} == {CALL}
    assert stream.entries == {}
    assert recorder.state.recorded == len(served())
    assert await recorder.step() == 0


async def test_a_batch_is_limited() -> None:
    stream = Stream(*(json.dumps({"call_id": "c", "kind": "rated", "at": 1, "score": 1, "n": number}) for number in range(BATCH + 1)))
    recorder = a_recorder(stream, Store())
    assert [await recorder.step(), await recorder.step(), await recorder.step()] == [BATCH, 1, 0]


async def test_a_recorder_that_dies_before_acknowledging_loses_and_doubles_nothing() -> None:
    stream, store = Stream(*texts(served())), Store()
    store.waits.clear()
    dying = asyncio.create_task(a_recorder(stream, store).step())
    await asyncio.sleep(0)
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    assert len(stream.entries) == len(served())
    stream.crash()
    store.waits.set()
    second = a_recorder(stream, store)
    await second.step()
    assert second.state.recorded == len(served())
    assert stream.entries == {}


async def test_a_recorder_begins_with_what_was_set_aside_before() -> None:
    store = Store()
    store.aside = [SetAside(entry_id=f"{number}-0", text=text, reason="a fault of ours") for number, text in enumerate(texts(served()))]

    async def stopped_at_its_first_rest(_: float) -> None:
        raise asyncio.CancelledError

    recorder = a_recorder(Stream(), store, stopped_at_its_first_rest)
    with pytest.raises(asyncio.CancelledError):
        await recorder.run()
    assert recorder.state.recorded == len(served())
    assert store.aside == []
    assert len(store.facts) == len(served())


async def test_while_the_database_is_away_it_waits_longer_and_longer_and_says_so_once() -> None:
    stream, store, pauses = Stream(*texts(served())), Store(), Pauses()
    store.away = 9
    recorder = a_recorder(stream, store, pauses)
    with capture_logs() as logs:
        await recorder.step()
    assert pauses.taken[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert max(pauses.taken) == LONGEST_PAUSE_S
    assert [entry["event"] for entry in logs] == ["recording_held_up", "recording_resumed"]
    assert len(store.facts) == len(served())
    assert stream.entries == {}
    assert recorder.state.fault == ""


async def test_its_state_tells_the_fault_and_since_when() -> None:
    store = Store()
    store.away = 1

    async def look(_: float) -> None:
        seen.append((recorder.state.fault, recorder.state.since))

    seen: list[tuple[str, datetime | None]] = []
    recorder = a_recorder(Stream(*texts(served())), store, look)
    await recorder.step()
    assert seen == [("The database is away", Now().now())]


async def test_a_stream_that_is_away_is_waited_for_in_reading_and_in_acknowledging() -> None:
    stream, store, pauses = Stream(*texts(served())), Store(), Pauses()
    stream.away = 2
    await a_recorder(stream, store, pauses).step()
    assert len(pauses.taken) == 2
    assert stream.entries == {}


async def test_what_is_no_fact_is_set_aside_and_stops_nobody() -> None:
    stream, store = Stream("{", *texts(served()), b"\xff\xfe", "[]"), Store()
    recorder = a_recorder(stream, store)
    with capture_logs() as logs:
        await recorder.step()
    assert len(store.facts) == len(served())
    assert [(entry.entry_id, entry.text) for entry in store.aside] == [("0-0", "{"), ("11-0", "\\xff\\xfe"), ("12-0", "[]")]
    assert [entry["event"] for entry in logs] == ["fact_set_aside"] * 3
    assert recorder.state.set_aside == 3
    assert stream.entries == {}


async def test_it_runs_until_it_is_cancelled() -> None:
    stream, store = Stream(*texts(served())), Store()
    emptied = asyncio.Event()

    class Watched(Stream):
        async def read(self, *, limit: int, wait_s: float) -> Sequence[StreamEntry]:
            if not stream.entries:
                emptied.set()
            await asyncio.sleep(0)
            return await stream.read(limit=limit, wait_s=wait_s)

        async def ack(self, entry_ids: Sequence[str]) -> None:
            await stream.ack(entry_ids)

    running = asyncio.create_task(a_recorder(Watched(), store).run())
    await asyncio.wait_for(emptied.wait(), 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(store.facts) == len(served())
