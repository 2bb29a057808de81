"""The parts of an .xlsx file that matter here, streamed (ECMA-376 part 1, §18): sheets, shared texts, date styles, rows.

openpyxl writes our files, but does not read them: its read-only mode leaves merged cells out, goes through a sheet that does
not tell its size twice, tree and all, and takes four times as long for a hundred thousand rows.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from xml.parsers import expat

from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

PIECE: Final = 1 << 16
_DATE_FORMATS: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
"""Built-in formats that show a date or a time, the East Asian ones among them (§18.8.30)."""
_FORMAT_LITERALS: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')


class Malformed(Exception):
    """The XML or what it says is not what the standard allows."""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name, whether a user sees it, and its part in the package."""

    name: str
    hidden: bool
    part: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """The texts of a row from column A on, and for odd columns what is odd: "f" a formula, "e" an error value."""

    number: int
    texts: list[str]
    odd: dict[int, str]


class Package:
    """An opened workbook. Parts are looked up by their relations, never by guessed names."""

    def __init__(self, file: zipfile.ZipFile, *, most_columns: int) -> None:
        self._file = file
        self._most_columns = most_columns
        book = next(target for kind, target in self._relations("").values() if kind == "officeDocument")
        self._related = self._relations(book)
        self.sheets: list[SheetPart] = []
        self._mac_dates = False
        self._parse(book, self._workbook_element)
        self._texts = self._shared_texts()
        self._date_styles = self._read_date_styles()

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to: id to (kind, target)."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def element(tag: str, attrs: dict[str, str]) -> None:
            if tag == "Relationship" and attrs.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attrs["Target"])).lstrip("/")
                found[attrs["Id"]] = attrs["Type"].rpartition("/")[2], target

        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels in self._file.NameToInfo:
            self._parse(rels, element)
        return found

    def _workbook_element(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "workbookPr":
            self._mac_dates = attrs.get("date1904") in ("1", "true")
        elif tag == "sheet":
            reference = next(value for name, value in attrs.items() if name.rpartition(":")[2] == "id")
            kind, part = self._related[reference]
            if kind == "worksheet":
                self.sheets.append(SheetPart(attrs["name"], attrs.get("state", "visible") != "visible", part))

    def _shared_texts(self) -> list[str]:
        part = next((target for kind, target in self._related.values() if kind == "sharedStrings"), None)
        if part is None or part not in self._file.NameToInfo:
            return []
        reader = _SharedTexts()
        for _ in _stream(self._file, part, reader.start, reader.end, reader.text):
            continue
        return reader.texts

    def _read_date_styles(self) -> frozenset[int]:
        """Which cell styles show a number as a date."""
        part = next((target for kind, target in self._related.values() if kind == "styles"), None)
        styles = _Styles()
        if part is not None and part in self._file.NameToInfo:
            for _ in _stream(self._file, part, styles.start, styles.end):
                continue
        return frozenset(styles.dates)

    def _parse(self, part: str, element: Callable[[str, dict[str, str]], None]) -> None:
        for _ in _stream(self._file, part, element):
            continue

    def rows(self, sheet: SheetPart) -> Iterator[RawRow]:
        """The rows of a sheet that are in the file, downwards."""
        epoch = MAC_EPOCH if self._mac_dates else WINDOWS_EPOCH
        reader = _Rows(self._texts, self._date_styles, epoch, self._most_columns)
        for _ in _stream(self._file, sheet.part, reader.start, reader.end, reader.text):
            yield from reader.taken()
        yield from reader.taken()

    def bytes_of(self, sheet: SheetPart) -> Iterator[bytes]:
        """The sheet's XML, piece by piece."""
        with self._file.open(sheet.part) as xml:
            while piece := xml.read(PIECE):
                yield piece


def _stream(
    file: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Feed a part's XML to the handlers, pausing after each piece. Tags reach them without their prefix.

    Raises: Malformed: it declares a document type (no workbook does; entities are how XML is turned into a bomb).
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda tag, attrs: start(tag.rpartition(":")[2] if ":" in tag else tag, attrs)
    if end is not None:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2] if ":" in tag else tag)
    if text is not None:
        parser.CharacterDataHandler = text
    with file.open(part) as xml:
        while piece := xml.read(PIECE):
            parser.Parse(piece)
            yield
        parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise Malformed("the XML declares a document type")


class _SharedTexts:
    """Reads sharedStrings.xml (§18.4): one text for each `si`, without the phonetic hints (`rPh`)."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._taking = False
        self._phonetic = False

    def start(self, tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            self._parts = []
        elif tag == "t":
            self._taking = not self._phonetic
        elif tag == "rPh":
            self._phonetic = True

    def text(self, data: str) -> None:
        if self._taking:
            self._parts.append(data)

    def end(self, tag: str) -> None:
        if tag == "t":
            self._taking = False
        elif tag == "si":
            self.texts.append("".join(self._parts))
        elif tag == "rPh":
            self._phonetic = False


class _Styles:
    """Reads styles.xml (§18.8): the places in `cellXfs` whose number format shows a date."""

    def __init__(self) -> None:
        self.dates: set[int] = set()
        self._formats: dict[str, str] = {}
        self._place: int | None = None

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "numFmt":
            self._formats[attrs["numFmtId"]] = attrs["formatCode"]
        elif tag == "cellXfs":
            self._place = 0
        elif tag == "xf" and self._place is not None:
            if self._shows_date(attrs.get("numFmtId", "0")):
                self.dates.add(self._place)
            self._place += 1

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._place = None

    def _shows_date(self, number_format: str) -> bool:
        code = self._formats.get(number_format)
        if code is None:
            return int(number_format) in _DATE_FORMATS
        return any(letter in _FORMAT_LITERALS.sub("", code).lower().partition(";")[0] for letter in "ymdhs")


class _Rows:
    """Reads a worksheet's rows and cells (§18.3.1.4, §18.3.1.73)."""

    def __init__(self, texts: list[str], date_styles: frozenset[int], epoch: datetime, most_columns: int) -> None:
        self._texts, self._date_styles, self._epoch, self._most_columns = texts, date_styles, epoch, most_columns
        self._columns: dict[str, int] = {}
        self._ready: list[RawRow] = []
        self._row = RawRow(0, [], {})
        self._column = -1
        self._kind, self._style, self._value = "n", 0, ""
        self._formula = self._taking = self._phonetic = False

    def taken(self) -> list[RawRow]:
        """The rows that are complete; each is handed out once."""
        ready, self._ready = self._ready, []
        return ready

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "c":
            self._column = self._column_of(attrs["r"]) if "r" in attrs else self._column + 1
            self._kind, self._style = attrs.get("t", "n"), int(attrs.get("s", 0))
            self._value, self._formula = "", False
        elif tag in {"v", "t"}:
            self._taking = not self._phonetic
        elif tag == "row":
            self._begin(int(attrs["r"]) if "r" in attrs else self._row.number + 1)
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._phonetic = True

    def text(self, data: str) -> None:
        if self._taking:
            self._value += data

    def end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._taking = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self._ready.append(self._row)
        elif tag == "rPh":
            self._phonetic = False

    def _begin(self, number: int) -> None:
        if number <= self._row.number:
            raise Malformed(f"row {number} comes after row {self._row.number}")
        self._row, self._column = RawRow(number, [], {}), -1

    def _column_of(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = column_index_from_string(letters) - 1
        return column

    def _end_cell(self) -> None:
        texts, column = self._row.texts, self._column
        if column >= self._most_columns or not (self._value or self._formula):
            return
        if column < len(texts):
            raise Malformed(f"a cell of row {self._row.number} stands in its place twice")
        texts.extend([""] * (column - len(texts)))
        texts.append(self._text_of_cell())
        if self._formula or self._kind == "e":
            self._row.odd[column] = "f" if self._formula else "e"

    def _text_of_cell(self) -> str:
        if self._kind == "s":
            return self._texts[int(self._value)]
        return _number_text(self._value, self._epoch if self._style in self._date_styles else None) if self._kind == "n" else self._value


def _number_text(value: str, epoch: datetime | None) -> str:
    """A number as a person wrote it: without the .0 and the exponent of its storage; a date where its style shows one."""
    if epoch is None and value.isdigit():
        return value
    if not value:
        return ""
    number = float(value)
    if epoch is not None:
        try:
            return _date_text(from_excel(number, epoch))
        except (OverflowError, ValueError):
            return value  # a telephone number formatted as a date: Excel shows ####, the digits are there
    return str(int(number)) if number.is_integer() else value


def _date_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)
