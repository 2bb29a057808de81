"""The policy specialists (政策专员) of 涉企政策专员联络表: who they are, of which department, by which phones."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from whitelist.entries import Source
from whitelist.plain import squeezed


class SpecialistKind(StrEnum):
    """类型: the form knows two."""

    LEADER = "分管领导"
    EXPERT = "涉企政策解答专家组"


class Level(StrEnum):
    """层级: of which level of government he is."""

    CITY = "市"
    COUNTY = "县"


@dataclass(frozen=True, slots=True, kw_only=True)
class Specialist:
    """One specialist. Where he was read makes no difference between two.

    Numbers are as people write them (0515-86660001, 13900001001, 0515-86660001转801), in the order in which they are tried.

    Args:
        unit: 单位 as it stands in the form. department: its short name (税务), by which a seat asks for it.
        place: among the specialists of his unit, from 1; they are asked in this order.
        title: 职务. notes: 备注, such as 单位涉企咨询专员 or 窗口咨询专员.
        topics: 优势业务领域, by which a seat may ask for him (出口退税). level: None where the roster does not say.
        duty: 值班时间, names of configured hours; he is on duty in any of them. Empty: as his department.
        stand_ins: 替班人, names (or ids) of those who take over while he is away or off duty.
    """

    specialist_id: str
    unit: str
    department: str
    kind: SpecialistKind
    name: str
    place: int
    title: str = ""
    office: tuple[str, ...] = ()
    mobile: tuple[str, ...] = ()
    notes: str = ""
    topics: tuple[str, ...] = ()
    level: Level | None = None
    duty: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()
    source: Source | None = field(default=None, compare=False)

    @property
    def leader(self) -> bool:
        """Whether he is the 分管领导, who is asked after everybody else."""
        return self.kind is SpecialistKind.LEADER


def specialist_id_of(unit: str, name: str) -> str:
    """The id of a specialist: 16 hex digits made of unit and name, so that it is the same in every import."""
    return blake2b(f"{squeezed(unit)}\0{squeezed(name)}".encode("utf-8", "replace"), digest_size=8).hexdigest()


_KNOWN: Final = (
    ("发改", r"发展(?:和)?改革|发改"),
    ("科技", r"科学技术|科技"),
    ("工信", r"工业和信息化|工信"),
    ("人社", r"人力资源|人社"),
    ("生态环境", r"生态环境|环境保护|环保"),
    ("住建", r"住房和城乡|住建"),
    ("交通", r"交通"),
    ("文旅", r"文化|文旅|文广"),
    ("市场监管", r"市场监"),
    ("金融监管", r"金融"),
    ("自然资源", r"自然资源"),
    ("公积金", r"公积金"),
    ("医保", r"医疗保障|医保"),
    ("行政审批", r"行政审批|政务服务"),
    ("税务", r"税务"),
    ("城管", r"城市管理|城管"),
)
_AROUND: Final = re.compile(r"^(?:[^市县区]{1,6}[市县区]|[市县区])|(?:局|委员会|委|厅|中心|办公室|办)$")


def department_of(unit: str) -> str:
    """What a unit is called for short: 市税务局 is 税务, 市人力资源和社会保障局 is 人社; one that is not known loses 市 and 局."""
    plain = squeezed(unit)
    known = next((short for short, pattern in _KNOWN if re.search(pattern, plain)), None)
    return known or _AROUND.sub("", plain) or plain
