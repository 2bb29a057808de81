"""A run of the benchmark, from the first burst to the last figure."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.bench.catching_up import catching_up
from lab.bench.directory import directory_figures
from lab.bench.importing import OpenStore, import_figures
from lab.bench.matching import Memory, OpenHotline, matching_figures
from lab.bench.metrics import EngineFigures
from lab.bench.queueing import BesideQueue, Place, beside_queue
from lab.bench.report import Report
from lab.bench.ringing import highest, pair
from lab.bench.round_trips import RoundTrips, round_trips
from lab.bench.scale import Scale
from lab.bench.steps import step_figures
from lab.bench.traffic import Line, Traffic
from lab.client import LabApi
from lab.phones.bulk import BulkSeats, Seats

SEATS: Final = range(8001, 8021)
OVERRIDES: Final = (
    "groups.priority.seats=8001-8020",
    "seats.wrap_up_s=0",
    "seats.away_after_missed=false",
    "seats.ring_s=2",  # as the measured queue's timeout (lab/asterisk/files.py)
    "seats.no_ring_s=2",
    "after_call.rating=false",
)
_TALK_S: Final = 0.05  # so short that twenty seats are free again at any rate this machine could carry
_WARM_UP_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline:
    """The lab that is up. pids: of its parts."""

    net: str
    api_url: str
    api_token: str
    pids: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run needs from outside the lab.

    Args:
        lab: a lab of the benchmark's own with these settings, up while the block lasts.
        steps: the waiting room and the seats of an empty hotline of this name on the lab's Redis; while a lab is up.
        memory: bytes of the data in Redis; while a lab is up.
        store: an empty store for entries in a folder.
        folder: for files that may be thrown away. say: tells the user how far it is.
    """

    lab: Callable[[tuple[str, ...]], AbstractAsyncContextManager[Hotline]]
    steps: OpenHotline
    memory: Memory
    store: OpenStore
    folder: Path
    say: Callable[[str], None]


async def run(scale: Scale, around: Surroundings) -> Report:
    """Measure everything. Raises: Fault: something does not work, so that nothing can be measured."""
    began, load = time.monotonic(), os.getloadavg()[0]
    async with around.lab((*OVERRIDES, "recording.enabled=false")) as hotline:
        around.say("AGI commands of one call")
        trips = await _round_trips(hotline, around.folder / "trip")
        async with _traffic(hotline, around.folder / "plain") as traffic:
            pairs = []
            for rate in scale.rates:
                around.say(f"{rate} calls a second")
                pairs.append(await pair(traffic.burst, rate, rounds=scale.rounds, seconds=scale.burst_s))
            around.say("the highest rate")
            found = await highest(
                traffic.burst, scale.criterion, first_rate=scale.first_rate, step_s=scale.step_s, sure_s=scale.sure_s
            )
        around.say("beside app_queue")
        queue = await _beside_queue(hotline, around.folder / "queue", scale)
        around.say("until everything is recorded")
        behind = await catching_up(EngineFigures(hotline.api_url))
        around.say("the steps of the waiting room")
        async with around.steps("bench") as (room, board):
            steps = await step_figures(room, board, steps=scale.steps)
        around.say(f"the matcher with {scale.seats:,} seats and {scale.waiting:,} waiting calls")
        matching = await matching_figures(around.steps, around.memory, seats=scale.seats, waiting=scale.waiting, steps=scale.steps)
    async with around.lab((*OVERRIDES, "recording.enabled=true")) as hotline:
        around.say("with recording")
        recorded_trips = await _round_trips(hotline, around.folder / "trip-recorded")
        async with _traffic(hotline, around.folder / "recorded") as traffic:
            recorded = await pair(traffic.burst, scale.recorded_rate, rounds=scale.rounds, seconds=scale.burst_s)
    around.say(f"a whitelist of {scale.entries:,} entries")
    directory = await directory_figures(scale.entries)
    around.say(f"an import of {scale.rows:,} rows")
    imports = await import_figures(scale.rows, folder=around.folder / "import", open_store=around.store)
    return Report(
        scale=scale,
        processors=os.cpu_count() or 1,
        load=load,
        seconds=time.monotonic() - began,
        pairs=tuple(pairs),
        recorded=recorded,
        highest=found,
        behind=behind,
        round_trips=trips,
        recorded_round_trips=recorded_trips,
        directory=directory,
        imports=imports,
        steps=steps,
        matching=matching,
        beside_queue=queue,
    )


async def _round_trips(hotline: Hotline, folder: Path) -> RoundTrips:
    async with LabApi(hotline.api_url, hotline.api_token) as api:
        return await round_trips(net=hotline.net, folder=folder, api=api)


async def _beside_queue(hotline: Hotline, folder: Path, scale: Scale) -> BesideQueue:
    async with LabApi(hotline.api_url, hotline.api_token) as api:
        return await beside_queue(Place(net=hotline.net, folder=folder, ready=lambda seat: _ready(api, seat), pids=hotline.pids), scale)


@asynccontextmanager
async def _traffic(hotline: Hotline, folder: Path) -> AsyncIterator[Traffic]:
    """Twenty ready seats, and callers; the first calls of a process, which take longer, have been made."""
    seats = BulkSeats(Seats(numbers=SEATS, net=hotline.net, hold_s=_TALK_S), folder)
    async with seats, LabApi(hotline.api_url, hotline.api_token) as api:
        await asyncio.gather(*(_ready(api, seat) for seat in SEATS))
        traffic = Traffic(net=hotline.net, folder=folder, seats=seats, pids=hotline.pids)
        for line in Line:
            await traffic.burst(line, 20, _WARM_UP_S)
        yield traffic


def _ready(api: LabApi, seat: int) -> Awaitable[object]:
    return api.until(f"/seats/{seat}", lambda found: found["state"] == "ready" and found["phone"] == "idle")
