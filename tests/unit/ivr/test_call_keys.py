"""What a row of keys means: fast and slow typing, half codes, repeated keys, and whatever else a telephone can send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call_keys import PROMPTS, SAID_BEFORE, SAYS, TURNS, WRONG, KeyAct, Keyed, KeyMap, Wrong, meaning, refusal

A = KeyAct
MAP = KeyMap(
    codes={
        "2": (A.HOLD, A.RESUME),
        "3": (A.ASK,),
        "4": (A.JOIN, A.CONSULT),
        "8": (A.TRANSFER,),
        "*0": (A.LEAVE,),
        "*3": (A.TICKET,),
    }
)
COLLEAGUES = KeyMap(codes={"3": (A.HAND_ON,)})


def test_a_code_without_a_number_is_complete_with_its_last_key() -> None:
    assert meaning("2", MAP) == Keyed(acts=(A.HOLD, A.RESUME))
    assert meaning("*", MAP) is None
    assert meaning("*0", MAP) == Keyed(acts=(A.LEAVE,))


def test_a_number_is_ended_by_hash() -> None:
    assert meaning("3", MAP) is None
    assert meaning("31", MAP) is None
    assert meaning("31#", MAP) == Keyed(acts=(A.ASK,), number="1")
    assert meaning("8051586660001#", MAP) == Keyed(acts=(A.TRANSFER,), number="051586660001")


def test_what_stops_half_way_is_incomplete() -> None:
    assert meaning("", MAP, over=True) == Keyed(wrong=Wrong.INCOMPLETE)
    assert meaning("*", MAP, over=True) == Keyed(wrong=Wrong.INCOMPLETE)
    assert meaning("31", MAP, over=True) == Keyed(wrong=Wrong.INCOMPLETE)
    assert meaning("3#", MAP) == Keyed(wrong=Wrong.INCOMPLETE)


def test_a_specialist_names_no_department_for_a_colleague_of_his_own() -> None:
    assert meaning("3#", COLLEAGUES) == Keyed(acts=(A.HAND_ON,))
    assert meaning("3", COLLEAGUES, over=True) == Keyed(wrong=Wrong.INCOMPLETE)


def test_who_thinks_better_of_it_presses_hash() -> None:
    assert meaning("#", MAP) == Keyed(wrong=Wrong.GIVEN_UP)


@pytest.mark.parametrize("pressed", ["1", "9", "**", "*9", "A", "D", "2²", "٣", "*#", "3*", "31*2"])
def test_what_no_code_begins_with_is_unknown_at_once(pressed: str) -> None:
    assert meaning(pressed, MAP) == Keyed(wrong=Wrong.UNKNOWN)


def test_a_number_without_end_is_ended() -> None:
    assert meaning("8" + "1" * 24, MAP) is None
    assert meaning("8" + "1" * 25, MAP) == Keyed(wrong=Wrong.TOO_LONG)


def test_without_codes_nothing_means_anything() -> None:
    assert meaning("2", KeyMap()) == Keyed(wrong=Wrong.UNKNOWN)


@given(st.lists(st.one_of(st.sampled_from("0123456789*#ABCD"), st.characters()), max_size=60))
def test_every_row_of_keys_comes_to_an_end_and_means_one_thing(keys: list[str]) -> None:
    pressed = ""
    for key in keys:
        pressed += key
        if (keyed := meaning(pressed, MAP)) is not None:
            assert (keyed.wrong is None) == bool(keyed.acts)
            assert keyed.number == "" or keyed.number.isdecimal()
            return
    assert len(pressed) <= 26
    last = meaning(pressed, MAP, over=True)
    assert last is not None
    assert last.wrong is Wrong.INCOMPLETE


def test_every_act_and_every_fault_has_a_sentence() -> None:
    assert set(SAYS) == set(KeyAct)
    assert set(WRONG) == set(Wrong)
    assert {*SAYS.values(), *WRONG.values(), refusal("hunt_goes_on"), refusal("anything else")} <= PROMPTS


def test_what_comes_before_its_act_is_not_one_of_a_pair_that_stays_where_it_is() -> None:
    """A pair's second act is done where the phone is already."""
    assert not SAID_BEFORE.intersection(TURNS.values())
