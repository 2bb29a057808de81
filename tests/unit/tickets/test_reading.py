"""What is made of the stream's text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.events import KINDS, Answered, Identified, to_document
from tests.unit.tickets.builders import CALL, at, end, identity, served, three_way
from tickets.fold import fold
from tickets.reading import Unreadable, parse, read


def test_every_fact_comes_back() -> None:
    for event in [*served(), *three_way()]:
        assert read(parse(json.dumps(to_document(event)))) == event


def test_lists_and_numbers_as_lua_writes_them_are_taken() -> None:
    identified = to_document(identity()[0]) | {"reasons": {}}
    answered = {"kind": "answered", "call_id": CALL, "at": 1759220400000.0, "offer_id": "o", "seat_id": "8001", "group": "g", "waited_s": 8}
    assert isinstance(read(identified), Identified)
    assert read(identified).reasons == ()  # type: ignore[union-attr]
    event = read(answered)
    assert isinstance(event, Answered)
    assert isinstance(event.waited_s, float)
    assert read({"kind": "rated", "call_id": CALL, "at": 1_759_220_400_000, "score": 5.0}).score == 5  # type: ignore[union-attr]


def test_facts_of_a_later_version_are_passed_over() -> None:
    assert read({"kind": "translated", "call_id": CALL, "at": 1_759_220_400_000}) is None
    assert read(to_document(end()[0]) | {"mood": "fine"}) == end()[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        (b"\xff{}", "not JSON"),
        ('{"call_id": "c", "kind": "rated", "score": NaN}', "NaN is no JSON"),
        ("[1]", "JSON object"),
        ("{}", "call_id is missing, or"),
        ('{"call_id": 5, "kind": "ended"}', "call_id is missing, or"),
        ('{"call_id": "c"}', "kind is missing, or"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_fact_is_said_so(text: str | bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        parse(text)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": None}, "reason cannot be a NoneType"),
        ({"at": "noon"}, "ended: at is no time: ValueError"),
        ({"at": None}, "ended: at is no time: TypeError"),
        ({"at": 10**30}, "ended: at is no time"),
        ({"at": float("inf")}, "ended: at is no time: OverflowError"),
        ({"at": 253402300799000}, "ended: at is in the year 9999"),
        ({"at": 0}, "ended: at is in the year 1970"),
    ],
)
def test_a_field_that_cannot_be_is_named(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(to_document(end()[0]) | wrong)


def test_a_field_that_is_missing_is_named() -> None:
    with pytest.raises(Unreadable, match="waited_s"):
        read({"kind": "answered", "call_id": CALL, "at": 1_759_220_400_000, "offer_id": "o", "seat_id": "8001", "group": "g"})


VALUE = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just({}) | st.lists(st.text(max_size=3), max_size=2)
)
DOCUMENT = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.fixed_dictionaries(
        dict.fromkeys(KINDS[kind].__dataclass_fields__, VALUE)
        | {"kind": st.just(kind), "call_id": st.just(CALL), "at": VALUE | st.integers(0, 2**41)}
    )
)


@settings(max_examples=200, deadline=None)
@given(DOCUMENT)
def test_whatever_a_field_holds_it_is_read_or_named_and_what_is_read_folds(document: dict[str, object]) -> None:
    try:
        event = read(document)
    except Unreadable:
        return
    assert event is not None
    assert fold([event, *served()]).call_id == CALL


def test_a_moment_is_kept_to_the_millisecond() -> None:
    assert read({"kind": "ended", "call_id": CALL, "at": 1759220400123, "reason": "completed"}).at.microsecond == 123000  # type: ignore[union-attr]
    assert at(0).microsecond == 0
