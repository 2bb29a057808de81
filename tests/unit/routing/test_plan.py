"""What is to happen with a call."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.ends import Say, Voicemail
from routing.plan import PERSON, STEP_S, VOICEMAIL, IvrMode, Plan, make_plan, opened_first
from routing.routes import Closing, Route
from routing.waiting import Rung
from tests.unit.routing.callers import AT, RULES, Pressed, caller, ladder
from whitelist.identify import Identity

ENTERPRISE, PROJECT, UNKNOWN, HIDDEN = "0515-88880001", "0515-88880101", "0515-88886000", "anonymous"


def plan(who: Identity, dialled: str = "12345", choice: Pressed | None = None) -> Plan:
    return make_plan(who, dialled, menu_choice=choice, at=AT, rules=RULES)


def test_a_key_enterprise_goes_to_the_priority_seats_and_widens_from_there() -> None:
    made = plan(caller(ENTERPRISE))
    assert made.steps == ("priority@0", "qilai@8", "general@16")
    assert made.rank_bonus_s == 300
    assert made.ivr.mode is IvrMode.NONE


def test_a_project_goes_to_its_own_seat_first() -> None:
    assert plan(caller(PROJECT)).steps == ("project@0", "priority@8", "qilai@16")


def test_who_is_on_no_list_gets_the_public_ladder_and_no_head_start() -> None:
    made = plan(caller(UNKNOWN))
    assert (made.steps, made.rank_bonus_s) == (("qilai@0", "general@10"), 0)


def test_the_whitelisted_number_over_an_untrusted_trunk_gets_no_priority() -> None:
    assert plan(caller(ENTERPRISE, "transit", trusted=False)).steps == plan(caller(UNKNOWN)).steps


def test_a_caller_without_a_number_is_served() -> None:
    assert plan(caller(HIDDEN)).steps == ("qilai@0", "general@10")


class TestIvr:
    """None by default, a menu or a greeting where the dialled number has one; the whitelist skips it."""

    def test_12345_plays_nothing(self) -> None:
        assert plan(caller(UNKNOWN)).ivr.mode is IvrMode.NONE

    def test_12346_plays_its_menu(self) -> None:
        ivr = plan(caller(UNKNOWN), "12346").ivr
        assert (ivr.mode, ivr.menu) == (IvrMode.MENU, "main")

    @pytest.mark.parametrize("number", [ENTERPRISE, PROJECT])
    @pytest.mark.parametrize("dialled", ["12346", "12347"])
    def test_the_whitelist_skips_it(self, number: str, dialled: str) -> None:
        made = plan(caller(number), dialled)
        assert made.ivr.mode is IvrMode.NONE
        assert any("which callers on the whitelist skip (whitelist.bypass_ivr)." in reason for reason in made.reasons)

    def test_the_whitelist_hears_it_where_it_is_not_to_skip(self) -> None:
        made = make_plan(caller(ENTERPRISE), "12346", at=AT, rules=replace(RULES, bypass_ivr=False))
        assert made.ivr.mode is IvrMode.MENU

    def test_a_number_that_skips_keeps_its_language(self) -> None:
        assert plan(caller(ENTERPRISE), "12347").ivr.language == "en"

    def test_a_dialled_number_nobody_configured_is_served_without_menu(self) -> None:
        made = plan(caller(UNKNOWN), "12999")
        assert made.ivr.mode is IvrMode.NONE
        assert "12999 is not under dialled in the configuration: nothing is played before the wait." in made.reasons


class TestChoice:
    """A menu's choice moves its group to the front of the public ladder."""

    def test_2_opens_general_first(self) -> None:
        assert plan(caller(UNKNOWN), "12346", Pressed("2", "general")).steps == ("general@0", "qilai@10")

    def test_1_opens_what_is_first_already(self) -> None:
        assert plan(caller(UNKNOWN), "12346", Pressed("1", "qilai")).steps == ("qilai@0", "general@10")

    def test_0_asks_for_a_person_and_leaves_the_ladder_as_it_is(self) -> None:
        assert plan(caller(UNKNOWN), "12346", Pressed("0", PERSON)).steps == ("qilai@0", "general@10")

    def test_a_group_outside_the_ladder_comes_before_it(self) -> None:
        assert plan(caller(UNKNOWN), "12346", Pressed("3", "project")).steps == ("project@0", "qilai@10", "general@20")

    def test_a_group_that_is_gone_means_a_person(self) -> None:
        made = plan(caller(UNKNOWN), "12346", Pressed("3", "closed"))
        assert made.steps == ("qilai@0", "general@10")

    def test_no_choice_at_all_is_told(self) -> None:
        made = plan(caller(UNKNOWN), "12346", Pressed("", PERSON))
        assert "The caller made no choice in the menu main: the next person who is free, by the ladder as it is." in made.reasons

    def test_an_enterprise_that_chose_keeps_its_own_ladder(self) -> None:
        made = plan(caller(ENTERPRISE), "12346", Pressed("2", "general"))
        assert made.steps[0] == "priority@0"
        assert "The caller pressed 2 in the menu main, which is general: callers on the whitelist keep their own ladder." in made.reasons

    def test_after_a_choice_nothing_is_played_again(self) -> None:
        assert plan(caller(UNKNOWN), "12346", Pressed("2", "general")).ivr.mode is IvrMode.NONE


def test_the_reasons_read_in_the_order_of_the_decisions() -> None:
    assert plan(caller(ENTERPRISE)).reasons == (
        "12345 has neither greeting nor menu.",
        "The caller's class is key_enterprise.",
        "The ladder: 直达专席 (priority) at 0 s, 一企来 (qilai) at 8 s, general at 16 s.",
        "It ranks as if it had come 300 s earlier: who came more than 300 s before it is served first.",
        "Unanswered after 300 s: the duty phone 0515-86669999 rings for 30 s, then nobody-free is played; a call-back task is made.",
    )


def test_the_same_call_gets_the_same_plan() -> None:
    assert plan(caller(ENTERPRISE)) == plan(caller(ENTERPRISE))


LADDERS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 60)), min_size=1, max_size=5, unique_by=lambda step: step[0]).map(
    lambda steps: tuple(
        Rung(group=group, after_s=after_s) for (group, _), after_s in zip(steps, [0, *sorted(time for _, time in steps[1:])], strict=True)
    )
)


@given(LADDERS, st.sampled_from("abcdefg"))
def test_a_choice_loses_no_group_and_keeps_the_ladder_ascending(steps: tuple[Rung, ...], chosen: str) -> None:
    made = opened_first(chosen, steps)
    assert (made[0].group, made[0].after_s) == (chosen, 0)
    assert {rung.group for rung in made} == {chosen, *(rung.group for rung in steps)}
    assert len({rung.group for rung in made}) == len(made)
    assert [rung.after_s for rung in made] == sorted(rung.after_s for rung in made)
    assert [rung.after_s for rung in made][: len(steps)] == [rung.after_s for rung in steps]


def test_a_ladder_of_one_group_opens_it_one_step_after_the_chosen_one() -> None:
    assert opened_first("tax", ladder("general@0")) == ladder("tax@0", f"general@{STEP_S}")


class TestVoicemail:
    """A menu's choice that is no group: he leaves a message, and waits for nobody."""

    def test_who_chose_it_leaves_a_message_and_does_not_wait(self) -> None:
        made = plan(caller(UNKNOWN), "12346", Pressed("9", VOICEMAIL))
        assert (made.first, made.ladder, made.closed) == ((Voicemail(prompt="voicemail-ask"),), (), False)
        assert made.reasons[-1] == "The caller pressed 9 in the menu main: voicemail-ask asks for a voice message."

    def test_the_whitelist_too(self) -> None:
        assert plan(caller(ENTERPRISE), "12346", Pressed("9", VOICEMAIL)).first

    def test_while_it_is_closed_to_him_that_decides(self) -> None:
        shut = replace(RULES, routes=(Route(name="shut", closed=Closing(steps=(Say(prompt="closed-now"),))),))
        made = make_plan(caller(UNKNOWN), "12346", menu_choice=Pressed("9", VOICEMAIL), at=AT, rules=shut)
        assert (made.first, made.closed) == ((Say(prompt="closed-now"),), True)
