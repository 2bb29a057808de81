"""值班表 as a workbook: a row a duty, read with the cell of each refusal, compared with what is kept, written back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import IO, Final

import openpyxl

from calls.hours import DAY, Minutes, read_span, written
from routing.rota import DutyDay, duty_id_of
from whitelist.changes import Diff, describe, diff
from whitelist.entries import Source
from whitelist.exporting import write_table
from whitelist.plain import one_line, to_plain
from whitelist.tables import SEQUENCE, Column, Form, Remark, TableRow, read_tables
from whitelist.workbook import open_workbook

ROTA: Final = Form(
    "值班表",
    "day",
    (
        SEQUENCE,
        Column("day", "日期", re.compile(r"(?:值班)?日期")),
        Column("group", "专席名称", re.compile(r"(?:专席|组别|班组|组)(?:名称)?$")),
        Column("times", "时段", re.compile(r"(?:值班)?(?:时段|时间)|班次")),
        Column("seats", "座席", re.compile(r"[座坐]席(?:号)?|工位")),
        Column("agents", "人员姓名", re.compile(r"(?:值班)?人员(?:姓名)?|姓名")),
        Column("notes", "备注", re.compile(r"备注")),
    ),
)
LONGEST_TEXT: Final = 500
WORDS: Final = {"seats": "座席", "agents": "人员", "notes": "备注"}
"""What a field of a row is called in a diff."""

_DATE: Final = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?", re.ASCII)
_BETWEEN: Final = re.compile(r"[、,;\s]+")
_SEATS: Final = re.compile(r"(\d{2,8})(?:-(\d{2,8}))?", re.ASCII)
_DASHES: Final = re.compile(r"\s*[-—–~至到]+\s*")
_WHOLE_DAY: Final = frozenset({"", "全天", "24小时"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The hotline's groups, which a row names by name or label. seats: group -> its seats. labels: group -> what people call it."""

    seats: Mapping[str, Sequence[str]]
    labels: Mapping[str, str]

    def named(self, text: str) -> str | None:
        """The group meant; None where there is none."""
        return next((group for group in self.seats if text in (group, self.labels.get(group))), None)


@dataclass(frozen=True, slots=True)
class ImportedRota:
    """What a file gave."""

    rows: tuple[DutyDay, ...]
    refused: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


class _Unfit(Exception):
    """A row that cannot be taken: the field, and the sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def read_rota(source: Path | IO[bytes], *, groups: Groups, name: str = "") -> ImportedRota:
    """Read a workbook with the form; `name` is what the file is called in remarks.

    Raises: Refused: the file is no readable .xlsx workbook, or does not hold the form.
    """
    name = name or (source.name if isinstance(source, Path) else "the file")
    rows: dict[str, DutyDay] = {}
    refused: list[Remark] = []
    warnings: list[Remark] = []
    with open_workbook(source, name) as sheets:
        for item in read_tables(sheets, (ROTA,), name):
            if isinstance(item, Remark):
                continue
            try:
                row = _row(item, groups, name)
            except _Unfit as unfit:
                refused.append(Remark(item.cell(unfit.field), str(unfit)))
                continue
            known = rows.get(row.duty_id)
            if known is not None:
                warnings.append(Remark(item.cell("day"), "this time of the group stands there twice; the rows were put together."))
                row = replace(known, seats=_union(known.seats, row.seats), agents=_union(known.agents, row.agents))
            rows[row.duty_id] = row
    return ImportedRota(tuple(rows.values()), tuple(refused), tuple(warnings))


def _row(row: TableRow, groups: Groups, file: str) -> DutyDay:
    texts = {column.field: to_plain(one_line(row.texts.get(column.field, ""))).strip() for column in ROTA.columns}
    for field, flaw in row.flaws.items():
        raise _Unfit(field, f"the cell {flaw}.")
    for field, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise _Unfit(field, f"the cell holds {len(text)} characters; {LONGEST_TEXT} are read at most.")
    day, times = _day(texts["day"]), _times(texts["times"])
    group = groups.named(texts["group"])
    if group is None:
        known = "、".join(groups.labels.get(one, one) for one in groups.seats)
        raise _Unfit("group", f"{texts['group']!r:.40} is no group of this hotline; there are {known}.")
    return DutyDay(
        duty_id=duty_id_of(group, day, times),
        group=group,
        day=day,
        times=times,
        seats=_seats(texts["seats"], groups.seats[group], group),
        agents=tuple(dict.fromkeys(name for name in _BETWEEN.split(texts["agents"]) if name)),
        notes=texts["notes"],
        source=Source(file, row.sheet, row.number),
    )


def _day(text: str) -> date:
    found = _DATE.match(text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass  # a day that no month has is told of as any other text
    raise _Unfit("day", f"{text!r:.40} is not a day; write 2026-10-01.")


def _times(text: str) -> Minutes:
    if text in _WHOLE_DAY:
        return 0, DAY
    try:
        return read_span(_DASHES.sub("-", text.replace("：", ":")))
    except ValueError as wrong:
        raise _Unfit("times", f"{wrong}.") from None


def _seats(text: str, there: Sequence[str], group: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in _BETWEEN.split(_DASHES.sub("-", text)):
        if not part:
            continue
        matched = _SEATS.fullmatch(part)
        if matched is None or len(matched[1]) != len(matched[2] or matched[1]):
            raise _Unfit("seats", f"{part!r:.40} is not a seat; write 8001, or 8001-8002.")
        within = [seat for seat in there if len(seat) == len(matched[1]) and matched[1] <= seat <= (matched[2] or matched[1])]
        if len(within) != int(matched[2] or matched[1]) - int(matched[1]) + 1:
            raise _Unfit("seats", f"{part} is not all in the group {group}, whose seats are {', '.join(there[:20])}.")
        found |= dict.fromkeys(within)
    return tuple(found)


def _union(first: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *more)))


def diff_rota(kept: Iterable[DutyDay], new: Iterable[DutyDay], *, remove_missing: bool = False) -> Diff[DutyDay]:
    """The difference an import makes. Missing can only be what stands between the file's first and last day, of the groups it has."""
    news = list(new)
    days, groups = [row.day for row in news], {row.group for row in news}

    def expected(row: DutyDay) -> bool:
        return row.group in groups and min(days) <= row.day <= max(days)

    return diff(kept, news, key=lambda row: row.duty_id, expected=expected, remove_missing=remove_missing)


def describe_rota(changes: Diff[DutyDay]) -> str:
    """The difference as text, as `whitelist.changes.describe`."""
    return describe(changes, name=_line, words=WORDS)


def _line(row: DutyDay) -> str:
    return f"{row.day} {written([row.times])} {row.group}: {'、'.join((*row.seats, *row.agents)) or 'nobody'}"


def write_rota(rows: Iterable[DutyDay], target: Path | IO[bytes], *, labels: Mapping[str, str]) -> None:
    """Write the table in the form's columns; read again, it gives the same rows."""
    book = openpyxl.Workbook(write_only=True)
    cells = (_cells(number, row, labels) for number, row in enumerate(sorted(rows, key=_order), 1))
    write_table(book, ROTA, ROTA.columns, cells, ())
    book.save(target)


def _order(row: DutyDay) -> tuple[date, str, Minutes]:
    return row.day, row.group, row.times


def _cells(number: int, row: DutyDay, labels: Mapping[str, str]) -> list[str]:
    group = labels.get(row.group, row.group)
    return [str(number), row.day.isoformat(), group, written([row.times]), "、".join(row.seats), "、".join(row.agents), row.notes]
