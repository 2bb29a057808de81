import pytest

from lab.bench.traffic import CALLERS, caller, times_to_seat


def test_the_callers_are_telephones_of_the_switchboard_on_the_whitelist() -> None:
    assert caller(7) == "051588890007"
    assert caller(CALLERS + 7) == caller(7)


def test_a_time_is_from_the_callers_invite_to_the_seats() -> None:
    assert times_to_seat([("051588890001", 100.0)], [("051588890001", 100.004)]) == pytest.approx([0.004])


def test_a_call_that_reached_no_seat_has_no_time() -> None:
    assert times_to_seat([("051588890001", 100.0)], [("051588890002", 100.004)]) == []


def test_of_several_offers_of_one_call_the_first_counts() -> None:
    assert times_to_seat([("1", 100.0)], [("1", 100.5), ("1", 100.1)]) == pytest.approx([0.1])


def test_seats_of_earlier_bursts_do_not_count() -> None:
    assert times_to_seat([("1", 100.0)], [("1", 40.0), ("1", 100.2)]) == pytest.approx([0.2])


def test_a_seat_that_seems_to_ring_before_it_was_called_rang_at_once() -> None:
    assert times_to_seat([("1", 100.0)], [("1", 99.998)]) == [0.0]


def test_without_calls_there_are_no_times() -> None:
    assert times_to_seat([], [("1", 1.0)]) == []
