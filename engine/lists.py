"""The hotline's lists that come as forms (whitelist, roster, duty table): read, compared with what is kept, applied."""

import getpass
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from calls.clock import SystemClock
from calls.errors import Fault
from conference.roster import Specialist
from conference.roster_form import describe_roster, diff_roster, read_roster, write_roster
from config.derive import labels_of
from config.settings import Settings
from engine.stores import Stores
from routing.rota import DutyDay
from routing.rota_form import Groups, describe_rota, diff_rota, read_rota, write_rota
from whitelist.changes import Diff, describe_entries, diff_entries
from whitelist.entries import Entry
from whitelist.exporting import write_whitelist
from whitelist.importing import Imported, read_whitelist
from whitelist.tables import Remark

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What a file gave: what was accepted, and each refused row and odd thing with its cell."""

    items: Sequence[T]
    refused: Sequence[Remark]
    warnings: Sequence[Remark]

    def words(self) -> str:
        """For people, a line a remark."""
        lines = [f"{len(self.items)} read, {len(self.refused)} rows refused."]
        lines += [f"refused  {remark.cell}: {remark.sentence}" for remark in self.refused]
        lines += [f"notice   {remark.cell}: {remark.sentence}" for remark in self.warnings]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormList(Generic[T]):
    """One of the lists.

    Args:
        name: as the log of acts calls it.
        read: a file, the hotline's area code -> what it gave. write: all of it into a file of the same columns.
        kept: all that is kept now, and the version it was read at. diff: kept, new, whether what is missing goes.
    """

    name: str
    read: Callable[[Path, str], Read[T]]
    write: Callable[[Sequence[T], Path], None]
    kept: Callable[[Stores], Coroutine[Any, Any, tuple[list[T], int]]]
    diff: Callable[[Sequence[T], Sequence[T], bool], Diff[T]]
    describe: Callable[[Diff[T]], str]
    apply: Callable[[Stores, Diff[T], int], Coroutine[Any, Any, int]]


def _read_whitelist(file: Path, area_code: str) -> Read[Entry]:
    imported: Imported = read_whitelist(file, area_code=area_code)
    return Read(imported.entries, imported.refused, imported.warnings)


async def _kept_whitelist(stores: Stores) -> tuple[list[Entry], int]:
    version = await stores.directory.version()
    return [entry async for batch in stores.directory.batches() for entry in batch], version


async def _apply_whitelist(stores: Stores, changes: Diff[Entry], based_on: int) -> int:
    return await stores.directory.apply(changes, by=getpass.getuser(), at=SystemClock().now(), based_on=based_on)


def _read_roster(file: Path, area_code: str) -> Read[Specialist]:
    imported = read_roster(file, area_code=area_code)
    return Read(imported.specialists, imported.refused, imported.warnings)


async def _kept_roster(stores: Stores) -> tuple[list[Specialist], int]:
    version = await stores.roster.version()
    return await stores.roster.everybody(), version


async def _apply_roster(stores: Stores, changes: Diff[Specialist], based_on: int) -> int:
    return await stores.roster.apply(changes, by=getpass.getuser(), at=SystemClock().now(), based_on=based_on)


def rota_list(settings: Settings) -> FormList[DutyDay]:
    """The duty table, whose rows name this hotline's groups and their seats."""
    groups = Groups(seats={name: group.seats for name, group in settings.groups.items()}, labels=labels_of(settings))

    def read(file: Path, _: str) -> Read[DutyDay]:
        imported = read_rota(file, groups=groups)
        return Read(imported.rows, imported.refused, imported.warnings)

    return FormList(
        name="shifts",
        read=read,
        write=lambda rows, file: write_rota(rows, file, labels=groups.labels),
        kept=_kept_rota,
        diff=lambda kept, new, remove_missing: diff_rota(kept, new, remove_missing=remove_missing),
        describe=describe_rota,
        apply=_apply_rota,
    )


async def _kept_rota(stores: Stores) -> tuple[list[DutyDay], int]:
    version = await stores.rota.version()
    return await stores.rota.everything(), version


async def _apply_rota(stores: Stores, changes: Diff[DutyDay], based_on: int) -> int:
    return await stores.rota.apply(changes, by=getpass.getuser(), at=SystemClock().now(), based_on=based_on)


WHITELIST: FormList[Entry] = FormList(
    name="enterprises",
    read=_read_whitelist,
    write=write_whitelist,
    kept=_kept_whitelist,
    diff=lambda kept, new, remove_missing: diff_entries(kept, new, remove_missing=remove_missing),
    describe=describe_entries,
    apply=_apply_whitelist,
)

ROSTER: FormList[Specialist] = FormList(
    name="specialists",
    read=_read_roster,
    write=write_roster,
    kept=_kept_roster,
    diff=lambda kept, new, remove_missing: diff_roster(kept, new, remove_missing=remove_missing),
    describe=describe_roster,
    apply=_apply_roster,
)


async def import_samples(settings: Settings, stores: Stores, folder: Path) -> None:
    """Bring the lab's sample lists in, where there are none yet. Raises: Fault: a sample is faulty."""
    await _import_sample(WHITELIST, settings, stores, folder / "whitelist.xlsx")
    await _import_sample(ROSTER, settings, stores, folder / "roster.xlsx")


async def _import_sample(form: FormList[T], settings: Settings, stores: Stores, file: Path) -> None:
    kept, version = await form.kept(stores)
    if kept or version:
        return
    read = form.read(file, settings.hotline.area_code)
    if read.refused:
        raise Fault("sample_faulty", f"{read.refused[0].cell} of {file}: {read.refused[0].sentence}")
    await form.apply(stores, form.diff([], read.items, False), version)
