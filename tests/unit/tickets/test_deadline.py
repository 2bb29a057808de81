"""A ticket's deadline by the published plans, and the article it comes from."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from calls.calendar import BEIJING
from calls.errors import NotFound, Refused
from tickets.deadline import Deadline, Duty, Lane, StopOn
from tickets.presets import Preset, deadlines_of, lineage, looser_than_parent, preset_from_mapping
from tickets.types import TicketType, ticket_type

FOLDER = Path(__file__).parents[3] / "config/presets"
PRESETS = {
    name: preset_from_mapping(name, yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in sorted(FOLDER.rglob("*.yaml"))
    for name in [path.relative_to(FOLDER).with_suffix("").as_posix()]
}
RECEIVED = datetime(2025, 9, 30, 16, 20, tzinfo=BEIJING)


def deadline(preset: str, kind: TicketType | None, *, caller_class: str = "key_enterprise", **own: object) -> Deadline:
    return deadlines_of(PRESETS, preset, own).of(caller_class=caller_class, type=kind, received=RECEIVED)


def test_all_presets_of_the_published_plans_are_there() -> None:
    assert sorted(PRESETS) == ["cn-default", "js", "js/rugao", "js/yancheng", "sc", "sc/luzhou"]


@pytest.mark.parametrize(
    ("preset", "kind", "caller_class", "day", "within"),
    [
        ("js", "咨询", "key_enterprise", "2025-10-11", "3 个工作日"),
        ("js/rugao", "咨询", "public", "2025-10-11", "3 个工作日"),
        ("js/rugao", "投诉", "key_enterprise", "2025-10-14", "5 个工作日"),
        ("js/yancheng", "咨询", "key_enterprise", "2025-10-14", "5 个工作日"),
        ("js/yancheng", "求助", "project", "2025-10-14", "5 个工作日"),
        ("js/yancheng", "举报", "public", "2025-10-21", "10 个工作日"),
        ("sc", "求助", "key_enterprise", "2025-10-14", "5 个工作日"),
        ("sc", "求助", "public", "2025-10-16", "7 个工作日"),
        ("sc/luzhou", "投诉", "project", "2025-10-21", "10 个工作日"),
        ("sc/luzhou", "投诉", "anonymous", "2025-10-28", "15 个工作日"),
    ],
)
def test_each_plans_limits(preset: str, kind: str, caller_class: str, day: str, within: str) -> None:
    found = deadline(preset, ticket_type(kind), caller_class=caller_class)
    assert found.due is not None
    assert (found.due.date(), found.within) == (date.fromisoformat(day), within)
    assert not found.provisional
    assert not found.problem


def test_it_carries_its_article_and_what_stops_it() -> None:
    yancheng = deadline("js/yancheng", TicketType.CONSULT)
    assert yancheng.source == "盐城方案 四（三）2 限时办理：咨询、求助类 5 个工作日内办结"
    assert (yancheng.stop_on, yancheng.rules) == (StopOn.CLOSED, "js/yancheng 2026-11-20")
    assert deadline("js/rugao", TicketType.CONSULT).stop_on is StopOn.REPLIED
    assert deadline("sc", TicketType.REPORT).source.endswith("未单列举报，按投诉类 10 个工作日办结")


def test_without_a_type_it_is_the_strictest_and_says_so() -> None:
    found = deadline("js/yancheng", None)
    assert found.due == deadline("js/yancheng", TicketType.CONSULT).due
    assert found.provisional
    assert found.source.startswith("诉求类型未定，暂按最严时限：盐城方案")


def test_a_type_given_later_never_shortens_it() -> None:
    for name in ("js", "js/yancheng", "js/rugao", "sc", "sc/luzhou"):
        provisional = deadline(name, None).due
        assert provisional is not None
        for kind in TicketType:
            until = deadline(name, kind).due
            assert until is not None
            assert until >= provisional


def test_a_missing_year_is_said_instead_of_a_date() -> None:
    found = deadlines_of(PRESETS, "js/yancheng").of(caller_class="public", type=TicketType.HELP, received=RECEIVED.replace(year=2040))
    assert found.due is None
    assert "calendar of 2040 is not known" in found.problem
    assert (found.within, found.source[:4]) == ("5 个工作日", "盐城方案")


def test_without_a_type_the_strictest_counts_even_where_longer_limits_run_into_a_missing_year() -> None:
    own = {"calendar": {"2040": {"holidays": ["2040-01-01"]}}}
    found = deadlines_of(PRESETS, "js/yancheng", own).of(
        caller_class="public", type=None, received=datetime(2040, 12, 20, 10, tzinfo=BEIJING)
    )
    assert found.due is not None
    assert found.due.date() == date(2040, 12, 27)
    assert not found.problem


def test_where_no_rule_sets_a_limit_the_ticket_says_so() -> None:
    found = deadline("cn-default", TicketType.CONSULT)
    assert found.due is None
    assert found.problem == "The rules cn-default 2026-11-20 set no limit for 咨询."


def test_duties_and_returns_are_inherited() -> None:
    yancheng, luzhou = deadlines_of(PRESETS, "js/yancheng").rules, deadlines_of(PRESETS, "sc/luzhou").rules
    assert str(yancheng.duties[Duty.SIGN].within) == "1 个工作小时"
    assert str(yancheng.duties[Duty.COMPLEX].within) == "15 个工作日"
    assert str(yancheng.returns[TicketType.CONSULT].within) == "1 个工作日"
    assert str(yancheng.returns[TicketType.REPORT].within) == "2 个工作日"
    assert {duty: str(term.within) for duty, term in luzhou.duties.items()} == {Duty.DISPATCH: "15 分钟", Duty.OWNERSHIP: "3 个工作日"}


def test_yancheng_is_looser_than_its_province_and_this_is_told() -> None:
    told = looser_than_parent(PRESETS, "js/yancheng")
    assert "js/yancheng gives 咨询 (enterprise) 5 个工作日, its parent js only 3 个工作日" in told
    assert not any("求助" in sentence for sentence in told)
    assert looser_than_parent(PRESETS, "js/rugao") == looser_than_parent(PRESETS, "cn-default") == ()


def test_the_hotlines_own_limit_has_its_own_source_and_is_stricter_in_every_lane() -> None:
    assert deadline("js/yancheng", TicketType.CONSULT, consult="2wd").source == "本热线自行配置"
    assert deadline("sc", TicketType.HELP, caller_class="public", 求助="2wd").within == "2 个工作日"
    assert deadline("sc", TicketType.HELP, lanes={"general": {"help": "4wd"}}).within == "5 个工作日"
    assert deadline("sc", TicketType.HELP, help={"within": {"n": 1, "clock": "work_hours"}, "source": "市府办"}).source == "市府办"
    assert deadlines_of(PRESETS, "js", {"sign_within": None}).rules.duties == {}


def test_office_hours_and_seasons_come_from_the_section() -> None:
    own = {"office_hours": ["08:30-12:00", "13:00-17:00"], "seasons": [{"first": "06-01", "last": "09-30", "hours": ["08:00-18:30"]}]}
    summer = deadlines_of(PRESETS, "js", own).of(
        caller_class="public", type=TicketType.CONSULT, received=datetime(2026, 7, 1, 9, tzinfo=BEIJING)
    )
    assert summer.due == datetime(2026, 7, 6, 18, 30, tzinfo=BEIJING)
    assert deadline("js", TicketType.CONSULT, **own).due == datetime(2025, 10, 11, 17, 0, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("section", "key", "said"),
    [
        ({"consult": "5 days"}, "consult", "write 5wd"),
        ({"咨询": {"within": "5wd", "sorce": "x"}}, "咨询", "sorce is not known"),
        ({"praise": "5wd"}, "praise", "allowed are default, consult"),
        ({"lanes": {"vip": {}}}, "lanes", "allowed are enterprise, general"),
        ({"lanes": {"general": {"praise": "1wd"}}}, "lanes.general.praise", "no key here"),
        ({"lanes": ["general"]}, "lanes", "a mapping is expected"),
        ({"stop_on": "never"}, "stop_on", "closed, replied"),
        ({"count_from": "now"}, "count_from", "next_workday, instant"),
        ({"consult": {"n": "0", "clock": "work_days"}}, "consult", "from 1 on"),
        ({"consult": {"n": "1", "clock": "moon"}}, "consult", "work_hours, work_days, natural"),
        ({"office_hours": ["18:00-09:00"]}, "office_hours", "one after another"),
        ({"office_hours": ["9 to 5"]}, "office_hours", "write 09:00-12:00"),
        ({"office_hours": "09:00-12:00"}, "office_hours", "a list is expected"),
        ({"seasons": [{"first": "13-01", "last": "01-01", "hours": ["09:00-12:00"]}]}, "seasons.0.first", "no day of the year"),
        ({"calendar": {"2027": {"holidays": ["2026-01-01"]}}}, "calendar.2027", "of this year"),
        ({"calendar": {"2027": {"holidays": ["soon"]}}}, "calendar.2027.holidays", "write 2027-01-01"),
        ({"return_within": {"default": "x"}}, "return_within.default", "write 5wd"),
    ],
)
def test_what_is_wrong_in_a_section_is_named_with_its_key(section: dict[str, Any], key: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        deadlines_of(PRESETS, "js", section)
    assert refused.value.fields["key"] == f"deadlines.{key}"
    assert refused.value.code == "deadlines_faulty"


def test_presets_that_hang_together_wrongly_are_refused() -> None:
    with pytest.raises(NotFound, match=r"no preset nowhere; there are cn-default, js"):
        deadlines_of(PRESETS, "nowhere")
    circle = {name: Preset(name=name, version="1", parent=parent) for name, parent in (("a", "b"), ("b", "a"))}
    with pytest.raises(Refused, match="its own ancestor"):
        lineage(circle, "a")
    with pytest.raises(Refused, match="needs a version"):
        preset_from_mapping("x", {"parent": "js"})


def test_types_are_known_by_the_words_of_the_field() -> None:
    assert [ticket_type(word) for word in ("咨询", "求助类", "意见建议", " Complaint ", "举报")] == list(TicketType)
    with pytest.raises(Refused, match="consult 咨询, help 求助"):
        ticket_type("praise")
    assert Lane("general") is Lane.GENERAL
