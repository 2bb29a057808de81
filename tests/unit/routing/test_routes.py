"""Which rule decides: by class, dialled number, menu choice and the hour."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.calendar import BEIJING, Calendar, DayKind
from calls.hours import DAY, EVERY_DAY, MONDAY_TO_FRIDAY, Counts, Hours
from routing.bounds import starvation_bound
from routing.ends import CallBack, LadderEnd, Ring, Say
from routing.explain import Asked, Background, explain
from routing.ivr import Ivr, IvrMode
from routing.plan import Plan, PlanRules, make_plan
from routing.routes import Closing, Route, choose
from seats.shifts import Duty, Roster
from tests.unit.routing.callers import RULES, Pressed, caller, ladder
from whitelist.identify import CallerClass

ENTERPRISE, UNKNOWN, HIDDEN = "0515-88880001", "0515-88886000", "anonymous"
LISTED = frozenset({CallerClass.KEY_ENTERPRISE, CallerClass.PROJECT})
OFFICE = Hours(name="office", days=MONDAY_TO_FRIDAY, times=((540, 720), (840, 1080)), counts=Counts.WORKDAYS)
NIGHT = Hours(name="night", times=((1200, 480),))
OTHER = "0515-86661234"
HOTLINE = replace(
    RULES,
    dialled={**RULES.dialled, "12366": Ivr()},
    routes=(
        Route(name="tax", dialled=frozenset({"12366"}), hours=(OFFICE,), ladder=ladder("general@0")),
        Route(name="tax-closed", dialled=frozenset({"12366"}), closed=Closing(steps=(Say(prompt="closed-now"),))),
        Route(
            name="enterprises-at-night",
            classes=LISTED,
            hours=(NIGHT,),
            end=LadderEnd(after_s=60, steps=(Ring(number=OTHER, ring_s=20), CallBack(), Say(prompt="we-call-back"))),
        ),
        Route(name="night", hours=(NIGHT,), ladder=ladder("general@0"), ivr=Ivr(mode=IvrMode.GREETING, greeting="night"), language="en"),
    ),
)


def plan(number: str, at: str, dialled: str = "12345", *, rules: PlanRules = HOTLINE, choice: Pressed | None = None) -> Plan:
    moment = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
    return make_plan(caller(number), dialled, menu_choice=choice, at=moment, rules=rules)


class TestByTheHour:
    """2026-10-01 is the national holiday, Saturday 2026-10-10 is worked for it."""

    @pytest.mark.parametrize("at", ["2026-09-30 10:00", "2026-10-08 09:00", "2026-10-10 17:59"])
    def test_the_special_line_is_open_in_office_hours(self, at: str) -> None:
        assert (plan(UNKNOWN, at, "12366").steps, plan(UNKNOWN, at, "12366").closed) == (("general@0",), False)

    @pytest.mark.parametrize("at", ["2026-10-01 10:00", "2026-10-10 12:00", "2026-10-11 10:00", "2026-09-30 02:00"])
    def test_and_closed_on_holidays_weekends_noons_and_nights(self, at: str) -> None:
        made = plan(UNKNOWN, at, "12366")
        assert (made.closed, made.ladder, made.first) == (True, (), (Say(prompt="closed-now"),))

    def test_at_night_the_enterprises_have_their_ladder_and_an_end_of_their_own(self) -> None:
        made = plan(ENTERPRISE, "2026-10-01 02:00")
        assert made.steps == ("priority@0", "qilai@8", "general@16")
        assert made.end.after_s == 60
        assert made.end.steps[0] == Ring(number=OTHER, ring_s=20)

    def test_at_night_the_public_hears_a_greeting_and_has_one_group(self) -> None:
        made = plan(UNKNOWN, "2026-10-01 02:00")
        assert made.steps == ("general@0",)
        assert (made.ivr.mode, made.ivr.greeting, made.ivr.language) == (IvrMode.GREETING, "night", "en")
        assert made.end == RULES.end

    def test_by_day_no_rule_decides_and_all_is_as_without_rules(self) -> None:
        by_day, without = plan(UNKNOWN, "2026-10-01 10:00"), plan(UNKNOWN, "2026-10-01 10:00", rules=RULES)
        assert (by_day.ladder, by_day.ivr, by_day.end) == (without.ladder, without.ivr, without.end)

    def test_the_whitelist_skips_a_rule_s_greeting_too(self) -> None:
        rules = replace(HOTLINE, routes=(replace(HOTLINE.routes[3], classes=LISTED),))
        made = plan(ENTERPRISE, "2026-10-01 02:00", rules=rules)
        assert made.ivr.mode is IvrMode.NONE
        assert "The rule night has the greeting night, which callers on the whitelist skip (whitelist.bypass_ivr)." in made.reasons


class TestReasons:
    """It says which rule, which hours, why open or closed."""

    def test_the_rules_passed_over_and_the_one_that_decides(self) -> None:
        assert plan(UNKNOWN, "2026-10-01 10:00", "12366").reasons == (
            "The rule tax does not hold now: it is not office: Thursday 2026-10-01 is a statutory holiday.",
            "The rule tax-closed decides: closed.",
            "The caller's class is public.",
            "While it is closed: closed-now is played.",
        )

    def test_the_hours_that_hold(self) -> None:
        assert plan(UNKNOWN, "2026-10-10 10:00", "12366").reasons[0] == (
            "The rule tax decides, because it is office: Saturday 2026-10-10 is a make-up working day (调休),"
            " 10:00 is within 09:00-12:00: open."
        )

    def test_where_none_decides(self) -> None:
        assert "No rule of routes decides: the ladder of the caller's class holds." in plan(UNKNOWN, "2026-10-01 10:00").reasons

    def test_an_end_that_notes_a_call_back_says_so_once(self) -> None:
        said = plan(ENTERPRISE, "2026-10-01 02:00").reasons[-1]
        assert said == "Unanswered after 60 s: 0515-86661234 rings for 20 s, then a call-back is noted, then we-call-back is played."

    def test_a_year_that_is_not_known(self) -> None:
        assert "the State Council's calendar of 2031 is not known here" in plan(UNKNOWN, "2031-10-01 10:00", "12366").reasons[0]


class TestChoice:
    """A menu's choice may have a rule of its own."""

    RULES = replace(
        RULES,
        routes=(
            Route(
                name="closed-group",
                chosen=frozenset({"general"}),
                closed=Closing(steps=(Say(prompt="closed-now"),), ladder=ladder("qilai@0")),
            ),
            Route(name="chosen-project", chosen=frozenset({"project"}), ladder=ladder("project@0", "qilai@5")),
        ),
    )

    def test_before_the_choice_it_does_not_hold(self) -> None:
        made = plan(UNKNOWN, "2026-10-01 10:00", "12346", rules=self.RULES)
        assert (made.closed, made.ivr.mode) == (False, IvrMode.MENU)

    def test_who_chose_the_closed_group_is_told_and_waits_for_another(self) -> None:
        made = plan(UNKNOWN, "2026-10-01 10:00", "12346", rules=self.RULES, choice=Pressed("2", "general"))
        assert (made.closed, made.first, made.steps) == (True, (Say(prompt="closed-now"),), ("qilai@0",))
        assert made.reasons[-1].startswith("Unanswered after 300 s")

    def test_the_ladder_of_a_rule_for_that_choice_stays_as_it_is(self) -> None:
        made = plan(UNKNOWN, "2026-10-01 10:00", "12346", rules=self.RULES, choice=Pressed("3", "project"))
        assert made.steps == ("project@0", "qilai@5")

    def test_a_key_enterprise_is_not_sent_away_for_its_choice(self) -> None:
        rules = replace(self.RULES, bypass_ivr=False)
        made = plan(ENTERPRISE, "2026-10-01 10:00", "12346", rules=rules, choice=Pressed("2", "general"))
        assert (made.closed, made.steps[0]) == (False, "priority@0")

    def test_any_other_choice_is_as_without_rules(self) -> None:
        made = plan(UNKNOWN, "2026-10-01 10:00", "12346", rules=self.RULES, choice=Pressed("1", "qilai"))
        assert made.steps == ("qilai@0", "general@10")


def test_who_answers_at_two_on_the_first_of_october() -> None:
    """The engineer's dry run, with the shifts."""
    night = Duty(seats=("8002",), agents=("li",), hours=(NIGHT,))
    background = Background(
        seats={"priority": ("8001", "8002"), "qilai": ("8004",), "general": ("8010", "8011")},
        choices={},
        rosters={"priority": Roster(group="priority", duties=(night,)), "qilai": Roster(group="qilai", duties=(Duty(hours=(OFFICE,)),))},
    )
    asked = Asked(dialled="12345", trunk="carrier", at=datetime(2026, 10, 1, 2, tzinfo=BEIJING))
    explanation = explain(asked, caller(ENTERPRISE), rules=HOTLINE, background=background)
    words = explanation.words()
    assert "Rule: enterprises-at-night, it is night: Wednesday 2026-09-30, 02:00 is within 20:00-08:00\n" in words
    assert "  from 0 s: 直达专席 (priority), 8001-8002; on duty then: 8002, li\n" in words
    assert "  from 8 s: 一企来 (qilai), 8004; on duty then: nobody\n" in words
    assert "End: after 60 s 0515-86661234 rings for 20 s, then a call-back is noted, then we-call-back is played\n" in words
    told = json.loads(json.dumps(explanation.document()))["plan"]
    assert (told["rule"], told["closed"], told["starvation_bound_s"]) == ("enterprises-at-night", False, 0)
    assert told["end"]["steps"] == [{"ring": OTHER, "ring_s": 20, "duty": False}, {"callback": True}, {"play": "we-call-back"}]
    assert told["ladder"][0]["on_duty"] == ["8002", "li"]
    assert told["ladder"][2]["on_duty"] is None


def test_a_closed_line_is_explained() -> None:
    asked = Asked(dialled="12366", trunk="carrier", at=datetime(2026, 10, 1, 10, tzinfo=BEIJING))
    explanation = explain(asked, caller(UNKNOWN), rules=HOTLINE, background=Background(seats={}, choices={}))
    assert "Rule: tax-closed\nIVR: none\nClosed: closed-now is played\nReasons:\n" in explanation.words()
    told = explanation.document()["plan"]
    assert (told["closed"], told["first"], told["end"], told["ladder"]) == (True, [{"play": "closed-now"}], None, [])
    why = "it is not office: Thursday 2026-10-01 is a statutory holiday"
    assert told["passed"] == [{"rule": "tax", "why": why}]


@pytest.mark.parametrize(("own", "bound"), [(0, 300), (200, 100), (300, 0)])
def test_nobody_is_overtaken_for_longer_than_the_bonuses_differ(own: int, bound: int) -> None:
    assert starvation_bound(own, [300, 200, 0]) == bound


@given(st.integers(0, 7200), st.lists(st.integers(0, 7200), min_size=1), st.floats(0, 100_000), st.floats(0.001, 100_000))
def test_the_bound_is_what_rank_means(own: int, bonuses: list[int], arrival: float, later: float) -> None:
    bound = starvation_bound(own, bonuses)
    for other in bonuses:
        overtakes = arrival + later - other < arrival - own
        assert not (overtakes and later > bound)


# ── at every minute of a week exactly one rule decides ──

WEEK: Final = [date(2026, 10, 5) + timedelta(days=day) for day in range(-1, 8)]
DAY_TABLE: Final = {day: Calendar().kind(day) for day in WEEK}
HOURS = st.builds(
    lambda days, times, counts: Hours(name="h", days=days, times=(times,), counts=counts),
    st.frozensets(st.integers(0, 6), min_size=1) | st.just(MONDAY_TO_FRIDAY) | st.just(EVERY_DAY),
    st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)).filter(lambda span: span[0] != span[1]),
    st.sampled_from(Counts),
)
ROUTES = st.lists(
    st.builds(
        lambda classes, dialled, hours, closed: (classes, dialled, hours, closed),
        st.frozensets(st.sampled_from(CallerClass), max_size=2),
        st.frozensets(st.sampled_from(["12345", "12346"]), max_size=1),
        st.lists(HOURS, max_size=2),
        st.booleans(),
    ),
    max_size=4,
).map(
    lambda drawn: tuple(
        Route(name=f"r{place}", classes=classes, dialled=dialled, hours=tuple(hours), closed=Closing(steps=()) if closed else None)
        for place, (classes, dialled, hours, closed) in enumerate(drawn)
    )
)


def counted(hours: Hours, day: date) -> bool:
    """The calendar's part of `Hours`, said again in another way."""
    kind = DAY_TABLE[day]
    if hours.counts is Counts.WORKDAYS and kind is DayKind.MAKE_UP and {0, 1, 2, 3, 4} <= hours.days:
        return True
    off = kind in (DayKind.WEEKEND, DayKind.HOLIDAY)
    fits = {Counts.EVERY: True, Counts.WORKDAYS: not off, Counts.RESTDAYS: off, Counts.HOLIDAYS: kind is DayKind.HOLIDAY}
    return day.weekday() in hours.days and fits[hours.counts]


def minutes_open(hours: Hours) -> set[int]:
    """The minutes of the week from Monday 2026-10-05 on that lie in the hours, painted one by one."""
    painted: set[int] = set()
    for day in range(-1, 7):
        if counted(hours, date(2026, 10, 5) + timedelta(days=day)):
            for begin, end in hours.times:
                painted |= set(range(day * DAY + begin, day * DAY + (end if end > begin else end + DAY)))
    return painted


@settings(max_examples=5, deadline=None)
@given(ROUTES, st.sampled_from(CallerClass), st.sampled_from(["12345", "12346"]))
def test_at_every_minute_of_a_week_exactly_one_rule_decides(routes: tuple[Route, ...], caller_class: CallerClass, dialled: str) -> None:
    fitting = [route for route in routes if route.fits(caller_class, dialled, "")]
    open_in = {route.name: set.union(*(minutes_open(hours) for hours in route.hours)) if route.hours else None for route in fitting}
    monday = datetime(2026, 10, 5, tzinfo=BEIJING)
    for minute in range(7 * DAY):
        expected = next((route for route in fitting if open_in[route.name] is None or minute in open_in[route.name]), None)  # type: ignore[operator]
        chosen = choose(routes, caller_class, dialled=dialled, chosen="", at=monday + timedelta(minutes=minute), calendar=Calendar())
        assert chosen.route is expected
        assert [one.name for one in chosen.passed] == [route.name for route in fitting[: fitting.index(expected) if expected else None]]
