"""Export in the annex's own layout: title, headings, rows, notes. Read again, it gives the same entries."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from whitelist.entries import Contact, Entry, Kind, star_tier
from whitelist.forms import ADDED, ENTERPRISES, KIND_OF, NOTE_ON_NUMBERS, NOTES_BELOW, PROJECTS, ROLE_OF
from whitelist.patterns import written
from whitelist.plain import one_line
from whitelist.tables import Column, Form
from whitelist.validity import validity_in

_WIDTHS: Final = {"sequence": 6, "name": 30, "notes": 28, "legal": 26, "liaison": 26, "project_liaison": 26, "scope": 28}
_LIMIT: Final = 32_767  # characters Excel keeps in a cell


def write_whitelist(entries: Iterable[Entry], target: Path | IO[bytes]) -> None:
    """Write the entries as a workbook with one sheet for each annex form, in the order they were filed in."""
    book = openpyxl.Workbook(write_only=True)
    ordered = sorted(entries, key=_filed_order)
    for form in (ENTERPRISES, PROJECTS):
        kind = KIND_OF[form.name]
        mine = [entry for entry in ordered if entry.kind is kind]
        unneeded = _unneeded(form, mine)
        columns = [column for column in form.columns if column not in unneeded]
        rows = ([_cell_text(entry, column.field, number) for column in columns] for number, entry in enumerate(mine, 1))
        write_table(book, form, columns, rows, (NOTES_BELOW[kind], NOTE_ON_NUMBERS))
    book.save(target)


def write_table(
    book: openpyxl.Workbook, form: Form, columns: Sequence[Column], rows: Iterable[Sequence[str]], notes: Sequence[str]
) -> None:
    """Add a sheet with a form's title, headings, rows and notes to a write-only workbook."""
    sheet: Any = book.create_sheet(form.name[:31])
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column.field, 16)
    wide = len(columns)
    merged = [CellRange(min_col=1, max_col=wide, min_row=1, max_row=1)]
    sheet.append([_cell(sheet, form.name, bold=True)])
    sheet.append([_cell(sheet, column.heading, bold=True) for column in columns])
    last = 2
    for row in rows:
        sheet.append([_plain_cell(sheet, text) for text in row])
        last += 1
    for place, note in enumerate(notes, 1):
        sheet.append([_cell(sheet, "备注\n说明") if place == 1 else None, _cell(sheet, note)])
        merged.append(CellRange(min_col=2, max_col=wide, min_row=last + place, max_row=last + place))
    if notes:
        merged.append(CellRange(min_col=1, max_col=1, min_row=last + 1, max_row=last + len(notes)))
    sheet.merged_cells.ranges.update(merged)


def contacts_text(contacts: Iterable[Contact]) -> str:
    """The contacts as they stand in one cell (张某 0515-88880001转801、13900001002；李某 …)."""
    return "；".join(_contact_text(contact) for contact in contacts)


def _contact_text(contact: Contact) -> str:
    numbers = "、".join(f"{written(number.pattern)}{f'转{number.extension}' if number.extension else ''}" for number in contact.numbers)
    blank = "：" if contact.name[-1:].isdigit() else " "  # 二组2 0515-… would read as a longer number
    return f"{contact.name}{blank}{numbers}" if contact.name and numbers else contact.name or numbers


def _filed_order(entry: Entry) -> tuple[object, ...]:
    source = entry.source
    return (source is None, source.file if source else "", source.sheet if source else "", source.row if source else 0, entry.name)


@dataclass(frozen=True, slots=True)
class _Added:
    """A column the annex does not have: whether an entry needs it, and what it then says."""

    needed: Callable[[Entry], bool]
    text: Callable[[Entry], str]


def _day(day: date | None) -> str:
    return day.isoformat() if day else "长期"


_ADDED: Final = {
    "tier": _Added(lambda entry: star_tier(entry.notes) != entry.tier, lambda entry: entry.tier or "无"),
    "valid_from": _Added(lambda entry: validity_in(entry.notes).valid_from != entry.valid_from, lambda entry: _day(entry.valid_from)),
    "valid_until": _Added(
        lambda entry: (lambda told: (told.valid_from, told.valid_until) != (entry.valid_from, entry.valid_until))(validity_in(entry.notes)),
        lambda entry: _day(entry.valid_until),
    ),
    "filed_by": _Added(lambda entry: entry.filed_by != "", lambda entry: entry.filed_by),
    "industry": _Added(lambda entry: entry.industry != "", lambda entry: entry.industry),
}


def _unneeded(form: Form, entries: Sequence[Entry]) -> list[Column]:
    added = [*ADDED, *(column for column in form.columns if column.field == "industry" and form is ENTERPRISES)]
    return [column for column in added if not any(_ADDED[column.field].needed(entry) for entry in entries)]


def _cell_text(entry: Entry, field: str, number: int) -> str:
    if field == "sequence":
        return str(number)
    if field in ROLE_OF:
        return contacts_text(contact for contact in entry.contacts if contact.role is ROLE_OF[field])
    if field in _ADDED and not (field == "industry" and entry.kind is Kind.PROJECT):
        return _ADDED[field].text(entry)
    return str(getattr(entry, field))


def _plain_cell(sheet: object, text: str) -> Any:  # noqa: ANN401 - as below
    """The text itself where it cannot be taken for anything else: a third of the time of a cell made for it."""
    if not text:
        return None
    return text if text[:1] != "=" and text.isprintable() and len(text) <= _LIMIT else _cell(sheet, text)


def _cell(sheet: object, text: str, *, bold: bool = False) -> Any:  # noqa: ANN401 - openpyxl's write-only cell has no type of its own
    """A cell that holds text and nothing else: what begins with = must not become a formula."""
    cell: Any = WriteOnlyCell(sheet, value="\n".join(map(one_line, text.split("\n")))[:_LIMIT])  # type: ignore[arg-type] # as above
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
    return cell
