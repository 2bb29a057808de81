"""涉企政策专员联络表 (annex 3): read row by row with the cell of each refusal, compared with what is kept, written back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

import openpyxl

from conference.roster import Level, Specialist, SpecialistKind, department_of, specialist_id_of
from whitelist.cells import parse_numbers_in_cell
from whitelist.changes import Diff, describe, diff
from whitelist.entries import Source
from whitelist.exporting import write_table
from whitelist.patterns import open_digits, written
from whitelist.plain import one_line
from whitelist.tables import SEQUENCE, Column, Form, Remark, TableRow, read_tables
from whitelist.workbook import open_workbook

ROSTER: Final = Form(
    "涉企政策专员联络表",
    "name",
    (
        SEQUENCE,
        Column("unit", "单位", re.compile(r"(?:所在)?(?:单位|部门)(?:名称)?$")),
        Column("kind", "类型", re.compile(r"类型|类别")),
        Column("name", "姓名", re.compile(r"(?:专员)?姓名")),
        Column("title", "职务", re.compile(r"职务|职称")),
        Column("office", "办公电话", re.compile(r"办公(?:室)?电话|固定电话|座机"), shared=True),
        Column("mobile", "手机", re.compile(r"手机|移动电话"), shared=True),
        Column("notes", "备注（是否为单位涉企政策咨询专员或窗口审批事项咨询专员）", re.compile(r"备注|是否为")),
        Column("topics", "优势业务领域", re.compile(r"(?:优势)?业务领域|擅长领域|优势领域")),
        Column("level", "层级", re.compile(r"层级|级别|市县")),
        Column("duty", "值班时间", re.compile(r"值班时间|值班时段|在岗时间")),
        Column("stand_ins", "替班人", re.compile(r"替班|代班|顶岗")),
    ),
)
ADDED: Final = ("topics", "level", "duty", "stand_ins")
"""Columns that the annex does not have; they are read where they are there, and written where somebody needs them."""
LONGEST_TEXT: Final = 500
_BETWEEN: Final = re.compile(r"[、，,;；/]+\s*")
WORDS: Final = {
    "unit": "单位", "department": "部门", "kind": "类型", "name": "姓名", "place": "次序", "title": "职务", "office": "办公电话",
    "mobile": "手机", "notes": "备注", "topics": "优势业务领域", "level": "层级", "duty": "值班时间", "stand_ins": "替班人",
}  # fmt: skip
"""What a field of a specialist is called in a diff."""


@dataclass(frozen=True, slots=True)
class ImportedRoster:
    """What a file gave; `passed_over` are the form's example, notes and the like."""

    specialists: tuple[Specialist, ...]
    refused: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    passed_over: tuple[Remark, ...]


def read_roster(source: Path | IO[bytes], *, area_code: str, name: str = "") -> ImportedRoster:
    """Read a workbook with the roster form; `name` is what the file is called in remarks.

    Raises: Refused: the file is no readable .xlsx workbook, or does not hold the form.
    """
    name = name or (source.name if isinstance(source, Path) else "the file")
    collector = _Collector(name, area_code)
    with open_workbook(source, name) as sheets:
        for item in read_tables(sheets, (ROSTER,), name):
            if isinstance(item, Remark):
                collector.passed_over.append(item)
            else:
                collector.take(item)
    return collector.result()


class _Collector:
    """The rows of a file, gathered into specialists."""

    def __init__(self, file: str, area_code: str) -> None:
        self.passed_over: list[Remark] = []
        self._file = file
        self._area_code = area_code
        self._specialists: dict[str, Specialist] = {}
        self._units: dict[str, int] = {}
        self._refused: list[Remark] = []
        self._warnings: list[Remark] = []

    def take(self, row: TableRow) -> None:
        """Add the specialist of a row, or refuse it."""
        texts = {column.field: one_line(row.texts.get(column.field, "")) for column in ROSTER.columns}
        if not row.flaws and not any(texts[field] for field in ("name", "office", "mobile")):
            self.passed_over.append(Remark(row.cell("name"), "the row names nobody and was passed over."))
            return
        fault = _fault(row, texts)
        phones = {field: self._phones(row, field) for field in ("office", "mobile")}
        if fault is None and not (phones["office"] or phones["mobile"]):
            fault = Remark(row.cell("office"), "no 办公电话 and no 手机 that can be called is given; write one such as 0515-86660001.")
        if fault:
            self._refused.append(fault)
            return
        self._add(row, texts, phones)

    def _add(self, row: TableRow, texts: dict[str, str], phones: dict[str, tuple[str, ...]]) -> None:
        specialist_id = specialist_id_of(texts["unit"], texts["name"])
        known = self._specialists.get(specialist_id)
        if known:
            self._warnings.append(
                Remark(row.cell("name"), f"{texts['name']} of {texts['unit']} stands there twice; the rows were put together.")
            )
            office, mobile = _union(known.office, phones["office"]), _union(known.mobile, phones["mobile"])
            self._specialists[specialist_id] = replace(known, office=office, mobile=mobile)
            return
        self._units[texts["unit"]] = self._units.get(texts["unit"], 0) + 1
        self._specialists[specialist_id] = Specialist(
            specialist_id=specialist_id,
            unit=texts["unit"],
            department=department_of(texts["unit"]),
            kind=SpecialistKind.LEADER if "领导" in texts["kind"] else SpecialistKind.EXPERT,
            name=texts["name"],
            place=self._units[texts["unit"]],
            title=texts["title"],
            office=phones["office"],
            mobile=phones["mobile"],
            notes=texts["notes"],
            topics=_several(texts["topics"]),
            level=self._level(row, texts["level"]),
            duty=_several(texts["duty"]),
            stand_ins=_several(texts["stand_ins"]),
            source=Source(self._file, row.sheet, row.number),
        )

    def _level(self, row: TableRow, text: str) -> Level | None:
        """市 or 县 (also 市级, 县级, 区县)."""
        if any(word in text for word in ("县", "区")):
            return Level.COUNTY
        if Level.CITY in text:
            return Level.CITY
        if text:
            self._warnings.append(Remark(row.cell("level"), f"{text:.20} is no 层级 and was left out; write 市 or 县."))
        return None

    def _phones(self, row: TableRow, field: str) -> tuple[str, ...]:
        """The numbers of a cell that can be called; the others are told of."""
        found: dict[str, None] = {}
        for contact in parse_numbers_in_cell(row.texts.get(field, ""), area_code=self._area_code):
            for number in contact.numbers:
                if len(number.patterns) == 1 and not open_digits(number.patterns[0]):
                    found[written(number.patterns[0]) + (f"转{number.extension}" if number.extension else "")] = None
                else:
                    reason = number.reason or f"{number.raw} is more than one number."
                    self._warnings.append(Remark(row.cell(field), f"left out: {reason}"))
        return tuple(found)

    def result(self) -> ImportedRoster:
        """Everything that was taken."""
        return ImportedRoster(tuple(self._specialists.values()), tuple(self._refused), tuple(self._warnings), tuple(self.passed_over))


def _fault(row: TableRow, texts: dict[str, str]) -> Remark | None:
    for field, flaw in row.flaws.items():
        return Remark(row.cell(field), f"the cell {flaw}.")
    for field, heading in (("unit", "单位"), ("name", "姓名")):
        if not texts[field]:
            return Remark(row.cell(field), f"{heading} is empty; fill it in, or merge it with the cell above.")
    long = next((field for field, text in texts.items() if len(text) > LONGEST_TEXT), None)
    return Remark(row.cell(long), f"the cell holds {len(texts[long])} characters; {LONGEST_TEXT} are read at most.") if long else None


def _several(text: str) -> tuple[str, ...]:
    """What stands in one cell, one after another: 出口退税、税收优惠."""
    return tuple(dict.fromkeys(part for part in (one.strip() for one in _BETWEEN.split(text)) if part))


def _union(first: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *more)))


def diff_roster(kept: Iterable[Specialist], new: Iterable[Specialist], *, remove_missing: bool = False) -> Diff[Specialist]:
    """The difference an import makes. Missing can only be specialists of units that the file has."""
    news = list(new)
    units = {one.unit for one in news}
    return diff(kept, news, key=lambda one: one.specialist_id, expected=lambda one: one.unit in units, remove_missing=remove_missing)


def describe_roster(changes: Diff[Specialist]) -> str:
    """The difference as text, as `whitelist.changes.describe`."""
    return describe(changes, name=_line, words=WORDS)


def _line(one: Specialist) -> str:
    return f"{one.unit} {one.name} ({one.kind}): {'、'.join((*one.office, *one.mobile))}"


def write_roster(specialists: Iterable[Specialist], target: Path | IO[bytes]) -> None:
    """Write the roster in the annex's own columns, and in those of `ADDED` that are needed; read again, it gives the same specialists."""
    book = openpyxl.Workbook(write_only=True)
    ordered = in_filed_order(specialists)
    needed = [field for field in ADDED if any(getattr(one, field) for one in ordered)]
    columns = [column for column in ROSTER.columns if column.field not in ADDED or column.field in needed]
    rows = ([_cell(number, one, column.field) for column in columns] for number, one in enumerate(ordered, 1))
    write_table(book, ROSTER, columns, rows, ())
    book.save(target)


def in_filed_order(specialists: Iterable[Specialist]) -> list[Specialist]:
    """Unit by unit as they were filed, in each the specialists in the order they are asked."""
    ordered = sorted(specialists, key=lambda one: (one.source is None, one.source.row if one.source else 0, one.unit, one.place))
    units = {unit: number for number, unit in reversed(list(enumerate(one.unit for one in ordered)))}
    return sorted(ordered, key=lambda one: (units[one.unit], one.place))


def _cell(number: int, one: Specialist, field: str) -> str:
    if field == "sequence":
        return str(number)
    value = getattr(one, field)
    return "、".join(value) if isinstance(value, tuple) else str(value or "")
