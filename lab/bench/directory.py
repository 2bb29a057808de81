"""The whitelist in memory, measured in a process of its own, so that nothing else is in its memory: `python -m lab.bench.directory N`."""

import asyncio
import ctypes
import gc
import json
import os
import random
import sys
import time
from array import array
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from calls.errors import Fault
from lab.phones.latency import latency
from whitelist.identify import TrunkTrust, identify
from whitelist.index import Directory, DirectoryBuilder
from whitelist.synthetic import synthetic_entry

_LOOK_UPS: Final = 20_000
_BATCH: Final = 500
_PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / 1e6
_TODAY: Final = date(2026, 11, 20)
_TRUNK: Final = TrunkTrust("carrier", trusted=True)
_CHECKOUT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryFigures:
    """Of a whitelist with so many entries, two numbers each.

    Args:
        build_s: to build it from entries that are there already. change_us: to put a changed entry into it.
        known_us, unknown_us: p50 and p99 of finding a number in it. identify_us: of the whole question who is calling.
        memory_mb: what it adds to a process.
    """

    entries: int
    numbers: int
    build_s: float
    memory_mb: float
    known_us: tuple[float, float]
    unknown_us: tuple[float, float]
    identify_us: tuple[float, float]
    change_us: float


async def directory_figures(entries: int) -> DirectoryFigures:
    """Measure in another process. Raises: Fault: it failed."""
    command = [sys.executable, "-m", "lab.bench.directory", str(entries)]
    process = await asyncio.create_subprocess_exec(*command, cwd=_CHECKOUT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, err = await process.communicate()
    if process.returncode:
        raise Fault("bench_failed", f"Measuring the whitelist failed: {err.decode(errors='replace').strip().splitlines()[-1:]}")
    told: dict[str, Any] = json.loads(out)
    return DirectoryFigures(**told)


def measure(entries: int) -> DirectoryFigures:
    """Measure here."""
    order = _order(entries)
    before_mb = _resident_mb()
    directory, build_s = _built(order)
    memory_mb = _resident_mb() - before_mb
    chosen = random.Random(1)  # noqa: S311  the same numbers every time
    known = [synthetic_entry(chosen.randrange(entries)).numbers[0].pattern for _ in range(_LOOK_UPS)]
    unknown = [f"+86138{chosen.randrange(10**8):08}" for _ in range(_LOOK_UPS)]
    changed = synthetic_entry(entries // 2)
    began = time.perf_counter()
    directory.with_changes([changed])
    change_s = time.perf_counter() - began
    return DirectoryFigures(
        entries=len(directory),
        numbers=directory.numbers,
        build_s=build_s,
        memory_mb=memory_mb,
        known_us=_us([_timed_look_up(directory, number) for number in known]),
        unknown_us=_us([_timed_look_up(directory, number) for number in unknown]),
        identify_us=_us([_timed_identify(directory, number) for number in known]),
        change_us=change_s * 1e6,
    )


def _order(entries: int) -> "array[int]":
    """The numbers of the made-up entries by rising id, as a store streams them."""
    ids = array("Q", [int(synthetic_entry(number).entry_id, 16) for number in range(entries)])
    return array("Q", sorted(range(entries), key=ids.__getitem__))


def _built(order: "array[int]") -> tuple[Directory, float]:
    """The directory, and the seconds it took without those for making the entries up."""
    builder, build_s = DirectoryBuilder(), 0.0
    for first in range(0, len(order), _BATCH):
        batch = [synthetic_entry(number) for number in order[first : first + _BATCH]]
        began = time.perf_counter()
        for entry in batch:
            builder.add(entry.ref, entry.numbers)
        build_s += time.perf_counter() - began
    began = time.perf_counter()
    directory = builder.build()
    return directory, build_s + time.perf_counter() - began


def _timed_look_up(directory: Directory, number: str) -> float:
    began = time.perf_counter()
    directory.lookup(number)
    return time.perf_counter() - began


def _timed_identify(directory: Directory, number: str) -> float:
    began = time.perf_counter()
    identify(raw_number=number, trunk=_TRUNK, directory=directory, today=_TODAY, area_code="0515")
    return time.perf_counter() - began


def _us(times_s: list[float]) -> tuple[float, float]:
    found = latency([time_s * 1000 for time_s in times_s])
    return found.p50_ms * 1000, found.p99_ms * 1000


def _resident_mb() -> float:
    """What is in memory of this process, once everything that is not needed has been given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_MB


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measure(int(sys.argv[1])))))
