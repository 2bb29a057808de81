"""The tables of a workbook whose headings are those of a known form, wherever on a sheet they stand.

A form as it comes back from an office has a title above, two-line headings, merged cells, an example row, dividers
(一、工业企业), empty numbered rows, 备注说明 and 填报单位 below. `read_tables` passes all that over, telling what and where, and
yields the rows that hold an entry.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from calls.errors import Refused
from whitelist.plain import one_line, shown, squeezed
from whitelist.workbook import Sheet, SheetRow, cell_name

FEWEST_HEADINGS: Final = 3
"""Fewer known headings in a row do not make a table."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a form. `heading` is what an export writes; `known_as` matches the squeezed heading of what comes in.

    A `shared` column takes in the columns to its right that are headed 联系号码 and the like.
    """

    field: str
    heading: str
    known_as: re.Pattern[str]
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its title and columns. A table is this form's if `key` and two more columns are there; a row needs its key."""

    name: str
    key: str
    columns: tuple[Column, ...]

    @property
    def key_heading(self) -> str:
        """The heading of the key column."""
        return next(column.heading for column in self.columns if column.field == self.key)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row that holds an entry: the text of each field.

    `continued` is true where the key's cell began in a row above; `section` is the divider the row stands under and `filed_by`
    the 填报单位 named above the table.
    """

    form: Form
    sheet: str
    number: int
    texts: dict[str, str]
    columns: dict[str, tuple[int, ...]]
    flaws: dict[str, str] = field(default_factory=dict)
    continued: bool = False
    section: str = ""
    filed_by: str = ""

    def cell(self, field: str) -> str:
        """Where a field stands: `企业!E12`."""
        return cell_name(self.sheet, self.number, self.columns[field][0] if field in self.columns else 0)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell about a cell, in one sentence."""

    cell: str
    sentence: str


SEQUENCE: Final = Column("sequence", "序号", re.compile(r"序号|编号|no\.?$"))
_NUMBER_HEADING: Final = re.compile(r"(?:及|联系|手机|电话|办公|移动)*(?:号码|电话|方式|手机)\d?$")
_SUB_HEADINGS: Final = re.compile(r"姓名|职务|(?:及|联系|手机|电话|办公|移动)*(?:号码|电话|方式|手机)|[(及].*")
_NOTE: Final = re.compile(r"(?:备注|说明|备注说明|注|注意事项|填表说明|填报说明|填写说明)(?:[:.、(\d一]|$)")
_EXAMPLE: Final = re.compile(r"[(]?(?:例|示例|样例|举例|例如)[):.]?\d?$")
_TOTAL: Final = re.compile(r"(?:合计|总计|小计)(?:[:(\d共]|$)")
_FOOT: Final = re.compile(r"(?:填报|填表|审核|制表)(?:单位|地区|人|员|日期|时间)|单位负责人|单位[(]盖章|联系人:|联系电话:|日期:")
_DIVIDER: Final = re.compile(r"[(]?[一二三四五六七八九十]+[)]?[、.]")
_FILED_BY: Final = re.compile(r"(?:填报单位|报送单位|填报地区)(?:[(][^)]*[)])?:(\S+?)(?=填报|填表|审核|联系|日期|时间|电话|$)")


def read_tables(sheets: Iterable[Sheet], forms: tuple[Form, ...], file: str) -> Iterator[TableRow | Remark]:
    """The rows of every table of these forms in the visible sheets; a Remark for each row that was passed over.

    Raises: Refused: no sheet holds such a table.
    """
    found = False
    for sheet in sheets:
        if sheet.hidden:
            yield Remark(f"{sheet.name}!A1", "the sheet is hidden and was passed over.")
            continue
        reader = _Reader(sheet.name, forms)
        for row in sheet.rows:
            yield from reader.read(row)
        found = found or reader.form is not None
    if not found:
        wanted = " or ".join(f"{form.name} ({form.key_heading} …)" for form in forms)
        raise Refused("form_not_recognised", f"{file} holds no table with the headings of {wanted}", file=file)


class _Reader:
    """One sheet being read from top to bottom."""

    def __init__(self, sheet: str, forms: tuple[Form, ...]) -> None:
        self.form: Form | None = None
        self._sheet = sheet
        self._forms = forms
        self._columns: dict[str, tuple[int, ...]] = {}
        self._above: SheetRow | None = None
        self._after_notes = False
        self._just_headed = False
        self._section = ""
        self._filed_by = ""

    def read(self, row: SheetRow) -> Iterator[TableRow | Remark]:
        """The entry of this row, or what was passed over."""
        if row.empty:
            return
        if self._is_heading(row):
            return
        if self.form is None:
            self._look_for_filer(row)
            return
        passed = self._passed_over(row, self.form)
        if passed:
            yield Remark(cell_name(self._sheet, row.number, _first_filled(row)), f"{passed} and was passed over.")
        else:
            self._after_notes = False
            yield self._table_row(row, self.form)

    def _is_heading(self, row: SheetRow) -> bool:
        """Whether the row is a table's heading, or the lower half of one."""
        above, self._above = self._above, row
        just_headed, self._just_headed = self._just_headed, False
        if any("名" in text for text in row.texts):  # 企业名称, 项目名称, 姓名: spares all other rows the comparison
            headings = _headings(row)
            for candidate in (headings, _joined(_headings(above), headings) if above else headings):
                form, columns = max(((form, _columns_of(form, candidate)) for form in self._forms), key=lambda found: len(found[1]))
                if form.key in columns and len(columns) >= FEWEST_HEADINGS:
                    self._begin(form, columns)
                    return True
        return just_headed and all(_SUB_HEADINGS.match(text) for text in _headings(row) if text)

    def _begin(self, form: Form, columns: dict[str, tuple[int, ...]]) -> None:
        self.form, self._columns = form, columns
        self._after_notes, self._just_headed, self._section, self._above = False, True, "", None

    def _look_for_filer(self, row: SheetRow) -> None:
        found = _FILED_BY.search(squeezed("".join(row.texts)))
        if found:
            self._filed_by = found[1]

    def _passed_over(self, row: SheetRow, form: Form) -> str:
        """Why the row holds no entry; "" where it does."""
        first = squeezed(row.texts[_first_filled(row)])
        alone = len({text for text in row.texts if text.strip()}) == 1
        if _NOTE.match(first) or (self._after_notes and alone):
            self._after_notes = True
            return "the row is a note"
        if _FOOT.match(first):
            self._look_for_filer(row)
            return "the row is the table's foot"
        key = self._columns[form.key][0]
        spread = any(left <= key <= right for left, right in row.spread.items())
        if alone and (spread or _DIVIDER.match(first)):
            self._section = one_line(row.texts[_first_filled(row)])
            return f"the row is the divider {shown(self._section)}"
        return self._plainly_no_entry(row, first)

    def _plainly_no_entry(self, row: SheetRow, first: str) -> str:
        sequence = self._text(row, "sequence") if "sequence" in self._columns else ""
        if _EXAMPLE.match(squeezed(sequence)):
            return "the row is the form's example"
        if _TOTAL.match(first):
            return "the row is a total"
        entry_fields = (field for field in self._columns if field != "sequence")
        return "" if any(self._text(row, field) for field in entry_fields) else "the row is numbered but empty"

    def _table_row(self, row: SheetRow, form: Form) -> TableRow:
        flaws = {
            field: row.flaws[column]
            for column in row.flaws
            for field, columns in self._columns.items()
            if column in columns and field != "sequence"
        }
        continued = self._columns[form.key][0] in row.continued
        texts = {field: self._text(row, field) for field in self._columns}
        return TableRow(form, self._sheet, row.number, texts, self._columns, flaws, continued, self._section, self._filed_by)

    def _text(self, row: SheetRow, field: str) -> str:
        return " ".join([row.texts[column].strip() for column in self._columns[field] if column < len(row.texts)]).strip()


def _headings(row: SheetRow) -> list[str]:
    """The squeezed texts, each cell that is merged to the right standing in all its columns, none repeated from above."""
    texts = ["" if column in row.continued else squeezed(text) for column, text in enumerate(row.texts)]
    for left, right in row.spread.items():
        if left < len(texts):
            texts.extend([""] * (right + 1 - len(texts)))
            texts[left : right + 1] = [texts[left]] * (right + 1 - left)
    return texts


def _joined(above: list[str], below: list[str]) -> list[str]:
    """The headings of two rows, put together column by column."""
    width = max(len(above), len(below))
    return [up + down for up, down in zip(above + [""] * (width - len(above)), below + [""] * (width - len(below)), strict=True)]


def _columns_of(form: Form, headings: list[str]) -> dict[str, tuple[int, ...]]:
    """Which columns of the sheet hold which field: the first that bears its heading, and what it shares to the right."""
    found: dict[str, list[int]] = {}
    shared = ""
    for place, heading in enumerate(headings):
        column = next((column for column in form.columns if column.known_as.match(heading)), None) if heading else None
        if column and (column.field not in found or (column.shared and found[column.field][-1] == place - 1)):
            found.setdefault(column.field, []).append(place)
            shared = column.field if column.shared else ""
        elif shared and _NUMBER_HEADING.match(heading):
            found[shared].append(place)
        else:
            shared = ""
    return {field: tuple(places) for field, places in found.items()}


def _first_filled(row: SheetRow) -> int:
    return next(column for column, text in enumerate(row.texts) if text)
