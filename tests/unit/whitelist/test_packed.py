"""The packed map against a dict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitelist.packed import CHUNK, PackedMap

keys = st.integers(0, 2**64 - 1) | st.integers(0, 40)
values = st.binary(max_size=12)


def packed(model: dict[int, bytes]) -> PackedMap:
    return PackedMap.of_sorted(sorted(model.items()))


@given(st.dictionaries(keys, values), st.lists(st.dictionaries(keys, values | st.none(), max_size=20), max_size=5), st.lists(keys))
def test_it_answers_like_a_dict_after_any_changes(start: dict[int, bytes], steps: list[dict[int, bytes | None]], asked: list[int]) -> None:
    model, under_test = dict(start), packed(start)
    for changes in steps:
        before = dict(under_test.items())
        changed = under_test.with_changes(changes)
        assert dict(under_test.items()) == before
        under_test = changed
        model = {key: value for key, value in (model | changes).items() if value is not None}
        assert list(under_test.items()) == sorted(model.items())
        assert len(under_test) == len(model)
    for key in [*asked, *model]:
        assert under_test.get(key) == model.get(key)


def test_many_keys_lie_in_chunks_that_are_cut_when_they_grow() -> None:
    model = {key * 10: str(key).encode() for key in range(CHUNK * 3 + 5)}
    more = {key * 10 + place: b"new" for key in range(40) for place in range(1, 10)} | {5000: b""}
    grown = packed(model).with_changes(more)
    assert dict(grown.items()) == model | more
    assert all(grown.get(key) == value for key, value in (model | more).items())
    assert grown.get(7) == b"new"
    assert grown.get(10**12) is None


def test_a_map_may_be_emptied_and_filled_again() -> None:
    filled = packed({1: b"a", 2: b"b"})
    emptied = filled.with_changes({1: None, 2: None, 3: None})
    assert (len(emptied), emptied.get(1), list(emptied.items())) == (0, None, [])
    assert emptied.with_changes({9: b"c"}).get(9) == b"c"
    assert filled.get(1) == b"a"


def test_keys_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="the keys must rise"):
        PackedMap.of_sorted([(2, b""), (2, b"")])
