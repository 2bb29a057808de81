"""Skills that are wanted: where they come from, what a ladder leaves of them, and what explain says."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from routing.explain import Asked, Background, explain
from routing.plan import make_plan, opened_first
from routing.skills import Skills, Wanted, enough, relaxed, relaxed_by
from routing.waiting import Rung
from tests.unit.routing.callers import AT, RULES, Pressed, caller
from whitelist.identify import CallerClass

UNKNOWN = "0515-88886000"
WANTED = Wanted(
    classes={CallerClass.KEY_ENTERPRISE: {"税务": 4}},
    dialled={"12346": {"english": 1, "税务": 2}},
    choices={("main", "1"): {"税务": 3}},
)
LESS = (
    Rung(group="qilai", after_s=0.0),
    Rung(group="general", after_s=10.0, wants={"税务": 1}),
    Rung(group="general", after_s=30.0, wants={}),
)
ASKING = replace(RULES, wanted=WANTED, ladders={**RULES.ladders, CallerClass.PUBLIC: LESS})
skills = st.dictionaries(st.sampled_from(["税务", "社保", "english"]), st.integers(1, 9))
limits = st.one_of(st.none(), skills)


def test_the_highest_level_of_class_number_and_key_is_wanted() -> None:
    plan = make_plan(caller(UNKNOWN), "12346", menu_choice=Pressed("1", "qilai"), at=AT, rules=ASKING)
    assert plan.skills == {"english": 1, "税务": 3}
    assert "Who dials 12346 wants english at level 1 or higher, 税务 at level 2 or higher." in plan.reasons
    assert "Key 1 in the menu main wants 税务 at level 3 or higher." in plan.reasons


def test_a_class_wants_skills_of_its_own() -> None:
    plan = make_plan(caller("0515-88880001"), "12345", at=AT, rules=ASKING)
    assert plan.skills == {"税务": 4}
    assert "Callers of the class key_enterprise want 税务 at level 4 or higher." in plan.reasons


def test_another_key_wants_nothing_of_its_own() -> None:
    assert make_plan(caller(UNKNOWN), "12345", menu_choice=Pressed("2", "general"), at=AT, rules=ASKING).skills == {}


def test_the_reasons_tell_when_less_is_wanted() -> None:
    reasons = make_plan(caller(UNKNOWN), "12346", menu_choice=Pressed("1", "qilai"), at=AT, rules=ASKING).reasons
    assert "From 10 s on it wants 税务 at level 1 or higher." in reasons
    assert "From 30 s on it wants nothing in particular." in reasons


def test_who_wants_nothing_is_told_nothing_of_it() -> None:
    assert not [reason for reason in make_plan(caller(UNKNOWN), "12345", at=AT, rules=ASKING).reasons if "want" in reason]


def test_a_chosen_group_moves_to_the_front_and_what_is_wanted_when_stays() -> None:
    moved = opened_first("general", LESS)
    assert [(rung.group, rung.after_s, rung.wants) for rung in moved] == [
        ("general", 0, None),
        ("qilai", 10, {"税务": 1}),
        ("qilai", 30, {}),
    ]


def test_explain_shows_what_is_wanted_at_each_rung() -> None:
    asked = Asked(dialled="12346", trunk="carrier", at=AT)
    background = Background(seats={"qilai": ("8004",), "general": ("8011",)}, choices={"main": (("1", Pressed("1", "qilai")),)})
    explanation = explain(asked, caller(UNKNOWN), rules=ASKING, background=background)
    assert (
        "Ladder after key 1:\n"
        "  from 0 s: 一企来 (qilai), 8004, wanting english at level 1 or higher, 税务 at level 3 or higher\n"
        "  from 10 s: general, 8011, wanting 税务 at level 1 or higher\n"
        "  from 30 s: general, 8011, wanting nothing in particular\n"
    ) in explanation.words()
    plan = explanation.document()["plan"]
    assert plan["skills"] == {"english": 1, "税务": 2}
    assert plan["choices"][0]["skills"] == {"english": 1, "税务": 3}
    assert [rung.get("wants") for rung in plan["ladder"]] == [None, {"税务": 1}, {}]


@given(wanted=skills, limits=st.lists(limits, max_size=3), held=skills)
def test_a_limit_never_asks_for_more(wanted: Skills, limits: list[Skills | None], held: Skills) -> None:
    left = relaxed_by(wanted, limits)
    assert all(left[skill] <= wanted[skill] for skill in left)
    assert not enough(held, wanted) or enough(held, left)


def test_no_limit_leaves_it_as_it_is_and_an_empty_one_leaves_nothing() -> None:
    assert (relaxed({"税务": 3}, None), relaxed({"税务": 3}, {}), relaxed({"税务": 3}, {"社保": 9})) == ({"税务": 3}, {}, {})
