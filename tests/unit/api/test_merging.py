"""One list out of several, page by page."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.merging import Key, Strand, merged
from calls.errors import Refused
from tests.unit.api.lists import cut
from tickets.records import Page

START = datetime(2026, 11, 20, tzinfo=UTC)


def key_of(number: int) -> Key:
    return number % 2, START + timedelta(seconds=number), f"c-{number}"


def a_strand(name: str, numbers: list[int], page: int) -> Strand[int]:
    """A list that gives so many at once, in the order of its keys."""

    async def read(cursor: str | None) -> Page[int]:
        return cut(numbers, lambda number: (-(number % 2), -number), cursor, page)

    return Strand(name=name, read=read, key=key_of)


async def whole(strands: list[Strand[int]], limit: int) -> list[int]:
    found: list[int] = []
    cursor: str | None = None
    while True:
        page = await merged(strands, cursor=cursor, limit=limit)
        found += page.items
        if page.next is None:
            return found
        assert len(page.items) == limit
        cursor = page.next


@given(
    numbers=st.lists(st.lists(st.integers(0, 99), unique=True), min_size=1, max_size=4),
    page=st.integers(1, 7),
    limit=st.integers(1, 7),
)
async def test_every_item_comes_once_and_in_order_however_the_pages_fall(numbers: list[list[int]], page: int, limit: int) -> None:
    apart = [[number * 10 + place * 2 for number in some] for place, some in enumerate(numbers)]
    strands = [a_strand(f"s{place}", some, page) for place, some in enumerate(apart)]
    expected = sorted((number for some in apart for number in some), key=key_of, reverse=True)
    assert await whole(strands, limit) == expected


async def test_nothing_at_all() -> None:
    assert await merged([a_strand("s", [], 5)], cursor=None, limit=5) == Page(items=(), next=None)


@given(st.text(max_size=60))
async def test_whatever_somebody_makes_up_as_a_cursor(cursor: str) -> None:
    with pytest.raises(Refused):
        await merged([a_strand("s", [1, 2, 3], 5)], cursor=cursor, limit=2)
