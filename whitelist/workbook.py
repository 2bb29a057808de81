"""The rows of an .xlsx file, read with care: limits first, then one clear sentence for whatever cannot be read.

Rows stream, so a hundred thousand of them need no more memory than ten. Merged cells are known before the first row:
their ranges stand behind the rows in a sheet's XML, so they are looked up in a pass of their own.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any, Final

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries

from calls.errors import Refused

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_UNPACKED: Final = 512 * 1024 * 1024
MOST_SHARED_TEXT: Final = 128 * 1024 * 1024
MOST_PARTS: Final = 2_000
MOST_ROWS: Final = 1_048_576  # Excel's own
MOST_COLUMNS: Final = 64
MOST_MERGED: Final = 500_000

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')


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
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="openpyxl")  # of styles and extensions, which nobody here reads
            with _damage_refused(name):
                book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
            try:
                yield (Sheet(str(sheet.title), sheet.sheet_state != "visible", _rows(sheet, name)) for sheet in book.worksheets)
            finally:
                book.close()
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
        raise Refused("file_unreadable", f"{name} cannot be opened: {error.strerror}.", file=name) from None


@contextmanager
def _damage_refused(name: str) -> Iterator[None]:
    """Whatever openpyxl stumbles over in a hostile or broken file (it raises a dozen kinds) is one refusal."""
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
        raise _refusal(name, "workbook_too_big", f"has {size >> 20} MB; {MOST_BYTES >> 20} MB are read at most. Cut it into several files.")
    file.seek(0)
    if file.read(len(_OLE)) == _OLE:
        raise _refusal(name, *_ole_reason(file))
    file.seek(0)
    if not zipfile.is_zipfile(file):
        raise _refusal(
            name, "workbook_not_xlsx", "is not an .xlsx workbook (a .csv loses merged cells and leading zeros); save it as .xlsx."
        )
    file.seek(0)
    try:
        parts = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise _refusal(name, "workbook_damaged", f"is damaged and cannot be read ({error}); save it again as .xlsx.") from None
    file.seek(0)
    _check_parts(parts, name)


def _ole_reason(file: IO[bytes]) -> tuple[str, str]:
    if _ENCRYPTED in file.read():
        return "workbook_encrypted", "is protected by a password; save it without one."
    return "workbook_old", "is a workbook of the old .xls kind; save it as .xlsx."


def _check_parts(parts: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    if unpacked > MOST_UNPACKED or shared > MOST_SHARED_TEXT or len(parts) > MOST_PARTS:
        detail = f"would unpack to {unpacked >> 20} MB in {len(parts)} parts; {MOST_UNPACKED >> 20} MB are read at most"
        raise _refusal(name, "workbook_too_big", f"{detail}. Cut it into several files.")
    if any(part.flag_bits & 1 for part in parts):
        raise _refusal(name, "workbook_encrypted", "is protected by a password; save it without one.")


def _refusal(name: str, code: str, reason: str) -> Refused:
    return Refused(code, f"{name} {reason}", file=name)


def _rows(sheet: Any, name: str) -> Iterator[SheetRow]:  # noqa: ANN401 - openpyxl's read-only sheet is no Worksheet and has no public type
    with _damage_refused(name):
        merged = _merged_ranges(sheet)
        sheet.reset_dimensions()  # what the file claims its size to be may be anything
        running: dict[int, _Running] = {}
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            if number > MOST_ROWS:
                raise _refusal(name, "workbook_too_big", f"has more than {MOST_ROWS} rows in {sheet.title}; cut it into several files.")
            row = _plain_row(number, cells)
            beginning = merged.pop(number, ())
            continued = _fill_down(row, running)
            running |= {
                left: _Running(last, row.texts[left], row.flaws.get(left))
                for left, _, last in beginning
                if last > number and left < len(row.texts)
            }
            yield SheetRow(number, row.texts, row.flaws, continued, {left: right for left, right, _ in beginning if right > left})


@dataclass(frozen=True, slots=True)
class _Running:
    """A cell merged downwards that rows below still lie in."""

    last: int
    text: str
    flaw: str | None


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


def _plain_row(number: int, cells: tuple[Any, ...]) -> SheetRow:
    texts: list[str] = []
    flaws: dict[int, str] = {}
    for column, cell in enumerate(cells):
        value = cell.value
        if type(value) is str and cell.data_type == "s":
            texts.append(value)
        elif value is None:
            texts.append("")
        else:
            texts.append(_text(value))
            if cell.data_type in _FLAWS:
                flaws[column] = _FLAWS[cell.data_type]
    return SheetRow(number, texts, flaws)


_FLAWS: Final = {"f": "holds a formula; paste its value instead", "e": "holds an error value"}


def _text(value: object) -> str:
    """A number without the .0 that Excel gives it, a day without its midnight."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _merged_ranges(sheet: Any) -> dict[int, list[tuple[int, int, int]]]:  # noqa: ANN401 - as above
    """The merged cells by their first row: first column, last column, last row; columns count from 0."""
    ranges: dict[int, list[tuple[int, int, int]]] = {}
    count = 0
    with sheet._get_source() as xml:  # noqa: SLF001 - read-only mode leaves merged cells out; the part's place is known here only
        for reference in _references(xml):
            left, top, right, bottom = range_boundaries(reference)
            if left is None or top is None or right is None or bottom is None or left > MOST_COLUMNS:
                continue
            count += 1
            if count > MOST_MERGED:
                raise Refused(
                    "workbook_too_big", f"Sheet {sheet.title} has more than {MOST_MERGED} merged cells; cut it into several files."
                )
            ranges.setdefault(top, []).append((left - 1, min(right, MOST_COLUMNS) - 1, bottom))
    return ranges


def _references(xml: IO[bytes]) -> Iterator[str]:
    """The ranges of all mergeCell elements; they stand behind the rows, so what comes before the first is passed by."""
    kept = b""
    while piece := xml.read(1 << 20):
        kept += piece
        end = 0
        for found in _MERGED.finditer(kept):
            end = found.end()
            yield found[1].decode("ascii")
        kept = kept[max(end, len(kept) - 256) :]
