"""How long a call will wait, by what stands before it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.expected import Line, Outlook, Pace, Serving, wait_errors, waiting_s

QILAI, BOTH = frozenset({"qilai"}), frozenset({"qilai", "general"})
Given = Any  # a field's value
MINUTE = Pace(service={}, typical_s=60)


def an_outlook(*, seats: int = 2, before: int = 0, **fields: Given) -> Outlook:
    """Seats of qilai that take a minute for a call, and calls before this one that wait for them."""
    given: dict[str, Any] = {
        "open": QILAI,
        "serving": {"qilai": Serving(all=seats, able=seats)},
        "crews": {QILAI: seats},
        "lines": (Line(open=QILAI, before=before),),
        "pace": MINUTE,
        **fields,
    }
    return Outlook(**given)


def test_the_next_caller_waits_until_the_first_of_all_seats_is_free() -> None:
    assert an_outlook(seats=2).wait_s == 30


def test_each_caller_before_him_takes_one_more_seat() -> None:
    outlook = an_outlook(seats=2, before=3)
    assert (outlook.position, outlook.wait_s) == (4, 120)


def test_while_a_seat_rings_for_him_nothing_is_left_to_wait() -> None:
    assert an_outlook(before=3, offered=True).wait_s == 0


def test_where_nobody_is_on_duty_nothing_can_be_said() -> None:
    assert an_outlook(seats=0).wait_s is None


def test_callers_who_give_up_make_way() -> None:
    impatient = Pace(service={}, typical_s=60, gave_up=100, waited_s=9_000 - 3_600)  # one in 90 s
    assert an_outlook(seats=1, before=2, pace=impatient).wait_s == pytest.approx(60 + 1 / (1 / 60 + 1 / 90) + 1 / (1 / 60 + 2 / 90))


def test_what_was_measured_soon_outweighs_what_was_configured() -> None:
    assert Pace(service={}, typical_s=60).service_s("qilai") == 60
    assert Pace(service={"qilai": (5, 120.0)}, typical_s=60).service_s("qilai") == pytest.approx(91.6, abs=0.1)
    assert Pace(service={"qilai": (50, 120.0)}, typical_s=60).service_s("qilai") == 120


def test_a_rung_that_opens_soon_shortens_the_wait() -> None:
    serving = {"qilai": Serving(all=1, able=1), "general": Serving(all=3, able=3)}
    crews = {QILAI: 1, frozenset({"general"}): 3}
    outlook = an_outlook(to_come=(("general", 15.0),), serving=serving, crews=crews)
    assert outlook.wait_s == 15 + (1 - 15 / 60) * 15, "a quarter of a minute alone, the rest at four times the pace"


def test_a_rung_with_a_free_seat_ends_the_wait() -> None:
    serving = {"qilai": Serving(all=1, able=1), "general": Serving(all=3, able=3, free=1)}
    crews = {QILAI: 1, frozenset({"general"}): 3}
    outlook = an_outlook(to_come=(("general", 8.0),), serving=serving, crews=crews)
    assert outlook.wait_s == 8
    assert an_outlook(seats=10, to_come=(("general", 8.0),), serving={**serving, "qilai": Serving(all=10, able=10)}).wait_s == 6


def test_a_rung_helps_also_where_nobody_is_on_duty_before_it() -> None:
    serving = {"qilai": Serving(all=0, able=0), "general": Serving(all=1, able=1)}
    outlook = an_outlook(to_come=(("general", 8.0),), serving=serving, crews={frozenset({"general"}): 1})
    assert outlook.wait_s == 68


def test_a_seat_of_two_groups_counts_once() -> None:
    serving = {"qilai": Serving(all=2, able=2), "general": Serving(all=2, able=2)}
    outlook = an_outlook(open=BOTH, serving=serving, crews={BOTH: 2}, lines=())
    assert outlook.wait_s == 30


def test_who_before_him_can_go_elsewhere_stands_less_in_his_way() -> None:
    serving = {"qilai": Serving(all=2, able=2)}
    crews = {QILAI: 2, frozenset({"general"}): 2}
    elsewhere = an_outlook(serving=serving, crews=crews, lines=(Line(open=BOTH, before=2),))
    assert (elsewhere.position, elsewhere.wait_s) == (3, 60), "half of their seats are his: two callers count as one"


def test_one_who_wants_english_waits_for_the_seats_that_speak_it() -> None:
    outlook = an_outlook(serving={"qilai": Serving(all=4, able=1)}, crews={QILAI: 4}, lines=(Line(open=QILAI, before=4),))
    assert outlook.wait_s == 120, "of the four before him, one will take the seat he needs"


def test_seats_kept_for_others_do_not_count() -> None:
    assert an_outlook(serving={"qilai": Serving(all=2, able=2, kept=1)}).wait_s == 60
    assert an_outlook(serving={"qilai": Serving(all=1, able=1, kept=1)}, crews={QILAI: 1}).wait_s is None


def test_long_queues_are_added_up_quickly_and_just_as_well() -> None:
    for leaving in (0.0, 1e-6, 1 / 90):
        exact = sum(1 / (0.1 + ahead * leaving) for ahead in range(5_001))
        assert waiting_s(5_000, 0.1, leaving) == pytest.approx(exact, rel=1e-3)


@given(st.integers(0, 60), st.integers(1, 30), st.floats(1, 600), st.floats(0, 50))
def test_a_place_further_ahead_one_more_seat_and_impatience_never_lengthen_the_wait(
    before: int, seats: int, typical_s: float, gave_up: float
) -> None:
    pace = Pace(service={}, typical_s=typical_s, gave_up=gave_up, waited_s=10_000)
    wait_s = an_outlook(seats=seats, before=before, pace=pace).wait_s
    assert wait_s is not None
    patient = an_outlook(seats=seats, before=before, pace=Pace(service={}, typical_s=typical_s)).wait_s
    better = an_outlook(seats=seats + 1, before=before, pace=pace).wait_s
    worse = an_outlook(seats=seats, before=before + 1, pace=pace).wait_s
    assert better is not None
    assert worse is not None
    assert patient is not None
    assert better < wait_s < worse
    assert wait_s <= patient * (1 + 1e-9)


@given(st.integers(0, 20), st.floats(0, 300), st.integers(0, 5), st.integers(0, 20))
def test_a_rung_to_come_never_lengthens_the_wait(before: int, in_s: float, seats: int, others: int) -> None:
    serving = {"qilai": Serving(all=2, able=2), "general": Serving(all=seats, able=seats)}
    crews = {QILAI: 2, frozenset({"general"}): seats}
    lines = (Line(open=QILAI, before=before), Line(open=frozenset({"general"}), before=others))
    alone = an_outlook(serving=serving, crews=crews, lines=lines).wait_s
    helped = an_outlook(serving=serving, crews=crews, lines=lines, to_come=(("general", in_s),)).wait_s
    assert alone is not None
    assert helped is not None
    assert helped <= alone * (1 + 1e-9)


def test_how_good_the_estimates_were() -> None:
    errors = wait_errors([(60, 90), (120, 30)])
    assert errors is not None
    assert (errors.calls, errors.bias_s, errors.error_s, errors.real_s, errors.within_minute) == (2, -30, 60, 60, 0.5)
    assert wait_errors([]) is None
