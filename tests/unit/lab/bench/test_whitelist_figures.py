from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from lab.bench.directory import directory_figures, measure
from lab.bench.importing import import_figures
from whitelist.changes import Diff
from whitelist.entries import Entry
from whitelist.index import Directory
from whitelist.keeping import EntryStore, Loaded


class Kept:
    """Entries in a list; the part of an EntryStore that an import needs."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def batches(self) -> AsyncIterator[list[Entry]]:
        yield self.entries

    async def apply(self, changes: Diff[Entry], *, by: str, at: datetime, based_on: int | None = None) -> int:
        self.entries = list(changes.added)
        return 1

    async def load(self) -> Loaded:
        return Loaded(Directory.of(self.entries), 1)


async def test_an_import_is_taken_apart_into_what_each_part_of_it_takes(tmp_path: Path) -> None:
    kept = Kept()

    @asynccontextmanager
    async def store(folder: Path) -> AsyncIterator[EntryStore]:
        yield kept  # type: ignore[misc]

    figures = await import_figures(30, folder=tmp_path / "import", open_store=store)
    assert figures.rows == len(kept.entries) == 30
    assert min(figures.read_s, figures.compare_s, figures.apply_s, figures.load_s) > 0


def test_every_number_that_is_looked_up_is_on_the_list() -> None:
    figures = measure(200)
    assert (figures.entries, figures.numbers) == (200, 400)
    assert 0 < figures.known_us[0] <= figures.known_us[1]


async def test_the_list_is_measured_in_a_process_of_its_own() -> None:
    assert (await directory_figures(100)).entries == 100
