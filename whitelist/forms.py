"""The two annex forms: 三星级及以上企业信息库 and 重点项目信息库.

Their columns are the annex's. It has none for tier and validity, which are read from 重点信息 ("四星级；有效期至2026-12-31"); where
an office has added columns of its own for them (星级, 有效期起, 有效期至, 填报单位, 类别), those are taken first.
"""

import re
from typing import Final

from whitelist.entries import Kind, Role
from whitelist.tables import SEQUENCE, Column, Form


def _column(field: str, heading: str, known_as: str, *, shared: bool = False) -> Column:
    return Column(field, heading, re.compile(known_as), shared)


_NOTES: Final = r"重点信息|备注"
_AUTHORITY: Final = r"(?:行业)?主管(?:部门|单位)"
ADDED: Final = (
    _column("tier", "星级", r"(?:企业|项目)?(?:星级|等级|级别)"),
    _column("valid_from", "有效期起", r"有效期\(?(?:起|开始|自)|生效"),
    _column("valid_until", "有效期至", r"有效期|有效截止|截止日期|失效"),
    _column("filed_by", "填报单位", r"填报(?:单位|地区)|报送单位|所属(?:县|区|地区)|县\(市|属地"),
)
"""Columns the annex does not have; an export has them only where an entry needs them."""

ENTERPRISES: Final = Form(
    "三星级及以上企业信息库",
    "name",
    (
        SEQUENCE,
        _column("name", "企业名称", r"(?:企业|单位|公司)(?:\(单位\))?名称"),
        _column("address", "经营住所", r"(?:经营|注册|企业|单位)*(?:住所|地址|场所)"),
        _column("legal", "法定代表人\n及联系号码", r"法定代表人|法人|(?:企业|主要)?负责人", shared=True),
        _column("liaison", "企业联络人\n及联系号码", r"(?:企业|单位)?联[络系][人员]", shared=True),
        _column("scope", "经营范围", r"(?:主要)?经营范围|主营业务"),
        _column("authority", "主管部门", _AUTHORITY),
        _column("notes", "重点信息", _NOTES),
        *ADDED,
        _column("industry", "类别", r"(?:所属)?(?:行业|产业)?(?:类别|行业|产业)"),
    ),
)

PROJECTS: Final = Form(
    "重点项目信息库",
    "name",
    (
        SEQUENCE,
        _column("name", "项目名称", r"(?:重点|重大)?项目名称"),
        _column("address", "地址", r"(?:项目|建设)?(?:地址|地点|住所)"),
        _column("industry", "所属行业", r"(?:所属)?(?:行业|产业)(?:类别)?|类别"),
        _column("authority", "主管部门", _AUTHORITY),
        _column("scope", "项目内容", r"(?:项目|建设|主要)内容|项目概况"),
        _column("project_liaison", "项目联络人\n及联系电话", r"(?:项目)?联[络系][人员]", shared=True),
        _column("notes", "重点信息登记", _NOTES),
        *ADDED,
    ),
)

FORMS: Final = (ENTERPRISES, PROJECTS)
KIND_OF: Final = {ENTERPRISES.name: Kind.ENTERPRISE, PROJECTS.name: Kind.PROJECT}
ROLE_OF: Final = {"legal": Role.LEGAL, "liaison": Role.LIAISON, "project_liaison": Role.PROJECT_LIAISON}
"""The columns that hold contacts, and whose they are."""

NOTES_BELOW: Final = {
    Kind.ENTERPRISE: "1、三星级及以上企业名单由所在县（市、区）确定填报；",
    Kind.PROJECT: "1、重点项目由所在县（市、区）或职能主管部门确定填报；",
}
NOTE_ON_NUMBERS: Final = "2、联系号码为直接连接线上企业直通车专席的号码，企业拨打 12345 直接转专席接听。"
"""What stands below the tables in the annex."""
