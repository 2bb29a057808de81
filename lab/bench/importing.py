"""An annex form from the file into the database: what each part of that takes."""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from whitelist.changes import diff_entries
from whitelist.exporting import write_whitelist
from whitelist.importing import read_whitelist
from whitelist.keeping import EntryStore
from whitelist.synthetic import synthetic_entries

OpenStore = Callable[[Path], AbstractAsyncContextManager[EntryStore]]
"""A new, empty store in a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFigures:
    """Seconds per 100,000 rows, measured with `rows` of them.

    Args:
        read_s: the workbook, row by row, into entries. compare_s: with what is kept (nothing). apply_s: into the database.
        load_s: the whole list out of the database into an engine's memory.
    """

    rows: int
    read_s: float
    compare_s: float
    apply_s: float
    load_s: float


async def import_figures(rows: int, *, folder: Path, open_store: OpenStore) -> ImportFigures:
    """Write a form with so many rows, and import it."""
    folder.mkdir(parents=True, exist_ok=True)
    form = folder / "whitelist.xlsx"
    write_whitelist(synthetic_entries(rows), form)
    times = [time.perf_counter()]
    imported = read_whitelist(form, area_code="0515")
    times.append(time.perf_counter())
    async with open_store(folder) as store:
        changes = diff_entries([entry async for batch in store.batches() for entry in batch], imported.entries)
        times.append(time.perf_counter())
        await store.apply(changes, by="bench", at=datetime.now(UTC))
        times.append(time.perf_counter())
        await store.load()
        times.append(time.perf_counter())
    read_s, compare_s, apply_s, load_s = ((after - before) * 100_000 / rows for before, after in pairwise(times))
    return ImportFigures(rows=imported.rows, read_s=read_s, compare_s=compare_s, apply_s=apply_s, load_s=load_s)


