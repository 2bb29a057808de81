"""Callers and a hotline for the stories of the plan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from routing.ends import LadderEnd, usual_steps
from routing.ivr import Ivr, IvrMode
from routing.plan import PlanRules
from routing.waiting import Rung
from whitelist.entries import Contact, ContactNumber, Entry, Kind, Role, Source
from whitelist.identify import CallerClass, Identity, TrunkTrust, identify
from whitelist.index import Directory

AT = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)

ENTERPRISE = Entry(
    entry_id="00000000000000a1",
    kind=Kind.ENTERPRISE,
    name="示例机械有限公司",
    tier="四星级",
    filed_by="示例区工信局",
    valid_until=date(2026, 12, 31),
    contacts=(Contact(Role.LIAISON, "王某", (ContactNumber("+8651588880001"),)),),
    source=Source("三星级及以上企业信息库.xlsx", "工业", 7),
)
PROJECT = Entry(
    entry_id="00000000000000b2",
    kind=Kind.PROJECT,
    name="示例重点项目",
    contacts=(Contact(Role.PROJECT_LIAISON, "", (ContactNumber("+8651588880101"),)),),
)


@dataclass(frozen=True)
class Pressed:
    """What came of a menu."""

    digit: str
    target: str
    menu: str = "main"


def ladder(*steps: str) -> tuple[Rung, ...]:
    """ "priority@0", "qilai@8"."""
    return tuple(Rung(group=group, after_s=float(after_s)) for group, after_s in (step.split("@") for step in steps))


RULES = PlanRules(
    ladders={
        CallerClass.KEY_ENTERPRISE: ladder("priority@0", "qilai@8", "general@16"),
        CallerClass.PROJECT: ladder("project@0", "priority@8", "qilai@16"),
        CallerClass.PUBLIC: ladder("qilai@0", "general@10"),
        CallerClass.ANONYMOUS: ladder("qilai@0", "general@10"),
    },
    rank_bonus_s={CallerClass.KEY_ENTERPRISE: 300, CallerClass.PROJECT: 200},
    dialled={
        "12345": Ivr(),
        "12346": Ivr(mode=IvrMode.MENU, menu="main"),
        "12347": Ivr(mode=IvrMode.GREETING, greeting="welcome", language="en"),
    },
    end=LadderEnd(after_s=300, steps=usual_steps(duty_phone="0515-86669999", message="nobody-free")),
    labels={"priority": "直达专席", "project": "重大项目专席", "qilai": "一企来", "general": "general"},
)


def caller(number: str, trunk: str = "carrier", *, trusted: bool = True) -> Identity:
    """Who calls with this number on 2026-10-01."""
    directory = Directory.of([ENTERPRISE, PROJECT])
    return identify(raw_number=number, trunk=TrunkTrust(trunk, trusted), directory=directory, today=AT.date(), area_code="0515")
