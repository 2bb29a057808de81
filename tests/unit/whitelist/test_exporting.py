"""Out and in again: an export holds everything, and reading it back changes nothing."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.whitelist.builders import ENTERPRISE_HEADINGS, PROJECT_HEADINGS, an_enterprise_row, an_entry, imported, the_form
from whitelist.changes import describe_entries, diff_entries
from whitelist.entries import Contact, ContactNumber, Entry, Kind, Role, canonical_contacts, entry_id_of
from whitelist.exporting import contacts_text, write_whitelist
from whitelist.synthetic import synthetic_entries


def exported(*entries: Entry) -> io.BytesIO:
    file = io.BytesIO()
    write_whitelist(entries, file)
    file.seek(0)
    return file


def assert_nothing_changes(*entries: Entry) -> None:
    result = imported(exported(*entries))
    assert not result.refused
    changes = diff_entries(entries, result.entries)
    assert changes.nothing_to_change, describe_entries(changes)
    assert changes.unchanged == len(entries)


def test_an_export_has_the_annexes_titles_headings_and_notes() -> None:
    book = openpyxl.load_workbook(exported(an_entry("示例甲公司", "+8651588880001")))
    enterprises, projects = book.worksheets
    rows = list(enterprises.iter_rows(values_only=True))
    assert (enterprises.title, rows[0][0]) == ("三星级及以上企业信息库", "三星级及以上企业信息库")
    assert [str(heading).replace("\n", "") for heading in rows[1]][:8] == [text.replace("\n", "") for text in ENTERPRISE_HEADINGS]
    assert rows[2][:5] == ("1", "示例甲公司", None, None, "联络员甲 0515-88880001")
    assert rows[3][:2] == ("备注\n说明", "1、三星级及以上企业名单由所在县（市、区）确定填报；")
    assert {"A1:I1", "A4:A5", "B4:I4", "B5:I5"} == {str(merged) for merged in enterprises.merged_cells.ranges}
    assert [str(cell.value).replace("\n", "") for cell in projects[2]] == PROJECT_HEADINGS


def test_columns_the_annex_lacks_are_there_only_where_an_entry_needs_them() -> None:
    plain = replace(an_entry("示例甲公司", "+8651588880001", until=date(2027, 12, 31)), notes="四星级；有效期至2027-12-31")
    assert len(list(openpyxl.load_workbook(exported(plain)).worksheets[0][2])) == 8
    odd = replace(plain, tier="五星级", filed_by="示例区")
    assert [cell.value for cell in openpyxl.load_workbook(exported(odd)).worksheets[0][2]][8:] == ["星级", "填报单位"]


def test_rows_stand_in_the_order_they_were_filed_in() -> None:
    result = the_form(an_enterprise_row("示例乙公司", "88880002"), an_enterprise_row("示例甲公司", "88880001"))
    again = imported(exported(*reversed(result.entries)))
    assert [entry.name for entry in again.entries] == ["示例乙公司", "示例甲公司"]


def test_what_looks_like_a_formula_stays_a_text() -> None:
    entry = replace(an_entry('=HYPERLINK("http://example.invalid")', "+8651588880001"), notes="=1+1", tier="")
    assert_nothing_changes(entry)
    assert openpyxl.load_workbook(exported(entry)).worksheets[0]["B3"].data_type == "s"


def test_what_no_cell_can_hold_is_left_out_and_does_not_stop_the_export() -> None:
    entry = replace(an_entry("示例甲公司", "+8651588880001"), scope="a\x00b\x1fc\ud800d", notes="长" * 40_000)
    write_whitelist([entry], io.BytesIO())


def test_an_export_of_nothing_is_the_empty_form(tmp_path: Path) -> None:
    write_whitelist([], tmp_path / "empty.xlsx")
    assert imported(tmp_path / "empty.xlsx").entries == ()


def test_a_thousand_entries_come_back_as_they_were() -> None:
    assert_nothing_changes(*synthetic_entries(1000))


def test_an_entry_with_everything_comes_back_as_it_was() -> None:
    contacts = canonical_contacts(
        [
            Contact(Role.LEGAL, "张某(董事长)", (ContactNumber("+8651588880001", "801"), ContactNumber("+8613900001002"))),
            Contact(Role.LEGAL, "李某"),
            Contact(Role.LIAISON, "", (ContactNumber("+864008201234"),)),
            Contact(Role.LIAISON, "二组2", (ContactNumber("+8651588880003"),)),
            Contact(Role.LIAISON, "总机", (ContactNumber("+865158889xxxx"), ContactNumber("+8695588"), ContactNumber("+85221234567"))),
        ]
    )
    entry = Entry(
        entry_id=entry_id_of(Kind.ENTERPRISE, "示例甲公司"),
        kind=Kind.ENTERPRISE,
        name="示例甲公司",
        tier="四星级",
        address="备注路1号",
        industry="工业",
        scope="制造、销售",
        authority="市工信局",
        notes="2025年获三星级；有效期至2025-12-31",
        filed_by="示例区发改委",
        valid_from=date(2026, 1, 1),
        valid_until=None,
        contacts=contacts,
    )
    assert_nothing_changes(entry, an_entry("示例乙公司", "+8651588880002", tier=""))


words = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x4FFF) | st.sampled_from("ABxyz()（）-·1290 、"), min_size=1, max_size=12
)
texts = (
    words
    | st.just("")
    | st.text(max_size=20).filter(str.isprintable)
    | st.sampled_from(["合计", "备注", "例", "=1", "四星级", "有效期至2026-12-31"])
)
names = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4FFF), min_size=1, max_size=4) | st.sampled_from(
    ["", "总机", "二组2", "J. Doe"]
)
numbers = st.builds(
    ContactNumber,
    st.sampled_from(["+8651588880001", "+8613900001002", "+865158889xxxx", "+864008201234", "+8695588", "+85221234567", "+861088880001"]),
    st.sampled_from(["", "801"]),
)


@st.composite
def cells(draw: st.DrawFn) -> list[object]:
    """A row of the form with anything in it."""
    contacts = [Contact(role, draw(names), tuple(draw(st.lists(numbers, max_size=3)))) for role in (Role.LEGAL, Role.LIAISON, Role.LIAISON)]
    return [
        1,
        draw(words),
        draw(texts),
        contacts_text(contacts[:1]) or draw(texts),
        contacts_text(contacts[1:]) or draw(texts),
        draw(texts),
        draw(texts),
        draw(texts),
    ]


@settings(deadline=None, max_examples=150)
@given(st.lists(cells(), min_size=1, max_size=6))
def test_whatever_was_imported_comes_back_from_an_export_as_it_was(rows: list[list[object]]) -> None:
    assert_nothing_changes(*the_form(*rows).entries)
