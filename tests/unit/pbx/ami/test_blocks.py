"""Blocks to headers: names as they were given, the first value of each, nothing raised whatever comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.ami.blocks import read_block, unescaped
from tests.unit.pbx.ami.builders import a_hangup, recording


def test_a_chinese_name_with_quotes_is_read_as_the_caller_wrote_it() -> None:
    newchannel = next(block for block in recording("call").split(b"\r\n\r\n") if block.startswith(b"Event: Newchannel"))
    assert read_block(newchannel).headers["CallerIDName"] == '盐城 \\"甲\\" 公司 €'


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\"A\"", '"A"'),
        (r"a\\b", r"a\b"),
        (r"a\nb\rc\td", "a\nb\rc\td"),
        (r"\\n", r"\n"),
        (r"what\?", "what?"),
        ("end\\", "end\\"),
        ("盐城", "盐城"),
    ],
)
def test_names_are_unescaped_as_c_strings(written: str, meant: str) -> None:
    assert unescaped(written) == meant


def test_only_names_are_unescaped() -> None:
    headers = read_block(rb"Event: X" b"\r\n" rb"DestConnectedLineName: a\"b" b"\r\n" rb"AppData: a\"b").headers
    assert headers == {"Event": "X", "DestConnectedLineName": 'a"b', "AppData": r"a\"b"}


def test_an_originate_response_is_not_unescaped_because_it_was_not_escaped() -> None:
    assert read_block(b"Event: OriginateResponse\r\nCallerIDName: a\\nb").headers["CallerIDName"] == r"a\nb"


def test_the_first_value_of_a_repeated_header_counts_and_the_repetition_is_told() -> None:
    block = read_block(b"Event: Hangup\r\nUniqueid: a\r\nEvent: Fake\r\nUniqueid: b")
    assert (block.kind, block.headers, block.repeated) == ("Event", {"Event": "Hangup", "Uniqueid": "a"}, True)
    assert not read_block(a_hangup()[:-4]).repeated


def test_a_bare_line_feed_stays_inside_its_value() -> None:
    assert read_block(b"Event: X\r\nCallerIDNum: 7916\nEvent: Y").headers == {"Event": "X", "CallerIDNum": "7916\nEvent: Y"}


def test_bytes_that_are_no_utf8_cost_only_themselves() -> None:
    headers = read_block(b"Event: X\r\nCallerIDName: \xd1\xce\xb3\xc7 ltd\r\nCause: 16").headers
    assert headers["CallerIDName"].endswith(" ltd")
    assert headers["Cause"] == "16"


def test_an_empty_value_is_empty_and_a_value_may_hold_colons() -> None:
    assert read_block(b"Event: X\r\nAccountCode: \r\nContact: sip:8001@127.0.0.1: 5").headers == {
        "Event": "X",
        "AccountCode": "",
        "Contact": "sip:8001@127.0.0.1: 5",
    }


@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    read_block(data)


@given(st.text())
def test_no_name_raises_when_unescaped(text: str) -> None:
    assert len(unescaped(text)) <= len(text)
