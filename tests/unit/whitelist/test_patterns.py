"""Switchboards: entries that cover a block of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitelist.patterns import _blocks, open_digits, parse_pattern, written

AREA = "0515"


@pytest.mark.parametrize(
    "raw",
    [
        "0515-8889xxxx",
        "0515-8889XXXX",
        "0515-8889****",
        "0515-8889××××",
        "0515-8889？？？？",
        "8889xxxx",
        "88890000-88899999",
        "0515-88890000-88899999",
        "0515-88890000-0515-88899999",
        "0515-88890000~9999",
        "0515-88890000至0515-88899999",
    ],
)
def test_a_block_however_it_is_written(raw: str) -> None:
    assert parse_pattern(raw, area_code=AREA).patterns == ("+865158889xxxx",)
    assert written("+865158889xxxx") == "0515-8889xxxx"


def test_a_span_that_is_no_whole_block_becomes_what_it_is_made_of() -> None:
    found = parse_pattern("0515-88890098~0121", area_code=AREA).patterns
    assert found == ("+8651588890098", "+8651588890099", "+865158889010x", "+865158889011x", "+8651588890120", "+8651588890121")


def test_a_dash_and_a_few_digits_are_an_extension_not_a_span() -> None:
    found = parse_pattern("0515-88880001-9", area_code=AREA)
    assert (found.patterns, found.extension) == (("+8651588880001",), "9")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("0515-888xxxxx", "covers too much"),
        ("0515-88890000~0515-88999999", "covers too much"),
        ("1390000xxxx", "is not a block of landline numbers"),
        ("0515-88899999~0000", "is not a span"),
        ("88890000至0512-88899999", "is not a span"),
        ("110", "is a short number"),
        ("abc", "holds the character 'a'"),
    ],
)
def test_what_covers_too_much_or_nothing_is_refused(raw: str, says: str) -> None:
    found = parse_pattern(raw, area_code=AREA)
    assert not found.patterns
    assert says in found.reason


@given(st.integers(8651588880000, 8651588889999), st.integers(0, 9999))
def test_blocks_cover_a_span_exactly(first: int, more: int) -> None:
    last = min(first + more, 8651588889999)
    covered: list[int] = []
    for pattern in _blocks(first, last):
        width = open_digits(pattern)
        start = int(pattern[1:].replace("x", "0"))
        covered += range(start, start + 10**width)
    assert covered == list(range(first, last + 1))


@given(st.text("0123456789-~xX*至到 ()+转", max_size=40))
def test_nothing_raises(raw: str) -> None:
    found = parse_pattern(raw, area_code=AREA)
    assert bool(found.patterns) != bool(found.reason)
    for pattern in found.patterns:
        assert parse_pattern(written(pattern), area_code="").patterns == (pattern,)
