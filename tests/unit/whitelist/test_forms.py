"""The annex forms as offices send them in."""

from datetime import date
from itertools import groupby

import openpyxl
import pytest

from calls.errors import Refused
from tests.unit.whitelist.builders import ENTERPRISE_HEADINGS, PROJECT_HEADINGS, a_workbook, an_enterprise_row, imported, saved, the_form
from whitelist.entries import Entry, Kind
from whitelist.exporting import contacts_text
from whitelist.importing import Imported, describe

TITLE = ["三星级及以上企业信息库"]


def contacts(entry: Entry) -> list[str]:
    """The contacts of each role as an export would write them."""
    by_role = groupby(entry.contacts, key=lambda contact: contact.role)
    return [f"{role}: {contacts_text(group)}" for role, group in by_role]


def refusal(result: Imported) -> tuple[str, str]:
    (remark,) = result.refused
    return remark.cell, remark.sentence


def test_the_annex_form_as_it_is() -> None:
    result = imported(
        a_workbook(
            TITLE,
            ENTERPRISE_HEADINGS,
            [
                1,
                "示例甲机械有限公司",
                "示例路1号",
                "张某 0515-88880001",
                "李某 13900001002、0515-88880003转801",
                "机械制造",
                "市工信局",
                "四星级；有效期至2027-12-31",
            ],
            [None] * 8,
            ["备注\n说明", "1、三星级及以上企业名单由所在县（市、区）确定填报；"],
            [None, "2、联系号码为直接连接线上企业直通车专席的号码，企业拨打 12345 直接转专席接听。"],
            merged=["A1:H1", "A5:A6", "B5:H5", "B6:H6"],
        )
    )
    (entry,) = result.entries
    assert (result.rows, result.refused, result.warnings) == (1, (), ())
    assert (entry.kind, entry.name, entry.tier, entry.valid_until) == (Kind.ENTERPRISE, "示例甲机械有限公司", "四星级", date(2027, 12, 31))
    assert (entry.address, entry.scope, entry.authority, entry.notes) == ("示例路1号", "机械制造", "市工信局", "四星级；有效期至2027-12-31")
    assert entry.legal_representative == "张某"
    assert contacts(entry) == ["法定代表人: 张某 0515-88880001", "企业联络人: 李某 13900001002、0515-88880003转801"]
    assert entry.source
    assert (entry.source.file, entry.source.sheet, entry.source.row) == ("样例.xlsx", "企业", 3)
    assert [remark.cell for remark in result.passed_over] == ["企业!A5", "企业!A6"]


def test_the_project_form_has_its_own_columns() -> None:
    row = [1, "示例丙产业园", "示例大道", "装备制造", "市发改委", "一期厂房", "王某：0515-88880101", "省级重大项目"]
    (entry,) = imported(a_workbook(["重点项目信息库"], PROJECT_HEADINGS, row)).entries
    assert (entry.kind, entry.industry, entry.scope, entry.tier) == (Kind.PROJECT, "装备制造", "一期厂房", "")
    assert contacts(entry) == ["项目联络人: 王某 0515-88880101"]


def test_both_forms_may_be_in_one_workbook_on_two_sheets_or_on_one() -> None:
    enterprise, project = an_enterprise_row("示例甲公司", "88880001"), [1, "示例丙项目", "", "", "", "", "88880101", ""]
    one = a_workbook(TITLE, ENTERPRISE_HEADINGS, enterprise, ["备注说明", "1、…"], [], ["重点项目信息库"], PROJECT_HEADINGS, project)
    book = openpyxl.load_workbook(one)
    book.create_sheet("空表")
    page = book.create_sheet("项目")
    page.append(PROJECT_HEADINGS)
    page.append([1, "示例丁项目", "", "", "", "", "88880102", ""])
    assert [entry.name for entry in imported(saved(book)).entries] == ["示例甲公司", "示例丙项目", "示例丁项目"]


def test_a_name_merged_down_is_one_enterprise_with_the_contacts_of_all_its_rows() -> None:
    rows = [
        [1, "示例甲公司", "示例路1号", "张某 88880001", "李某 13900001002", "机械", "市工信局", "四星级"],
        [None, None, None, None, "王某 13900001003", None, None, None],
        [None, None, None, None, "赵某 13900001004", None, None, None],
        [2, "示例乙公司", "示例路2号", "钱某 88880002", "", "", "", "三星级"],
    ]
    merged = ["A3:A5", "B3:B5", "C3:C5", "D3:D5", "F3:F5", "G3:G5", "H3:H5"]
    result = imported(a_workbook(TITLE, ENTERPRISE_HEADINGS, *rows, merged=merged))
    first, second = result.entries
    assert contacts(first) == ["法定代表人: 张某 0515-88880001", "企业联络人: 李某 13900001002；王某 13900001003；赵某 13900001004"]
    assert second.name == "示例乙公司"
    assert (result.rows, result.refused, result.warnings) == (4, (), ())


def test_headings_may_be_in_two_rows_with_names_and_numbers_apart() -> None:
    upper = ["序 号", "企 业 名 称", "住所", "法定代表人", "", "企业联络人", "", "重点信息"]
    lower = ["", "", "", "姓名", "联系号码", "姓名", "联系号码", ""]
    row = [1, "示例甲公司", "示例路1号", "张某", "0515-88880001", "李某", 13900001002, "四星级"]
    merged = ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1", "H1:H2"]
    (entry,) = imported(a_workbook(upper, lower, row, merged=merged)).entries
    assert contacts(entry) == ["法定代表人: 张某 0515-88880001", "企业联络人: 李某 13900001002"]


def test_a_heading_may_be_cut_over_two_rows() -> None:
    rows = [
        ["序", "企业", "经营", "法定代表人", "企业联络人"],
        ["号", "名称", "住所", "及联系号码", "及联系号码"],
        [1, "示例甲公司", "", "88880001", ""],
    ]
    assert [entry.name for entry in imported(a_workbook(*rows)).entries] == ["示例甲公司"]


def test_a_column_of_numbers_beside_a_column_of_names() -> None:
    rows = [
        ["序号", "企业名称", "法人代表", "联系电话", "联络员", "联系电话", "备注"],
        [1, "示例甲公司", "张某", 88880001, "李某", "13900001002", "四星"],
    ]
    (entry,) = imported(a_workbook(*rows)).entries
    assert contacts(entry) == ["法定代表人: 张某 0515-88880001", "企业联络人: 李某 13900001002"]
    assert entry.tier == "四星级"


@pytest.mark.parametrize("typed", [88880001, 88880001.0, 5.1588880001e10, "88880001.0", "5.1588880001E+10", "'0515-88880001"[1:]])
def test_a_number_that_excel_holds_as_a_number_is_read(typed: object) -> None:
    (entry,) = the_form(an_enterprise_row("示例甲公司", typed)).entries  # type: ignore[arg-type]
    assert [number.pattern for number in entry.numbers] == ["+8651588880001"]


def test_the_example_the_dividers_and_the_empty_numbered_rows_are_passed_over() -> None:
    result = imported(
        a_workbook(
            ["填报单位（盖章）：示例区发改委          填报日期：2026-11-01"],
            TITLE,
            ENTERPRISE_HEADINGS,
            ["例", "×××公司", "×××", "张三 0515-88888888", "", "", "", ""],
            ["一、工业企业"],
            an_enterprise_row("示例甲公司", "88880001"),
            ["二、服务业企业"],
            an_enterprise_row("示例乙公司", "88880002", number=2),
            [3, *[None] * 7],
            ["合计", "2家"],
            ["填报人：孙某", "", "", "", "联系电话：0515-88889999"],
            merged=["A1:H1", "A2:H2", "A5:H5", "A7:H7"],
        )
    )
    assert [(entry.name, entry.industry, entry.filed_by) for entry in result.entries] == [
        ("示例甲公司", "工业", "示例区发改委"),
        ("示例乙公司", "服务业", "示例区发改委"),
    ]
    assert not result.refused
    assert [remark.sentence for remark in result.passed_over] == [
        "the row is the form's example and was passed over.",
        "the row is the divider 一、工业企业 and was passed over.",
        "the row is the divider 二、服务业企业 and was passed over.",
        "the row is numbered but empty and was passed over.",
        "the row is a total and was passed over.",
        "the row is the table's foot and was passed over.",
    ]


def test_columns_an_office_added_are_taken_before_the_notes() -> None:
    headings = [*ENTERPRISE_HEADINGS, "星级", "有效期起", "有效期至", "填报单位", "类别"]
    row = [
        *an_enterprise_row("示例甲公司", "88880001", notes="三星级；有效期至2025-12-31"),
        "四星级",
        date(2026, 1, 1),
        date(2027, 12, 31),
        "示例区",
        "工业",
    ]
    (entry,) = imported(a_workbook(headings, row)).entries
    assert (entry.tier, entry.valid_from, entry.valid_until) == ("四星级", date(2026, 1, 1), date(2027, 12, 31))
    assert (entry.filed_by, entry.industry) == ("示例区", "工业")


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        (an_enterprise_row("示例甲公司", ""), "企业!D3", "no number is given; write one such as 0515-88880001 or 13900001001."),
        (an_enterprise_row("示例甲公司", "李某"), "企业!E3", "李某 holds no number that can be taken"),
        (an_enterprise_row("示例甲公司", "李某 12345"), "企业!E3", "李某 12345 holds no number that can be taken"),
        (an_enterprise_row("", "李某 88880001"), "企业!B3", "企业名称 is empty; fill it in, or merge it with the cell above."),
        (an_enterprise_row("示例甲公司", "=A1"), "企业!E3", "the cell holds a formula; paste its value instead."),
        (an_enterprise_row("示例甲公司", "88880001", notes="二星级"), "企业!H3", "二星级 is below the three stars this form is for."),
        (an_enterprise_row("示例甲公司", "88880001", notes="有效期三年"), "企业!H3", "the validity 有效期三年 names no date"),
        (
            an_enterprise_row("示例甲公司", "88880001", notes="长" * 2001),
            "企业!H3",
            "the cell holds 2001 characters; 2000 are read at most.",
        ),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_its_cell(row: list[object], cell: str, says: str) -> None:
    result = the_form(row, an_enterprise_row("示例乙公司", "88880002"))
    refused_cell, sentence = refusal(result)
    assert refused_cell == cell
    assert sentence.startswith(says)
    assert [entry.name for entry in result.entries] == ["示例乙公司"]
    assert f"refused  {cell}: {says}" in describe(result)


def test_an_error_value_in_a_cell_refuses_its_row() -> None:
    book = openpyxl.load_workbook(a_workbook(TITLE, ENTERPRISE_HEADINGS, an_enterprise_row("示例甲公司", "88880001")))
    book.worksheets[0]["F3"] = "#REF!"
    assert refusal(imported(saved(book))) == ("企业!F3", "the cell holds an error value.")


def test_a_formula_that_only_counts_the_rows_harms_nothing() -> None:
    assert the_form(an_enterprise_row("示例甲公司", "88880001", number="=ROW()-2")).rows == 1


def test_a_number_that_cannot_be_read_is_left_out_and_told_where_others_can() -> None:
    result = the_form(an_enterprise_row("示例甲公司", "李某 0515-8888、13900001002"))
    assert contacts(result.entries[0]) == ["企业联络人: 李某 13900001002"]
    (remark,) = result.warnings
    assert (remark.cell, remark.sentence) == ("企业!E3", "left out: 0515-8888 is not a number of the numbering plan of +86.")


def test_a_number_of_two_enterprises_is_told_also_inside_the_others_block() -> None:
    result = the_form(
        an_enterprise_row("示例甲公司", "88880001"),
        an_enterprise_row("示例乙公司", "88880001"),
        an_enterprise_row("示例丙公司", "8888****"),
    )
    assert len(result.entries) == 3
    assert [(remark.cell, remark.sentence) for remark in result.warnings] == [
        ("企业!B3", "0515-88880001 of 「示例甲公司」 is also claimed by 「示例丙公司」 (企业!B5)."),
        ("企业!B4", "0515-88880001 of 「示例乙公司」 is also claimed by 「示例甲公司」 (企业!B3)."),
    ]


def test_a_number_given_twice_is_told() -> None:
    result = the_form(an_enterprise_row("示例甲公司", "李某 88880001", legal="张某 88880001"))
    assert [(remark.cell, remark.sentence) for remark in result.warnings] == [("企业!B3", "0515-88880001 is given twice.")]


def test_an_enterprise_that_stands_in_two_rows_is_put_together_and_told() -> None:
    other = an_enterprise_row("示例甲 公司", "88880002", notes="五星级")
    result = the_form(an_enterprise_row("示例甲公司", "88880001"), other)
    (entry,) = result.entries
    assert contacts(entry) == ["企业联络人: 0515-88880001、0515-88880002"]
    assert entry.tier == "四星级"
    assert [remark.sentence for remark in result.warnings] == [
        "「示例甲公司」 stands already in 企业!B3; the rows were put together.",
        "星级 differs from that in the row of 企业!B3, which was taken.",
        "重点信息 differs from that in the row of 企业!B3, which was taken.",
    ]


def test_a_row_after_the_notes_is_read_all_the_same() -> None:
    result = the_form(
        an_enterprise_row("示例甲公司", "88880001"), ["备注", "1、…"], ["", "2、…"], an_enterprise_row("示例乙公司", "88880002")
    )
    assert len(result.entries) == 2


@pytest.mark.parametrize("name", ["说明书印刷有限公司", "合计科技有限公司", "填报软件有限公司", "注塑机械厂", "例外设计公司"])
def test_an_enterprise_whose_name_begins_like_a_note_is_an_enterprise(name: str) -> None:
    assert [entry.name for entry in the_form(an_enterprise_row(name, "88880001", number="")).entries] == [name]


def test_a_hidden_sheet_gives_nobody_priority() -> None:
    book = openpyxl.load_workbook(a_workbook(ENTERPRISE_HEADINGS, an_enterprise_row("示例甲公司", "88880001")))
    page = book.create_sheet("旧表")
    page.append(ENTERPRISE_HEADINGS)
    page.append(an_enterprise_row("示例乙公司", "88880002"))
    page.sheet_state = "hidden"
    result = imported(saved(book))
    assert [entry.name for entry in result.entries] == ["示例甲公司"]
    assert result.passed_over[0].sentence == "the sheet is hidden and was passed over."


def test_a_workbook_without_either_form_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        imported(a_workbook(["姓名", "电话"], ["张某", "88880001"]))
    assert refused.value.code == "form_not_recognised"
    assert "三星级及以上企业信息库 (企业名称 …) or 重点项目信息库 (项目名称 …)" in refused.value.sentence


def test_texts_keep_to_one_line_and_lose_what_does_not_print() -> None:
    book = openpyxl.load_workbook(a_workbook(TITLE, ENTERPRISE_HEADINGS, an_enterprise_row("示例甲\n 公司 ", "88880001")))
    (entry,) = imported(saved(book)).entries
    assert entry.name == "示例甲 公司"
