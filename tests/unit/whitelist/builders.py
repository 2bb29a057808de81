"""Entries and workbooks as the stories need them; every name and number is made up."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import openpyxl

from whitelist.entries import Contact, ContactNumber, Entry, Kind, Role, entry_id_of
from whitelist.importing import Imported, read_whitelist

AREA = "0515"
TODAY = date(2026, 11, 20)
ENTERPRISE_HEADINGS = [
    "序号",
    "企业名称",
    "经营住所",
    "法定代表人\n及联系号码",
    "企业联络人\n及联系号码",
    "经营范围",
    "主管部门",
    "重点信息",
]
PROJECT_HEADINGS = ["序号", "项目名称", "地址", "所属行业", "主管部门", "项目内容", "项目联络人及联系电话", "重点信息登记"]


def an_entry(name: str, *patterns: str, kind: Kind = Kind.ENTERPRISE, tier: str = "四星级", until: date | None = None) -> Entry:
    """An entry whose liaison has these numbers."""
    role = Role.LIAISON if kind is Kind.ENTERPRISE else Role.PROJECT_LIAISON
    contact = Contact(role, "联络员甲", tuple(map(ContactNumber, patterns)))
    return Entry(entry_id=entry_id_of(kind, name), kind=kind, name=name, tier=tier, valid_until=until, contacts=(contact,))


def an_enterprise_row(name: str, contact: str, *, number: object = 1, notes: str = "四星级", legal: object = "") -> list[object]:
    """A row of 三星级及以上企业信息库."""
    return [number, name, "示例路1号", legal, contact, "机械制造", "市工信局", notes]


def a_workbook(*rows: Sequence[object], merged: Iterable[str] = (), sheet: str = "企业") -> io.BytesIO:
    """An .xlsx file with one sheet that holds these rows from A1 on."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(row)
    for reference in merged:
        page.merge_cells(reference)
    return saved(book)


def saved(book: openpyxl.Workbook) -> io.BytesIO:
    """The workbook as a file that is about to be read."""
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def imported(source: io.BytesIO | Path) -> Imported:
    """What the import says of the file."""
    return read_whitelist(source, area_code=AREA, name="样例.xlsx")


def the_form(*rows: Sequence[object]) -> Imported:
    """What the import says of the enterprise form with these rows."""
    return imported(a_workbook(["三星级及以上企业信息库"], ENTERPRISE_HEADINGS, *rows))
