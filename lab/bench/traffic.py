"""Bursts of calls, and what came of them at the seats."""

import asyncio
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from lab.bench import processor
from lab.phones.bulk import BulkSeats
from lab.phones.errors import NotHappened
from lab.phones.latency import SLACK_S, invites
from lab.phones.phones import SERVER, TRUNKS
from lab.phones.sipp import Job, run_sipp

CALLERS: Final = 10_000
"""The switchboard block 0515-8889xxxx of the lab's whitelist."""
_PATIENCE_S: Final = 5.0  # after which a caller who is not hung up on leaves
_OVERDUE_S: Final = 10.0  # after the last caller's patience: calls that are still not over have failed
_QUIET: Final = 0.2  # of one processor: a lab that uses less has done what the burst before left to be done
_LOOK_S: Final = 0.25
_QUIET_WITHIN_S: Final = 8.0  # so much is granted, so that a lab which is behind for minutes is measured all the same


class Line(StrEnum):
    """What is dialled."""

    BARE = "12399"  # Asterisk's own Dial() of a seat
    ZHIDA = "12345"
    QUEUE = "12398"  # Asterisk's own app_queue over the same seats


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What came of some seconds of calls at one rate.

    Args:
        rate: calls a second that were asked for.
        times_ms: from each caller's INVITE to its seat's. missing: calls that reached no seat.
        failed: calls that went wrong at the caller's end. resent: SIP messages sent again.
        cpu_ms: processor time for each call, by part. others: share of the machine used by others, 0 to 1.
    """

    line: Line
    rate: float
    times_ms: tuple[float, ...]
    missing: int
    failed: int
    resent: int
    cpu_ms: Mapping[str, float]
    others: float

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return len(self.times_ms) + self.missing


class Traffic:
    """Calls of whitelisted enterprises, to seats that answer at once and hang up.

    A burst begins when the lab has done what was left to do of the one before, and its processor time includes all of that.

    Args:
        net: the lab's. folder: for sipp's files. pids: the lab's parts.
    """

    def __init__(self, *, net: str, folder: Path, seats: BulkSeats, pids: Mapping[str, int]) -> None:
        self._net = net
        self._folder = folder
        self._seats = seats
        self._pids = pids
        self._numbers = itertools.cycle(range(CALLERS))
        self._bursts = itertools.count(1)

    async def burst(self, line: Line, rate: float, seconds: float) -> Burst:
        """So many calls a second for so long; returns when the last one is over and the lab is quiet again."""
        calls = max(1, round(rate * seconds))
        job = Job(
            scenario="call",
            address=f"{self._net}.{TRUNKS['carrier']}",
            target=f"{self._net}.{SERVER}:5060",
            dials=line,
            rows=[[caller(number)] for number in itertools.islice(self._numbers, calls)],
            calls=calls,
            rate=rate,
            hold_s=_PATIENCE_S,
        )
        folder = self._folder / f"{next(self._bursts):03}-{line}"
        before = processor.read(self._pids)
        failed, resent = await _run(job, folder)
        others = processor.read(self._pids).since(before).others
        await self._quiet()
        used = processor.read(self._pids).since(before)
        times = times_to_seat(invites(folder), invites(self._seats.folder))
        return Burst(
            line=line,
            rate=rate,
            times_ms=tuple(time_s * 1000 for time_s in times),
            missing=calls - len(times),
            failed=failed,
            resent=resent,
            cpu_ms={name: seconds / calls * 1000 for name, seconds in {**used.parts, "sipp": used.children}.items()},
            others=others,
        )


    async def _quiet(self) -> None:
        """Return when the lab has nothing left to do, or has had time enough."""
        until = asyncio.get_running_loop().time() + _QUIET_WITHIN_S
        before = processor.read(self._pids)
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(_LOOK_S)
            now = processor.read(self._pids)
            if sum(now.since(before).parts.values()) < _QUIET * _LOOK_S:
                return
            before = now


async def _run(job: Job, folder: Path) -> tuple[int, int]:
    """Calls that failed, and SIP messages sent again. A run that does not come to its end has failed as a whole."""
    try:
        result = await run_sipp(job, folder, within_s=job.calls / job.rate + _PATIENCE_S + _OVERDUE_S)
    except NotHappened:
        return job.calls, 0
    return result.failed, result.retransmissions


def caller(number: int) -> str:
    """The number of the block's telephone `number` as a carrier shows it."""
    return f"05158889{number % CALLERS:04}"


def times_to_seat(callers: Sequence[tuple[str, float]], seats: Iterable[tuple[str, float]]) -> list[float]:
    """Seconds from each caller's INVITE to the first one at a seat for him. No number calls twice in a burst.

    `seats` also holds those of earlier bursts. sipp writes a message down after sending it, on a busy machine after it has come
    all the way to the seat, which makes a time that is below zero: 0 then.
    """
    if not callers:
        return []
    began = min(at for _, at in callers) - SLACK_S
    rang: dict[str, float] = {}
    for number, at in seats:
        if at >= began:
            rang[number] = min(at, rang.get(number, at))
    return [max(0.0, rang[number] - at) for number, at in callers if number in rang]
