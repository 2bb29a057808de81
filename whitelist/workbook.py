"""The rows of an .xlsx file, read with care: limits first, then one clear sentence for whatever cannot be read.

Rows stream, so a hundred thousand of them need no more memory than ten. Merged cells are known before the first row:
their ranges stand behind the rows in a sheet's XML, so they are looked up in a pass of their own.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from openpyxl.utils import get_column_letter, range_boundaries

from calls.errors import Refused
from whitelist.xlsx import Package, RawRow, SheetPart

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_UNPACKED: Final = 256 * 1024 * 1024  # some four hundred thousand rows
MOST_PARTS: Final = 2_000
MOST_ROWS: Final = 1_048_576  # Excel's own
MOST_COLUMNS: Final = 64
MOST_MERGED: Final = 500_000

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_FLAWS: Final = {"f": "holds a formula; paste its value instead", "e": "holds an error value"}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: the text of each column from A on.

    `flaws` says of a column why its text cannot be trusted (a formula, an error value). `continued` are the columns whose text
    was filled in from a merged cell that began above; `spread` gives the last column of each cell merged to the right.
    """

    number: int
    texts: list[str]
    flaws: dict[int, str] = field(default_factory=dict)
    continued: frozenset[int] = frozenset()
    spread: dict[int, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether no column holds any text."""
        return not any(self.texts)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet; its rows are read once."""

    name: str
    hidden: bool
    rows: Iterator[SheetRow]


@contextmanager
def open_workbook(source: Path | IO[bytes], name: str) -> Iterator[Iterator[Sheet]]:
    """The worksheets of an .xlsx file, in order; they are read while the block lasts.

    `name` is what the file is called in refusals.

    Raises: Refused: it is no .xlsx file, too big, encrypted or damaged (also while rows are read).
    """
    file: IO[bytes] = _opened(source, name) if isinstance(source, Path) else source
    try:
        _check(file, name)
        with _damage_refused(name):
            package = Package(zipfile.ZipFile(file), most_columns=MOST_COLUMNS)
        yield (Sheet(sheet.name, sheet.hidden, _rows(package, sheet, name)) for sheet in package.sheets)
    finally:
        if isinstance(source, Path):
            file.close()


def cell_name(sheet: str, row: int, column: int) -> str:
    """A cell as a person looks it up: `企业!E12`; columns count from 0."""
    return f"{sheet}!{get_column_letter(column + 1)}{row}"


def _opened(path: Path, name: str) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise Refused("file_unreadable", f"{name} cannot be opened: {error.strerror}", file=name) from None


@contextmanager
def _damage_refused(name: str) -> Iterator[None]:
    """Whatever zip, XML and numbers of a hostile or broken file lead to (a dozen kinds of errors) is one refusal."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        detail = f"{type(error).__name__}: {error}".splitlines()[0][:120]
        raise Refused("workbook_damaged", f"{name} is damaged and cannot be read ({detail}); save it again as .xlsx.", file=name) from error


def _check(file: IO[bytes], name: str) -> None:
    """Refuse by size, kind and what the file would unpack to, before anything is unpacked."""
    size = file.seek(0, io.SEEK_END)
    if size > MOST_BYTES:
        raise _refusal(name, "workbook_too_big", f"has {size >> 20} MB; {MOST_BYTES >> 20} MB are read at most; cut it into several files")
    file.seek(0)
    head = file.read(len(_OLE))
    if head == _OLE:
        raise _refusal(name, *_ole_reason(file))
    if not head.startswith(b"PK") and not zipfile.is_zipfile(file):
        raise _refusal(
            name, "workbook_not_xlsx", "is not an .xlsx workbook (a .csv loses merged cells and leading zeros); save it as .xlsx"
        )
    with _damage_refused(name):
        parts = zipfile.ZipFile(file).infolist()
    _check_parts(parts, name)


def _ole_reason(file: IO[bytes]) -> tuple[str, str]:
    if _ENCRYPTED in file.read():
        return "workbook_encrypted", "is protected by a password; save it without one"
    return "workbook_old", "is a workbook of the old .xls kind; save it as .xlsx"


def _check_parts(parts: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS:
        detail = f"would unpack to {unpacked >> 20} MB in {len(parts)} parts; {MOST_UNPACKED >> 20} MB are read at most"
        raise _refusal(name, "workbook_too_big", f"{detail}; cut it into several files")
    if any(part.flag_bits & 1 for part in parts):
        raise _refusal(name, "workbook_encrypted", "is protected by a password; save it without one")


def _refusal(name: str, code: str, reason: str) -> Refused:
    return Refused(code, f"{name} {reason}", file=name)


def _rows(package: Package, sheet: SheetPart, name: str) -> Iterator[SheetRow]:
    with _damage_refused(name):
        merged = _merged_ranges(package.bytes_of(sheet), sheet.name, name)
        running: dict[int, _Running] = {}
        for raw in package.rows(sheet):
            if raw.number > MOST_ROWS:
                raise _refusal(name, "workbook_too_big", f"has more than {MOST_ROWS} rows in {sheet.name}; cut it into several files")
            yield _with_merged(raw, merged.pop(raw.number, ()), running)


@dataclass(frozen=True, slots=True)
class _Running:
    """A cell merged downwards that rows below still lie in."""

    last: int
    text: str
    flaw: str | None


def _with_merged(raw: RawRow, beginning: Iterable[tuple[int, int, int]], running: dict[int, _Running]) -> SheetRow:
    """The row with the text of the cells that reach into it from above; what begins in it is added to `running`."""
    row = SheetRow(raw.number, raw.texts, {column: _FLAWS[odd] for column, odd in raw.odd.items()})
    continued = _fill_down(row, running) if running else frozenset()
    if not beginning and not continued:
        return row
    running |= {
        left: _Running(last, row.texts[left], row.flaws.get(left))
        for left, _, last in beginning
        if last > row.number and left < len(row.texts)
    }
    return SheetRow(row.number, row.texts, row.flaws, continued, {left: right for left, right, _ in beginning if right > left})


def _fill_down(row: SheetRow, running: dict[int, _Running]) -> frozenset[int]:
    """Give the row the text of the merged cells that reach into it; those that ended above are forgotten."""
    for column in [column for column, run in running.items() if run.last < row.number]:
        del running[column]
    for column, run in running.items():
        row.texts.extend([""] * (column + 1 - len(row.texts)))
        row.texts[column] = run.text
        if run.flaw:
            row.flaws[column] = run.flaw
    return frozenset(running)


def _merged_ranges(xml: Iterable[bytes], sheet: str, name: str) -> dict[int, list[tuple[int, int, int]]]:
    """The merged cells by their first row: first column, last column, last row; columns count from 0."""
    ranges: dict[int, list[tuple[int, int, int]]] = {}
    for count, reference in enumerate(_references(xml)):
        if count >= MOST_MERGED:
            raise _refusal(name, "workbook_too_big", f"has more than {MOST_MERGED} merged cells in {sheet}; cut it into several files")
        left, top, right, bottom = range_boundaries(reference)
        if left is not None and top is not None and right is not None and bottom is not None and left <= MOST_COLUMNS:
            ranges.setdefault(top, []).append((left - 1, min(right, MOST_COLUMNS) - 1, bottom))
    return ranges


def _references(xml: Iterable[bytes]) -> Iterator[str]:
    """The ranges of all mergeCell elements, wherever the pieces were cut."""
    kept = b""
    for piece in xml:
        kept += piece
        end = 0
        if b"mergeCell " in kept:
            for found in _MERGED.finditer(kept):
                end = found.end()
                yield found[1].decode("ascii")
        kept = kept[max(end, len(kept) - 256) :]
