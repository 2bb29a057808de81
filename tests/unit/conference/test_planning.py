"""Whom a hunt asks, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.errors import Refused
from calls.hours import Hours
from conference.duty import Absence, DutyRules, RosterRules, Standing, roster_faults, stand_in
from conference.planning import Answering, Role, Situation, Turn, TurnRules, of_department, of_topic, plan_hunt
from conference.roster import Specialist, SpecialistKind, department_of
from conference.wishes import FreeWish, came_true

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ON = Standing(on_duty=True)


def one(name: str, *, unit: str = "市税务局", leader: bool = False, **fields: object) -> Specialist:
    kind = SpecialistKind.LEADER if leader else SpecialistKind.EXPERT
    given: dict[str, object] = {"specialist_id": name, "unit": unit, "department": department_of(unit), "kind": kind, "place": 1}
    return Specialist(**{"name": name, **given, **fields})  # type: ignore[arg-type]


JIA, YI, BING, CHIEF = one("甲"), one("乙"), one("丙"), one("领导", leader=True)
ROSTER = [CHIEF, JIA, YI, BING]


def situation(**fields: object) -> Situation:
    return replace(Situation(roster=ROSTER, standing=lambda _: ON), **fields)  # type: ignore[arg-type]


def names(now: Situation, wanted: list[Specialist] | None = None) -> list[str]:
    return [candidate.specialist.name for candidate in plan_hunt(ROSTER if wanted is None else wanted, now).candidates]


def called(minutes_ago: float, *, asked: int = 1, joined: int = 1) -> Answering:
    return Answering(asked=asked, joined=joined, last_called=NOW - timedelta(minutes=minutes_ago))


def test_who_was_never_called_goes_first_then_who_was_called_longest_ago_and_the_leader_last() -> None:
    assert names(situation(answering={"甲": called(1), "乙": called(60)})) == ["丙", "乙", "甲", "领导"]


def test_who_seldom_answers_is_asked_after_the_others_however_long_ago_he_was_called() -> None:
    figures = {"甲": called(600, asked=3, joined=1), "乙": called(60, asked=4, joined=2), "丙": called(1)}
    assert names(situation(answering=figures)) == ["乙", "丙", "甲", "领导"]
    assert names(situation(answering={"甲": called(600, asked=2, joined=0), "乙": called(60), "丙": called(1)}))[0] == "甲"


def test_of_two_called_at_the_same_moment_the_better_share_of_answers_decides_then_the_roster() -> None:
    figures = {"甲": called(5, asked=2, joined=1), "乙": called(5, asked=2, joined=2), "丙": called(5, asked=2, joined=1)}
    assert names(situation(answering=figures)) == ["乙", "甲", "丙", "领导"]


def test_in_the_rosters_order_where_it_is_configured_so() -> None:
    figures = {"甲": called(1), "乙": called(60)}
    assert names(situation(answering=figures, turns=TurnRules(by=Turn.ROSTER))) == ["甲", "乙", "丙", "领导"]


def test_who_is_off_duty_or_in_a_talk_is_passed_over_and_said_why() -> None:
    off = Standing(on_duty=False, why="is away until 2026-11-20 18:00")
    plan = plan_hunt(ROSTER, situation(standing=lambda who: off if who.name == "甲" else ON, busy={"乙"}))
    assert [candidate.specialist.name for candidate in plan.candidates] == ["丙", "领导"]
    assert [(passed.specialist.name, passed.why) for passed in plan.passed_over] == [
        ("甲", "is away until 2026-11-20 18:00"),
        ("乙", "is in another talk"),
    ]


def test_the_seat_may_ask_them_anyway() -> None:
    off = Standing(on_duty=False, why="is off duty")
    assert names(situation(standing=lambda _: off, busy={"乙"}, anyway=True)) == ["甲", "乙", "丙", "领导"]


def test_stand_ins_come_after_the_department_and_before_its_leader_and_each_once() -> None:
    helper = one("丁", unit="市人社局")
    away, other = replace(JIA, stand_ins=("丁",)), replace(YI, stand_ins=("丁", "丙"))
    off = Standing(on_duty=False, why="is away")
    roster = [CHIEF, away, other, BING, helper]
    now = situation(roster=roster, standing=lambda who: off if who.name == "甲" else ON)
    plan = plan_hunt([CHIEF, away, other, BING], now)
    assert [(who.specialist.name, who.role, who.stands_in_for) for who in plan.candidates] == [
        ("乙", Role.SPECIALIST, ""),
        ("丙", Role.SPECIALIST, ""),
        ("丁", Role.STAND_IN, "甲"),
        ("领导", Role.LEADER, ""),
    ]


def test_a_leader_who_is_named_himself_is_asked_first() -> None:
    assert [candidate.role for candidate in plan_hunt([CHIEF], situation()).candidates] == [Role.SPECIALIST]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 500), st.booleans(), st.booleans()), min_size=1, max_size=9)
)
def test_whatever_the_figures_nobody_is_asked_twice_nobody_hindered_is_and_leaders_are_last(
    rows: list[tuple[int, int, int, bool, bool]],
) -> None:
    roster = [one(str(place), leader=leader) for place, (*_, leader, _) in enumerate(rows)]
    figures = {str(place): called(ago, asked=max(a, j), joined=j) for place, (a, j, ago, _, _) in enumerate(rows)}
    busy = {str(place) for place, row in enumerate(rows) if row[4]}
    plan = plan_hunt(roster, Situation(roster=roster, standing=lambda _: ON, busy=busy, answering=figures))
    asked = [candidate.specialist.specialist_id for candidate in plan.candidates]
    assert len(asked) == len(set(asked))
    assert set(asked) | {passed.specialist.specialist_id for passed in plan.passed_over} == {str(place) for place in range(len(rows))}
    assert not set(asked) & busy
    if len(roster) > 1:
        leading = [candidate.specialist.leader for candidate in plan.candidates]
        assert leading == sorted(leading)


def test_a_department_or_a_topic_by_its_whole_name_before_a_part_of_it() -> None:
    export = replace(JIA, topics=("出口退税", "税收优惠"))
    other = one("戊", unit="市税务局第二分局", topics=("出口退税管理",))
    roster = [export, YI, other]
    assert of_topic(roster, "出口退税") == [export]
    assert of_topic(roster, "退税") == [export, other]
    assert of_department([JIA, YI], "税") == [JIA, YI]
    with pytest.raises(Refused, match="there are 出口退税、出口退税管理、税收优惠"):
        of_topic(roster, "社保")
    with pytest.raises(Refused, match="name one of them"):
        of_department([*roster, one("己", unit="县税务局")], "税务")


OFFICE_HOURS = Hours(name="office", times=((540, 1080),))


def test_duty_is_his_own_then_his_departments_then_everybodys() -> None:
    night = Hours(name="night", times=((1080, 540),))
    rules = DutyRules(hours={"office": OFFICE_HOURS, "night": night}, departments={"税务": ("night",)}, usual=("office",))
    noon = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in Beijing
    assert not rules.standing(JIA, noon).on_duty
    assert rules.standing(replace(JIA, duty=("office",)), noon).on_duty
    assert rules.standing(one("庚", unit="市人社局"), noon).on_duty
    assert rules.standing(replace(JIA, duty=("unknown",)), noon).on_duty


def test_who_is_away_is_off_duty_until_then() -> None:
    away = Absence(specialist_id="甲", until=NOW + timedelta(hours=1), why="会议", by="x", since=NOW)
    assert DutyRules().standing(JIA, NOW, away) == Standing(on_duty=False, why="is away until 2026-11-20 18:00 (会议)")
    assert DutyRules().standing(JIA, NOW + timedelta(hours=1), away).on_duty


def test_a_department_with_too_few_or_too_many_and_what_is_not_there_is_warned_of() -> None:
    roster = [CHIEF, replace(JIA, duty=("nights",), stand_ins=("谁",)), YI]
    faults = list(roster_faults(roster, RosterRules(hours=frozenset({"office"}))))
    assert faults[0] == "市税务局 has 2 specialists (分管领导 not counted); 3 to 5 are expected."
    assert "值班时间 nights is none of the configured hours" in faults[1]
    assert "替班人 谁 is nobody of the roster" in faults[2]
    assert list(roster_faults([CHIEF, JIA, YI, BING], RosterRules())) == []


def test_a_stand_in_is_found_in_his_own_unit_first_and_never_guessed() -> None:
    here, there = one("王"), one("王", unit="市人社局", specialist_id="w2")
    other = one("王", unit="市住建局", specialist_id="w3")
    assert stand_in("王", JIA, [JIA, there, here]) == here
    assert stand_in("王", JIA, [JIA, there, other]) is None
    assert stand_in("市人社局 王", JIA, [JIA, there, other]) == there


def a_wish(**fields: object) -> FreeWish:
    wish = FreeWish(wish_id="w", seat_id="8001", call_id="c", wanted="税务", specialists=("甲", "乙"), off_duty=(), made=NOW)
    return replace(wish, **fields)  # type: ignore[arg-type]


def test_a_wish_comes_true_by_news_and_not_by_one_who_merely_did_not_answer() -> None:
    later = NOW + timedelta(minutes=1)
    stands = {"甲": ON, "乙": ON}

    def why(wish: FreeWish, figures: dict[str, Answering], busy: set[str] | None = None) -> str:
        found = came_true(wish, [JIA, YI], standing=stands, busy=busy or set(), answering=figures)
        return "" if found is None else f"{found.specialist.name} {found.why}"

    assert why(a_wish(), {"甲": Answering(asked=1, last_called=later)}) == ""
    assert why(a_wish(), {"甲": Answering(last_joined=later, last_left=later)}) == "甲 has finished a talk"
    assert why(a_wish(), {"乙": Answering(last_joined=later)}, busy={"甲"}) == "乙 has answered another call"
    assert why(a_wish(), {"甲": Answering(last_left=later)}, busy={"甲"}) == ""
    assert why(a_wish(off_duty=("乙",)), {}) == "乙 has come on duty"
