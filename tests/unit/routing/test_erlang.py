"""Erlang's formulas against figures that stand in the tables."""

import math

import pytest

from routing.erlang import erlang_a, erlang_b, erlang_c, in_time, mean_wait_s, seats_for


def test_blocking_as_the_tables_have_it() -> None:
    assert erlang_b(1, 1) == 0.5
    assert erlang_b(10, 5.084) == pytest.approx(0.02, abs=2e-4)  # 5.084 erlangs on 10 lines lose 2 %


def test_one_seat_is_the_queue_everybody_knows() -> None:
    """M/M/1: who comes finds the seat busy as often as it is busy."""
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert mean_wait_s(1, 0.8, talk_s=60) == pytest.approx(240)


def test_ten_seats_with_eight_erlangs() -> None:
    assert erlang_c(10, 8) == pytest.approx(0.40918, abs=1e-5)
    assert mean_wait_s(10, 8, talk_s=180) == pytest.approx(36.826, abs=1e-3)
    assert in_time(10, 8, talk_s=180, within_s=0) == pytest.approx(1 - erlang_c(10, 8))


def test_what_seats_cannot_carry_waits_for_ever() -> None:
    assert erlang_c(5, 5) == 1
    assert mean_wait_s(5, 5, talk_s=60) == math.inf
    assert in_time(5, 6, talk_s=60, within_s=1000) == 0


def test_the_seats_needed_are_enough_and_one_less_is_not() -> None:
    seats = seats_for(8, talk_s=180, within_s=20, share=0.8)
    assert in_time(seats, 8, talk_s=180, within_s=20) >= 0.8 > in_time(seats - 1, 8, talk_s=180, within_s=20)


def test_patience_that_hardly_ends_makes_erlang_a_erlang_c() -> None:
    patient = erlang_a(10, 8, talk_s=180, patience_s=1e7)
    assert patient.mean_wait_s == pytest.approx(mean_wait_s(10, 8, talk_s=180), rel=1e-3)
    assert patient.abandoned < 1e-5


def test_callers_without_patience_are_lost_as_erlang_b_says() -> None:
    assert erlang_a(10, 8, talk_s=180, patience_s=1e-6).abandoned == pytest.approx(erlang_b(10, 8), rel=1e-3)


def test_a_city_of_seats_is_no_overflow() -> None:
    found = erlang_a(5000, 5200, talk_s=180, patience_s=60)
    assert found.abandoned == pytest.approx(1 - 5000 / 5200, rel=0.05)
