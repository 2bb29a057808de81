"""Writes the lab's sample whitelist and roster, in the annex forms and as untidy as offices send them in.

    python config/lab/make_samples.py

Every name, number and address is made up. What the contract of the lab asks for is checked in tests/unit/whitelist/test_samples.py.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Font

HERE: Final = Path(__file__).parent
MADE: Final = datetime(2026, 11, 20)  # noqa: DTZ001 - a workbook's dates have no zone

ENTERPRISE_HEADINGS: Final = (
    "序号",
    "企业名称",
    "经营住所",
    "法定代表人\n及联系号码",
    "企业联络人\n及联系号码",
    "经营范围",
    "主管部门",
    "重点信息",
)
ENTERPRISES: Final[tuple[tuple[object, ...], ...]] = (
    ("一、工业企业",),
    (
        1,
        "示例甲精密机械有限公司（虚构）",
        "示例路1号",
        "赵某甲 0515-88880001",
        "钱某甲 13900002001",
        "精密机械制造",
        "市工信局",
        "四星级；有效期至2035-12-31",
    ),
    (
        2,
        "示例乙新材料有限公司（虚构）",
        "示例路2号",
        "赵某乙 （0515）88880002",
        "钱某乙：13900002002、13900002012",
        "新材料",
        "市工信局",
        "四星级",
    ),
    (3, "示例丙电气有限公司（虚构）", "示例路3号", "赵某丙 051588880003", "钱某丙 13900002003", "电气设备", "市工信局", "四星级"),
    (None, None, None, None, "孙某丙\n13900002013", None, None, None),
    (4, "示例丁汽车部件有限公司（虚构）", "示例路4号", "赵某丁０５１５－８８８８０００４", "", "汽车部件", "市工信局", "4星级"),
    (5, "示例戊食品有限公司（虚构）", "示例路5号", 88880005, 13900002005, "食品加工", "市工信局", "★★★★"),
    (
        6,
        "示例己纺织有限公司（虚构）",
        "示例路6号",
        "赵某己 0515-88880006转801",
        "钱某己 139 0000 2006",
        "纺织",
        "市工信局",
        "2025年由三星级升为四星级",
    ),
    ("二、服务业企业",),
    (
        7,
        "示例庚物流有限公司（虚构）",
        "示例路7号",
        "赵某庚 +86 515 8888 0007",
        "13900002007（钱某庚）",
        "仓储物流",
        "市交通运输局",
        "四星级",
    ),
    (8, "示例辛软件有限公司（虚构）", "示例路8号", "赵某辛 8888 0008", "总机 0515-8888-0018", "软件开发", "市工信局", "四星级"),
    (9, "示例壬商贸有限公司（虚构）", "示例路9号", "0515-88880009、13900002009 赵某壬", "无", "商贸", "市商务局", "四星级"),
    (10, "示例癸集团有限公司（虚构）", "示例大道10号", "赵某癸", "总机 0515-8889xxxx", "综合", "市工信局", "四星级"),
    (11, "示例寅酒店有限公司（虚构）", "示例路11号", "赵某寅 0515-88880011", "", "住宿餐饮", "市商务局", "三星级"),
    (12, "示例子建筑有限公司（虚构）", "示例路12号", "赵某子 0515-88880201", "", "建筑施工", "市住建局", "四星级；有效期至2026-06-30"),
)
ENTERPRISE_MERGED: Final = ("A1:H1", "A2:H2", "A4:H4", "A7:A8", "B7:B8", "C7:C8", "D7:D8", "F7:F8", "G7:G8", "H7:H8", "A12:H12")
ENTERPRISE_NOTES: Final = (
    ("备注\n说明", "1、三星级及以上企业名单由所在县（市、区）确定填报；"),
    (None, "2、联系号码为直接连接线上企业直通车专席的号码，企业拨打 12345 直接转专席接听。"),
)

PROJECT_HEADINGS: Final = ("序号", "项目名称", "地址", "所属行业", "主管部门", "项目内容", "项目联络人及联系电话", "重点信息登记")
PROJECTS: Final[tuple[tuple[object, ...], ...]] = (
    (
        1,
        "示例一号智能制造产业园项目（虚构）",
        "示例大道100号",
        "装备制造",
        "市发改委",
        "厂房与生产线",
        "李某甲 0515-88880101；周某甲 13900003001",
        "省级重大项目",
    ),
    (
        2,
        "示例二号海上风电项目（虚构）",
        "示例大道200号",
        "新能源",
        "市发改委",
        "风电场",
        "李某乙：0515-88880102",
        "市级重点项目；有效期至2035-12-31",
    ),
)
PROJECT_NOTES: Final = (
    ("备注\n说明", "1、重点项目由所在县（市、区）或职能主管部门确定填报；"),
    (None, "2、联系号码为直接连接线上企业直通车专席的号码，企业拨打 12345 直接转专席接听。"),
)

ROSTER_HEADINGS: Final = (
    "序号", "单 位", "类 型", "姓 名", "职 务", "办公电话", "手 机", "备注（是否为单位涉企政策咨询专员或窗口审批事项咨询专员）",
)  # fmt: skip
_EXPERT: Final = "涉企政策\n解答专家组"
ROSTER: Final[tuple[tuple[object, ...], ...]] = (
    ("例", "×××局", "分管领导", "×××", "副局长", "0515-8666xxxx", "1390000xxxx", ""),
    (1, "市税务局", "分管领导", "税务领导甲", "副局长", "0515-86660009", "13900001009", ""),
    (2, None, _EXPERT, "税务专员甲", "科长", "0515-86660001", "13900001001", "单位涉企咨询专员"),
    (3, None, None, "税务专员乙", "副科长", "0515-86660002", "", "窗口咨询专员"),
    (4, "市人社局", "分管领导", "人社领导甲", "副局长", "0515-86660019", "", ""),
    (5, None, _EXPERT, "人社专员甲", "科长", "86660011", 13900001011, "单位涉企咨询专员"),
    (6, None, None, "人社专员乙", "科员", "86660012转3", "", "窗口咨询专员"),
    (7, "市市场监管局", _EXPERT, "市监专员甲", "科长", "（0515）86660021", "139 0000 1021", "单位涉企咨询专员"),
    (8, "市行政审批局", _EXPERT, "审批专员甲", "科长", "0515-86660031、0515-86660032", "13900001031", "窗口咨询专员"),
    (9, "市发展改革委", _EXPERT, "发改专员甲", "处长", "0515-86660041", "13900001041", "单位涉企咨询专员"),
    (10, "市工业和信息化局", _EXPERT, "工信专员甲", "处长", "", "13900001051", "单位涉企咨询专员"),
)
ROSTER_MERGED: Final = ("A1:H1", "B4:B6", "C5:C6", "B7:B9", "C8:C9")


def main() -> None:
    """Write both workbooks beside this file."""
    whitelist = openpyxl.Workbook()
    filed_by: Sequence[object] = ("填报单位（盖章）：示例市发改委        填报日期：2026-11-20",)
    rows = (("三星级及以上企业信息库",), filed_by, ENTERPRISE_HEADINGS, *ENTERPRISES, *ENTERPRISE_NOTES)
    _fill(whitelist.worksheets[0], "三星级及以上企业信息库", rows, ENTERPRISE_MERGED, notes_from=19)
    rows = (("重点项目信息库",), PROJECT_HEADINGS, *PROJECTS, *PROJECT_NOTES)
    _fill(whitelist.create_sheet(), "重点项目信息库", rows, ("A1:H1",), notes_from=5)
    _save(whitelist, HERE / "whitelist.xlsx")
    roster = openpyxl.Workbook()
    _fill(roster.worksheets[0], "涉企政策专员联络表", (("涉企政策专员联络表",), ROSTER_HEADINGS, *ROSTER), ROSTER_MERGED)
    _save(roster, HERE / "roster.xlsx")


def _fill(page: Any, title: str, rows: Iterable[Sequence[object]], merged: Iterable[str], notes_from: int = 0) -> None:  # noqa: ANN401 - openpyxl's sheets have no common type
    page.title = title
    for row in rows:
        page.append(row)
    for reference in merged:
        page.merge_cells(reference)
    if notes_from:
        for reference in (f"A{notes_from}:A{notes_from + 1}", f"B{notes_from}:H{notes_from}", f"B{notes_from + 1}:H{notes_from + 1}"):
            page.merge_cells(reference)
    for column, width in zip("ABCDEFGH", (6, 34, 16, 26, 28, 14, 18, 30), strict=True):
        page.column_dimensions[column].width = width
    page["A1"].font = Font(bold=True, size=16)
    for cell in [cell for line in page.iter_rows() for cell in line]:
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center" if cell.row <= 3 else None)


def _save(book: openpyxl.Workbook, target: Path) -> None:
    book.properties.creator, book.properties.created, book.properties.modified = "Zhida", MADE, MADE
    book.save(target)


if __name__ == "__main__":
    main()
