"""涉企政策专员联络表, as departments send it in."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from calls.errors import Refused
from conference.roster import Level, SpecialistKind, department_of
from conference.roster_form import ImportedRoster, describe_roster, diff_roster, in_filed_order, read_roster, write_roster
from tests.unit.whitelist.builders import a_workbook

SAMPLE = Path(__file__).parents[3] / "config" / "lab" / "roster.xlsx"
HEADINGS = ["序号", "单 位", "类 型", "姓 名", "职 务", "办公电话", "手 机", "备注（是否为单位涉企政策咨询专员或窗口审批事项咨询专员）"]
EXPERT = "涉企政策\n解答专家组"


def read(*rows: list[object], merged: tuple[str, ...] = ()) -> ImportedRoster:
    return read_roster(a_workbook(["涉企政策专员联络表"], HEADINGS, *rows, merged=merged, sheet="专员"), area_code="0515", name="专员.xlsx")


def a_row(name: str, office: object = "0515-86660001", mobile: object = "", *, unit: str = "市税务局", kind: str = EXPERT) -> list[object]:
    return [1, unit, kind, name, "科长", office, mobile, "单位涉企咨询专员"]


def test_the_sample_holds_what_the_contract_of_the_lab_names() -> None:
    roster = read_roster(SAMPLE, area_code="0515")
    assert (roster.refused, roster.warnings) == ((), ())
    tax = [(one.name, one.leader, one.office, one.mobile) for one in roster.specialists if one.department == "税务"]
    assert tax == [
        ("税务领导甲", True, ("0515-86660009",), ("13900001009",)),
        ("税务专员甲", False, ("0515-86660001",), ("13900001001",)),
        ("税务专员乙", False, ("0515-86660002",), ()),
    ]
    assert {"人社", "市场监管", "行政审批", "发改", "工信"} <= {one.department for one in roster.specialists}


def test_it_comes_back_from_an_export_as_it_was(tmp_path: Path) -> None:
    roster = read_roster(SAMPLE, area_code="0515").specialists
    write_roster(reversed(roster), tmp_path / "again.xlsx")
    again = read_roster(tmp_path / "again.xlsx", area_code="0515")
    assert again.specialists == roster
    assert diff_roster(roster, again.specialists).nothing_to_change
    assert describe_roster(diff_roster(roster, again.specialists)) == f"Nothing to change: {len(roster)} are as they were."
    headings = [cell.value for cell in openpyxl.load_workbook(tmp_path / "again.xlsx").worksheets[0][2]]
    assert [str(heading).replace(" ", "") for heading in headings] == [heading.replace(" ", "") for heading in HEADINGS]


def test_a_unit_merged_down_holds_for_all_its_rows() -> None:
    rows = [[1, "市税务局", "分管领导", "甲", "", "86660001", "", ""], [2, None, EXPERT, "乙", "", "86660002、86660003转5", "", ""]]
    first, second = read(*rows, merged=("B3:B4",)).specialists
    assert (first.unit, first.kind, first.leader, first.place) == ("市税务局", SpecialistKind.LEADER, True, 1)
    assert (second.unit, second.kind, second.leader, second.place) == ("市税务局", SpecialistKind.EXPERT, False, 2)
    assert second.office == ("0515-86660002", "0515-86660003转5")
    assert second.source
    assert second.source.row == 4


def test_numbers_typed_into_excel_are_read() -> None:
    (one,) = read(a_row("甲", 86660001, 13900001001)).specialists
    assert (one.office, one.mobile) == (("0515-86660001",), ("13900001001",))


def test_the_empty_form_names_nobody() -> None:
    rows: list[list[object]] = [["例", "", "分管领导"], ["", "", EXPERT, "", "", "", "", "单位涉企咨询专员"]]
    result = read(*rows)
    assert (result.specialists, result.refused) == ((), ())
    assert [remark.cell for remark in result.passed_over] == ["专员!A3", "专员!D4"]


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        (a_row("甲", ""), "专员!F3", "no 办公电话 and no 手机 that can be called is given"),
        (a_row("甲", "666001"), "专员!F3", "no 办公电话 and no 手机 that can be called is given"),
        (a_row("甲", "0515-8666xxxx"), "专员!F3", "no 办公电话 and no 手机 that can be called is given"),
        (a_row("甲", unit=""), "专员!B3", "单位 is empty; fill it in, or merge it with the cell above."),
        (a_row(""), "专员!D3", "姓名 is empty; fill it in, or merge it with the cell above."),
        (a_row("甲", "=A1"), "专员!F3", "the cell holds a formula; paste its value instead."),
        (a_row("甲" * 501), "专员!D3", "the cell holds 501 characters; 500 are read at most."),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_its_cell(row: list[object], cell: str, says: str) -> None:
    result = read(row, a_row("乙"))
    (remark,) = result.refused
    assert remark.cell == cell
    assert remark.sentence.startswith(says)
    assert [one.name for one in result.specialists] == ["乙"]


def test_a_number_that_cannot_be_called_is_left_out_and_told() -> None:
    result = read(a_row("甲", "0515-86660001、666001", "0515-8666xxxx"))
    assert result.specialists[0].office == ("0515-86660001",)
    assert [(remark.cell, remark.sentence) for remark in result.warnings] == [
        ("专员!F3", "left out: 666001 is a short number, known in one network only."),
        ("专员!G3", "left out: 0515-8666xxxx is more than one number."),
    ]


def test_who_stands_there_twice_is_put_together_and_told() -> None:
    result = read(a_row("甲"), a_row("甲", "0515-86660002", "13900001002"))
    (one,) = result.specialists
    assert (one.office, one.mobile) == (("0515-86660001", "0515-86660002"), ("13900001002",))
    assert result.warnings[0].sentence == "甲 of 市税务局 stands there twice; the rows were put together."


def test_a_change_is_told_field_by_field_and_other_units_are_not_missed() -> None:
    kept = read(a_row("甲"), a_row("乙", "86660002"), a_row("丙", "86660003", unit="市人社局")).specialists
    new = read(a_row("甲", "0515-86660001", "13900001001"), a_row("丁", "86660004")).specialists
    assert describe_roster(diff_roster(kept, new)).splitlines() == [
        "+ 市税务局 丁 (涉企政策解答专家组): 0515-86660004",
        "~ 市税务局 甲 (涉企政策解答专家组): 0515-86660001、13900001001",
        "    手机: nothing -> 13900001001",
        "? 市税务局 乙 (涉企政策解答专家组): 0515-86660002 (not in the file; kept)",
        "1 added, 1 changed, 0 removed, 0 unchanged.",
    ]
    assert [one.name for one in diff_roster(kept, new, remove_missing=True).removed] == ["乙"]


def test_an_export_keeps_units_together_whatever_order_they_are_kept_in() -> None:
    one, two, three = read(a_row("甲"), a_row("丙", unit="市人社局"), a_row("乙", "86660002")).specialists
    assert [who.name for who in in_filed_order([two, three, one])] == ["甲", "乙", "丙"]
    assert in_filed_order([replace(who, source=None) for who in (three, one)])[0].name == "甲"


def test_a_workbook_with_another_form_is_refused() -> None:
    with pytest.raises(Refused, match=r"holds no table with the headings of 涉企政策专员联络表 \(姓名 …\)"):
        read_roster(io.BytesIO(a_workbook(["序号", "企业名称", "经营住所"]).getvalue()), area_code="0515", name="专员.xlsx")


@pytest.mark.parametrize(
    ("unit", "short"),
    [
        ("市税务局", "税务"),
        ("示例市税务局第一税务分局", "税务"),
        ("市人力资源和社会保障局", "人社"),
        ("市人社局", "人社"),
        ("市发展改革委", "发改"),
        ("市发展和改革委员会", "发改"),
        ("市工业和信息化局", "工信"),
        ("市住房和城乡建设局", "住建"),
        ("市市场监管局", "市场监管"),
        ("市场监督管理局", "市场监管"),
        ("市地方金融监管局", "金融监管"),
        ("市自然资源和规划局", "自然资源"),
        ("市文化广电和旅游局", "文旅"),
        ("市民政局", "民政"),
        ("示例县水利局", "水利"),
        ("市商务局", "商务"),
        ("市住房公积金管理中心", "公积金"),
        ("城市管理局", "城管"),
        ("局", "局"),
    ],
)
def test_what_a_unit_is_called_for_short(unit: str, short: str) -> None:
    assert department_of(unit) == short


def test_topics_level_duty_and_stand_ins_stand_in_columns_of_their_own_and_come_back(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["序号", "单位", "类型", "姓名", "职务", "办公电话", "手机", "备注", "优势业务领域", "层级", "值班时间", "替班人"])
    topics = "出口退税、税收优惠，出口退税"
    sheet.append([1, "市税务局", "涉企政策解答专家组", "甲", "", "0515-86660001", "", "", topics, "市级", "office/day", "乙；市人社局 丙"])
    sheet.append([2, "市税务局", "涉企政策解答专家组", "乙", "", "0515-86660002", "", "", "", "街道", "", ""])
    book.save(tmp_path / "in.xlsx")
    filed = read_roster(tmp_path / "in.xlsx", area_code="0515")
    first, second = filed.specialists
    assert (first.topics, first.level, first.duty) == (("出口退税", "税收优惠"), Level.CITY, ("office", "day"))
    assert first.stand_ins == ("乙", "市人社局 丙")
    assert (second.topics, second.level) == ((), None)
    assert ["街道 is no 层级" in warning.sentence for warning in filed.warnings] == [True]
    write_roster(filed.specialists, tmp_path / "out.xlsx")
    again = read_roster(tmp_path / "out.xlsx", area_code="0515")
    assert diff_roster(filed.specialists, again.specialists).nothing_to_change
    write_roster([second], tmp_path / "plain.xlsx")
    plain: Any = openpyxl.load_workbook(tmp_path / "plain.xlsx").active
    headings = next(plain.iter_rows(min_row=2, values_only=True))
    assert "优势业务领域" not in headings
