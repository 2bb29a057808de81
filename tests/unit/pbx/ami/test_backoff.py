"""The wait before connecting again: grows, stays bounded, differs between engines."""

from pbx.ami.backoff import Backoff


def test_it_doubles_up_to_the_most_and_begins_again_after_a_reset() -> None:
    backoff = Backoff(first_s=0.5, most_s=4, chance=lambda: 0.0)
    assert [backoff.next_s() for _ in range(5)] == [0.5, 1, 2, 4, 4]
    backoff.reset()
    assert backoff.next_s() == 0.5


def test_up_to_half_of_it_is_taken_off_by_chance() -> None:
    assert Backoff(first_s=2, most_s=4, chance=lambda: 1.0).next_s() == 1
    waits = {Backoff(first_s=2, most_s=4).next_s() for _ in range(20)}
    assert len(waits) > 1
    assert all(1 <= wait <= 2 for wait in waits)
