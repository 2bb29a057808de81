"""The contacts in one cell of a form: names and numbers as people run them together.

    张某 0515-88880001、13900001002；李某（办公室） 8888 0003转801

A name owns the numbers after it; where a line starts with a number and ends with a name, it owns the numbers before it.
A number without an area code takes that of the number before it in the cell, else the hotline's.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from whitelist.patterns import Covered, parse_pattern, written
from whitelist.plain import one_line, shown, to_plain

LONGEST_CELL: Final = 2_000
"""Characters; some eighty contacts. More is refused unread."""
FEWEST_DIGITS: Final = 5
"""A run with fewer belongs to the words around it (3号楼)."""

_LINE_END: Final = re.compile(r"[;\n\r。]")
_EXTENSION: Final = r"(?:转?分机号?|转接?|内线|extension|extn?\.?|#)[\s:.]*\d{1,6}(?:\s*分机)?"
_SHORTENED: Final = re.compile(r"\d(?:\.(\d+))?e\+?(\d{1,2})(?!\d)", re.IGNORECASE | re.ASCII)
_FLOAT: Final = re.compile(r"^(\d{5,})\.0$", re.ASCII)
_RUN: Final = re.compile(
    rf"{_SHORTENED.pattern}|[+(]{{0,3}}\d(?:[\d \-.()x*?~]|[至到](?=\s*\d))*(?:{_EXTENSION})?", re.IGNORECASE | re.ASCII
)
_LABEL: Final = re.compile(
    r"^(?:法定代表人|法人代表|法人|企业联[络系][人员]|项目联[络系][人员]|联[络系][人员]|姓名)\s*:"
    r"|(?:联系|办公室?|移动|固定)?(?:电话号码|电话|手机号码|手机号|手机|号码|方式|固话|座机)\s*:?$|^(?:办公|tel|mobile|phone)\.?\s*:?$",
    re.IGNORECASE,
)
_NOBODY: Final = frozenset({"无", "暂无", "没有", "空", "none", "null", "()"})
_EDGES: Final = " ,、/|:-.·&和及或"


@dataclass(frozen=True, slots=True)
class CellContact:
    """A name and its numbers, either of which may be missing; a number that was refused has no patterns, but a reason."""

    name: str
    numbers: tuple[Covered, ...] = ()


def parse_numbers_in_cell(text: str, *, area_code: str) -> list[CellContact]:
    """The contacts of one cell in the order they stand there. Never raises; the cost is bounded by the cell's length."""
    if len(text) > LONGEST_CELL:
        return [CellContact("", (Covered(shown(text), (), reason=f"the cell holds more than {LONGEST_CELL} characters."),))]
    if not text:
        return []
    reader = _Reader(area_code)
    for line in _LINE_END.split(to_plain(text)):
        reader.read_line(line)
    return reader.contacts


class _Reader:
    """One cell being read: the contacts so far and the area code that holds for what comes next."""

    def __init__(self, area_code: str) -> None:
        self.contacts: list[CellContact] = []
        self._area_code = area_code

    def read_line(self, line: str) -> None:
        """Add what one line holds."""
        pieces = self._pieces(line)
        if len(pieces) > 1 and isinstance(pieces[0], Covered) and isinstance(pieces[-1], str):
            self._add_numbers_first(pieces)
            return
        for piece in pieces:
            self._add_name(piece) if isinstance(piece, str) else self._add_number(piece)

    def _add_numbers_first(self, pieces: list[str | Covered]) -> None:
        waiting: list[Covered] = []
        for piece in pieces:
            if isinstance(piece, Covered):
                waiting.append(piece)
            else:
                self.contacts.append(CellContact(piece[1:-1] if _is_remark(piece) else piece, tuple(waiting)))
                waiting = []

    def _add_name(self, name: str) -> None:
        if self.contacts and _is_remark(name):
            last = self.contacts.pop()
            self.contacts.append(replace(last, name=last.name + name))
        else:
            self.contacts.append(CellContact(name))

    def _add_number(self, number: Covered) -> None:
        last = self.contacts.pop() if self.contacts else CellContact("")
        self.contacts.append(replace(last, numbers=(*last.numbers, number)))

    def _pieces(self, line: str) -> list[str | Covered]:
        """The line's names and numbers in order."""
        pieces: list[str | Covered] = []
        text, end = "", 0
        for run in _RUN.finditer(line):
            found = run[0].rstrip(" (-.~")
            text += line[end : run.start()]
            end = run.start() + len(found)
            if _digits(found) < FEWEST_DIGITS and not _SHORTENED.fullmatch(found):
                text += found
                continue
            peeled = self._part_of_name(text, found)
            pieces += [*self._words(text + peeled), *self._numbers(found[len(peeled) :])]
            text = ""
        return pieces + self._words(text + line[end:])

    def _part_of_name(self, text: str, run: str) -> str:
        """The few digits that end a name (the 2 of `张某2 0515-88880001`) and only seem to begin the number."""
        head, blank, _ = run.partition(" ")
        ends_name = text[-1:].isalpha() and blank and _digits(head) < FEWEST_DIGITS
        return head if ends_name and not self._longest_number(run.split())[1].patterns else ""

    def _words(self, text: str) -> list[str | Covered]:
        name = _name_in(text)
        if not any(map(str.isalpha, name)) and any(map(str.isdigit, name)):
            return [self._number(name)]
        return [name] if name else []

    def _numbers(self, run: str) -> list[Covered]:
        """The numbers of a run: as many blank-separated groups as make up one number, then the next."""
        groups = run.split()
        found: list[Covered] = []
        while groups:
            length, number = self._longest_number(groups)
            found.append(number)
            del groups[:length]
        return found

    def _longest_number(self, groups: list[str]) -> tuple[int, Covered]:
        for length in range(min(len(groups), 8), 0, -1):
            number = self._number(" ".join(groups[:length]))
            if number.patterns:
                return length, number
        return 1, number

    def _number(self, text: str) -> Covered:
        text = _FLOAT.sub(r"\1", text)
        shortened = _SHORTENED.fullmatch(text)
        if shortened:
            text = _spelled_out(text, shortened) or text
        balanced = text if text.count("(") == text.count(")") else text.removesuffix(")").removesuffix("(")
        number = parse_pattern(balanced.strip(" -.~"), area_code=self._area_code)
        if not number.patterns and shortened:
            return Covered(shown(text), (), reason=f"{shown(text)} was shortened by the spreadsheet; write the number as text.")
        self._area_code = _area_code_of(number) or self._area_code
        return number


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _spelled_out(text: str, shortened: re.Match[str]) -> str | None:
    """The digits of a number in scientific notation, where all of them are there."""
    return str(int(Decimal(text))) if len(shortened[1] or "") >= int(shortened[2]) else None


def _area_code_of(number: Covered) -> str | None:
    area, dash, _ = written(number.patterns[0]).partition("-") if number.patterns else ("", "", "")
    return area if dash and area.startswith("0") else None


def _name_in(text: str) -> str:
    name = one_line(text).strip(_EDGES)
    while _LABEL.search(name):  # on either side: 联系人:张某 手机:
        name = _LABEL.sub("", name).strip(_EDGES)
    if name.count("(") != name.count(")"):
        name = name.strip("()").strip(_EDGES)
    return "" if name in _NOBODY or (_is_remark(name) and _LABEL.fullmatch(name[1:-1])) else name


def _is_remark(text: str) -> bool:
    """Whether it is a remark in brackets on what stands before it: （副总）."""
    return text.startswith("(") and text.endswith(")")
