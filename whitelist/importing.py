"""Import of the annex forms: every row is accepted or refused with its cell, and what is odd is told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

from whitelist.entries import Entry, canonical_contacts
from whitelist.forms import FORMS
from whitelist.patterns import MOST_OPEN_DIGITS, written
from whitelist.rows import lacking_numbers, read_row
from whitelist.tables import Remark, TableRow, read_tables
from whitelist.workbook import open_workbook

_COMPARED: Final = {"address": "经营住所/地址", "tier": "星级", "scope": "经营范围/项目内容", "authority": "主管部门", "notes": "重点信息",
                    "industry": "所属行业", "filed_by": "填报单位", "valid_from": "有效期起", "valid_until": "有效期至"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file gave.

    `rows` counts the rows that were accepted; several of them may make one entry. `passed_over` are notes, examples, dividers
    and the like.
    """

    entries: tuple[Entry, ...]
    rows: int
    refused: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    passed_over: tuple[Remark, ...]


def read_whitelist(source: Path | IO[bytes], *, area_code: str, name: str = "") -> Imported:
    """Read a workbook with one or both annex forms.

    `name` is what the file is called in remarks (a path's own name if not given); `area_code` is the hotline's.

    Raises: Refused: the file is no readable .xlsx workbook, or holds neither form.
    """
    name = name or (source.name if isinstance(source, Path) else "the file")
    collector = _Collector(name, area_code)
    with open_workbook(source, name) as sheets:
        for item in read_tables(sheets, FORMS, name):
            if isinstance(item, Remark):
                collector.passed_over.append(item)
            else:
                collector.take(item)
    return collector.result()


def describe(imported: Imported) -> str:
    """What was read, refused and noticed, line by line."""
    lines = [f"{len(imported.entries)} entries from {imported.rows} rows; {len(imported.refused)} rows refused."]
    lines += [f"refused  {remark.cell}: {remark.sentence}" for remark in imported.refused]
    lines += [f"notice   {remark.cell}: {remark.sentence}" for remark in imported.warnings]
    return "\n".join(lines)


class _Collector:
    """The rows of a file, gathered into entries."""

    def __init__(self, file: str, area_code: str) -> None:
        self.passed_over: list[Remark] = []
        self._file = file
        self._area_code = area_code
        self._entries: dict[str, Entry] = {}
        self._cells: dict[str, str] = {}
        self._rows = 0
        self._refused: list[Remark] = []
        self._warnings: list[Remark] = []

    def take(self, row: TableRow) -> None:
        """Add a row to its entry, or refuse it."""
        read = read_row(row, file=self._file, area_code=self._area_code)
        if isinstance(read, Remark):
            self._refused.append(read)
            return
        entry = read.entry
        known = self._entries.get(entry.entry_id)
        if not entry.numbers and not (known and row.continued):
            self._refused.append(lacking_numbers(row))
            return
        self._rows += 1
        self._warnings += read.warnings
        self._cells.setdefault(entry.entry_id, row.cell(row.form.key))
        self._entries[entry.entry_id] = self._joined(known, entry, row) if known else entry

    def _joined(self, known: Entry, more: Entry, row: TableRow) -> Entry:
        """The entry with what a further row of it says; where both say something else the first stands."""
        here = row.cell(row.form.key)
        first = self._cells[known.entry_id]
        if not row.continued:
            self._warnings.append(Remark(here, f"{shown_name(known)} stands already in {first}; the rows were put together."))
        told = {}
        for field, heading in _COMPARED.items():
            before, now = getattr(known, field), getattr(more, field)
            if before and now and before != now:
                self._warnings.append(Remark(here, f"{heading} differs from that in the row of {first}, which was taken."))
            told[field] = before or now
        return replace(known, **told, contacts=canonical_contacts((*known.contacts, *more.contacts)))

    def result(self) -> Imported:
        """Everything that was taken, with what is odd about the numbers of all of them."""
        entries = tuple(self._entries.values())
        odd = _repeated(entries, self._cells)
        return Imported(entries, self._rows, tuple(self._refused), (*self._warnings, *odd), tuple(self.passed_over))


def shown_name(entry: Entry) -> str:
    """The entry's name in quotation marks."""
    return f"「{entry.name}」"


def _repeated(entries: Iterable[Entry], cells: dict[str, str]) -> list[Remark]:
    """Numbers given twice in one entry, and numbers that two entries claim: equal, or one inside the other's block."""
    owners: dict[str, Entry] = {}
    remarks: list[Remark] = []
    for entry in entries:
        patterns = [number.pattern for number in entry.numbers]
        for pattern in dict.fromkeys(patterns):
            if patterns.count(pattern) > 1:
                remarks.append(Remark(cells[entry.entry_id], f"{written(pattern)} is given twice."))
            owners.setdefault(pattern, entry)
    for entry in entries:
        for pattern in dict.fromkeys(number.pattern for number in entry.numbers):
            other = next((owners[wider] for wider in _wider(pattern) if wider in owners and owners[wider] is not entry), None)
            if other:
                where = f"{shown_name(other)} ({cells[other.entry_id]})"
                remarks.append(Remark(cells[entry.entry_id], f"{written(pattern)} of {shown_name(entry)} is also claimed by {where}."))
    return remarks


def _wider(pattern: str) -> list[str]:
    """The pattern and the blocks it would lie in."""
    length = len(pattern)
    first = length - len(pattern.rstrip("x"))
    return [pattern[: length - width] + "x" * width for width in range(first, MOST_OPEN_DIGITS + 1)]
