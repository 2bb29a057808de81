"""From a cause to the ring it is to have, Zhida (12345) and app_queue (12398) in turns at the same seats of the same Asterisk.

A caller comes and seats are free; a seat becomes free and callers wait; a seat declines, or does not answer, and others are free.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.bench import processor
from lab.bench.causes import Cause, Followed, declined, freed_to_ring, rung_out, to_next_ring
from lab.bench.scale import Scale
from lab.bench.traffic import Line, caller, times_to_seat
from lab.phones.bulk import BulkSeats, Does, Seats
from lab.phones.errors import PhoneFault
from lab.phones.latency import Latency, invites, latency
from lab.phones.phones import SERVER, TRUNKS
from lab.phones.sipp import Job, run_sipp

FIRST, FREED = "a caller comes, seats are free", "a seat is free, callers wait"
DECLINED, RUNG_OUT = "a seat declines, others are free", "a seat rings in vain, others are free"

_IN_TURN: Final = (Line.QUEUE, Line.ZHIDA)
_TALKS_S: Final = (0.93, 1.07, 1.19, 1.31)
"""Of the four seats behind which callers wait: each another, so that their ends fall on every part of a second.

The first caller in the row has come 0.7 s before the first talk ends: Asterisk takes 0.5 s to answer one who sends no sound, as
these do (it waits for his first), and until then the engine cannot have a seat rung for him.
"""
_SHORT_TALK_S: Final = 0.2
_RATE: Final = 10.0
_RUSH: Final = 20.0  # callers a second who are to wait: far more than four seats can take, from the first second on
_PATIENCE_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One cause. Times in ms from the cause at the seat (or at the caller) to the ring at the seat; missing: no ring came."""

    cause: str
    zhida: Latency
    queue: Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideQueue:
    """All of them. others: the share of the machine that something else used meanwhile, 0 to 1."""

    rows: tuple[Row, ...]
    others: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it is measured.

    Args:
        ready: returns when a seat may be offered calls. pids: of the lab's parts.
    """

    net: str
    folder: Path
    ready: Callable[[int], Awaitable[object]]
    pids: Mapping[str, int]


async def beside_queue(place: Place, scale: Scale) -> BesideQueue:
    """Measure all, each in `scale.rounds` turns. Raises: PhoneFault: calls failed."""
    before = processor.read(place.pids)
    rows = [
        await in_turns(FIRST, _first(place, scale.declined), scale.rounds),
        await in_turns(FREED, _freed(place, scale.queued), scale.rounds),
        await in_turns(DECLINED, _refused(place, scale.declined, Does.DECLINE, declined), scale.rounds),
        await in_turns(RUNG_OUT, _refused(place, scale.rung_out, Does.RING, rung_out), scale.rounds),
    ]
    return BesideQueue(rows=tuple(rows), others=processor.read(place.pids).since(before).others)


Burst = Callable[[Line], Awaitable[Followed]]


@asynccontextmanager
async def _first(place: Place, calls: int) -> AsyncIterator[Burst]:
    """Twenty seats, nearly always free."""
    async with _seats(place, "first", (range(8001, 8021), Does.ANSWER, _SHORT_TALK_S)) as (seats,):

        async def burst(line: Line, folder: Path, since: float) -> Followed:
            sent = await _callers(place, line, folder, calls, _RATE)
            took = times_to_seat(invites(sent), ((number, at) for number, at in invites(seats) if at >= since))
            return Followed(tuple(took), calls - len(took))

        yield _numbered(place, "first", range(8001, 8021), burst)


@asynccontextmanager
async def _freed(place: Place, calls: int) -> AsyncIterator[Burst]:
    """Four seats, and many more callers than they can take."""
    numbers = range(8001, 8001 + len(_TALKS_S))
    wanted = [((number,), Does.ANSWER, talk_s) for number, talk_s in zip(numbers, _TALKS_S, strict=True)]
    async with _seats(place, "freed", *wanted) as runs:

        async def burst(line: Line, folder: Path, since: float) -> Followed:
            await _callers(place, line, folder, calls, _RUSH)
            took = [time_s for run in runs for time_s in freed_to_ring(run, since=since)]
            return Followed(tuple(took), max(0, calls - len(numbers) - len(took)))  # the first of each seat had no BYE before it

        yield _numbered(place, "freed", numbers, burst)


@asynccontextmanager
async def _refused(place: Place, calls: int, does: Does, cause: Cause) -> AsyncIterator[Burst]:
    """Ten seats do that, ten answer."""
    wanted = (range(8001, 8011), does, _SHORT_TALK_S), (range(8011, 8021), Does.ANSWER, _SHORT_TALK_S)
    async with _seats(place, does, *wanted) as runs:

        async def burst(line: Line, folder: Path, since: float) -> Followed:
            await _callers(place, line, folder, calls, _RATE)
            return to_next_ring(runs, cause, since=since)

        yield _numbered(place, does, range(8001, 8021), burst)


def _numbered(place: Place, name: str, seats: Sequence[int], burst: Callable[[Line, Path, float], Awaitable[Followed]]) -> Burst:
    """Each burst in a folder of its own, begun when all seats are ready."""
    numbers = itertools.count(1)

    async def begun(line: Line) -> Followed:
        await asyncio.gather(*(place.ready(seat) for seat in seats))
        return await burst(line, place.folder / f"{name}-{next(numbers):02}-{line}", time.time())

    return begun


async def in_turns(cause: str, opened: AbstractAsyncContextManager[Burst], rounds: int) -> Row:
    """So many bursts of each, app_queue and Zhida taking turns, at seats that stay."""
    found: dict[Line, list[Followed]] = {line: [] for line in _IN_TURN}
    async with opened as burst:
        for _ in range(rounds):
            for line in _IN_TURN:
                found[line].append(await burst(line))
    return Row(cause=cause, zhida=_latency(found[Line.ZHIDA]), queue=_latency(found[Line.QUEUE]))


def _latency(bursts: Sequence[Followed]) -> Latency:
    times_ms = [time_s * 1000 for one in bursts for time_s in one.took]
    return latency(times_ms, missing=sum(one.lost for one in bursts))


@asynccontextmanager
async def _seats(place: Place, name: str, *wanted: tuple[Sequence[int], Does, float]) -> AsyncIterator[list[Path]]:
    """These seats; their runs."""
    async with AsyncExitStack() as stack:
        runs = []
        for turn, (numbers, does, talk_s) in enumerate(wanted):
            seats = BulkSeats(Seats(numbers=numbers, net=place.net, does=does, hold_s=talk_s), place.folder / f"{name}-{turn}")
            runs.append((await stack.enter_async_context(seats)).folder)
        yield runs


async def _callers(place: Place, line: Line, folder: Path, calls: int, rate: float) -> Path:
    """So many callers, until the last one's call is over; their run."""
    job = Job(
        scenario="call",
        address=f"{place.net}.{TRUNKS['carrier']}",
        target=f"{place.net}.{SERVER}:5060",
        dials=line,
        rows=[[caller(number)] for number in range(calls)],
        calls=calls,
        rate=rate,
        hold_s=_PATIENCE_S,
    )
    result = await run_sipp(job, folder)
    if result.failed:
        raise PhoneFault("bench_failed", f"Of {calls} callers of {line} {result.failed} failed: {'; '.join(result.errors[:3])}")
    return folder
