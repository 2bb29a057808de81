from hypothesis import given
from hypothesis import strategies as st

from lab.bench.search import CLOSE, LOWEST, Search


def found(search: Search, limit: float) -> int:
    """Search on a machine that holds every rate up to the limit; how many bursts that took."""
    bursts = 0
    while (rate := search.rate) is not None:
        search.told(held=rate <= limit)
        bursts += 1
        assert bursts < 100
    return bursts


@given(st.floats(LOWEST * 2, 5000))
def test_the_highest_rate_is_found_as_closely_as_promised(limit: float) -> None:
    search = Search(60)
    found(search, limit)
    assert search.held <= limit <= search.held * CLOSE


def test_the_search_is_short() -> None:
    assert found(Search(60), 187) <= 12


def test_a_machine_that_holds_nothing_ends_the_search_with_nothing() -> None:
    search = Search(60)
    found(search, 0)
    assert search.held == 0


def test_one_bad_moment_is_forgiven() -> None:
    search = Search(60)
    search.told(held=False)
    assert search.rate == 60
    search.told(held=True)
    assert search.held == 60
    assert search.rate is not None
    assert search.rate > 60


def test_two_bad_moments_at_one_rate_are_its_end() -> None:
    search = Search(60)
    search.told(held=False)
    search.told(held=False)
    assert search.not_held == 60
    assert search.rate is not None
    assert search.rate < 60
