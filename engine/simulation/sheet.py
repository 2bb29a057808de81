"""A CSV file with a head, row by row; what is wrong in it is told as file:line."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from calls.errors import Refused

T = TypeVar("T")


class SheetFault(Refused):
    """A file of the simulation cannot be used as it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `where` is file:line."""

    where: str
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        """What stands in the column, "" where it is empty or not there."""
        return self.cells.get(name, "")

    def read(self, name: str, reader: Callable[[str], T], otherwise: T) -> T:
        """The cell as `reader` understands it. Raises: SheetFault: it does not (ValueError)."""
        if not (text := self[name]):
            return otherwise
        try:
            return reader(text)
        except ValueError as fault:
            raise self.fault(f"{name}: {fault}") from None

    def fault(self, sentence: str) -> SheetFault:
        """Something is wrong in this row."""
        return SheetFault("sheet_faulty", f"{self.where}: {sentence}.", where=self.where)


def lines_of(file: Path, columns: Sequence[str]) -> Iterator[Line]:
    """The rows; empty ones and those that begin with # are passed over.

    Raises: SheetFault: it is no CSV with such a head. OSError: it cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise SheetFault("sheet_faulty", f"{file}: it is not UTF-8 ({fault.reason} at byte {fault.start}).") from None
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    head: list[str] | None = None
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            line = Line(f"{file}:{rows.line_num}", dict(zip(head or (), cells, strict=False)))
            if head is None:
                head = _head(line, cells, columns)
            elif len(cells) > len(head):
                raise line.fault(f"it has {len(cells)} cells under a head of {len(head)}")
            else:
                yield line
    except csv.Error as fault:
        raise SheetFault("sheet_faulty", f"{file}:{rows.line_num}: {fault}.") from None
    if head is None:
        raise SheetFault("sheet_faulty", f"{file}: it is empty; its first row names the columns, of {', '.join(columns)}.")


def _head(line: Line, cells: list[str], columns: Sequence[str]) -> list[str]:
    if strange := [cell for cell in cells if cell not in columns]:
        raise line.fault(f"there is no column {strange[0]!r}; allowed are {', '.join(columns)}")
    if twice := [cell for cell in cells if cells.count(cell) > 1]:
        raise line.fault(f"the column {twice[0]!r} is there twice")
    return cells


def moment_on(day: date, zone: ZoneInfo) -> Callable[[str], datetime]:
    """Reads 9:30, 09:30:05.5 or 24:00 of this day, or a whole time such as 2026-10-01T09:30, by the hotline's clock."""

    def read(text: str) -> datetime:
        try:
            if text in {"24:00", "24:00:00"}:
                return datetime.combine(day + timedelta(days=1), time(), zone)
            if "T" in text or " " in text:
                moment = datetime.fromisoformat(text)
                return moment.astimezone(zone) if moment.tzinfo is not None else moment.replace(tzinfo=zone)
            return datetime.combine(day, time.fromisoformat("0" + text if text[1:2] == ":" else text), zone)
        except ValueError:
            raise ValueError(f"{text!r} is no time; write 09:30, 09:30:05 or 2026-10-01T09:30") from None

    return read
