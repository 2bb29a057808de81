"""Nothing leaves that Asterisk would read as more than was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.errors import Refused
from pbx.ami.wire import MAX_LINE_BYTES, MAX_LINES, encode_action


def refused(action: str = "Setvar", **headers: str | list[str]) -> str:
    with pytest.raises(Refused) as caught:
        encode_action(action, "id-1", headers)
    return caught.value.code


def test_an_action_is_lines_and_an_empty_line() -> None:
    data = encode_action("Originate", "id-1", {"Channel": "PJSIP/8001", "Timeout": 25000, "Variable": ["A=1", "B=盐城"]})
    expected = "Action: Originate\r\nActionID: id-1\r\nChannel: PJSIP/8001\r\nTimeout: 25000\r\nVariable: A=1\r\nVariable: B=盐城\r\n\r\n"
    assert data == expected.encode()


@pytest.mark.parametrize("smuggled", ["a\r\nAction: Hangup", "a\n", "a\r", "\0", "a\r\n\r\nAction: Command"])
def test_a_line_break_or_a_nul_in_a_value_is_refused(smuggled: str) -> None:
    assert refused(Value=smuggled) == "ami_line_break"
    assert refused(Variable=["A=1", smuggled]) == "ami_line_break"
    assert refused(smuggled) == "ami_line_break"


@pytest.mark.parametrize("name", ["Chan\r\nnel", "Channel: x", "", "Chan nel", "Action", "actionid", "Канал"])
def test_a_header_that_is_no_name_or_is_ours_is_refused(name: str) -> None:
    assert refused(**{name: "x"}) == "ami_header_name"


def test_half_a_character_is_refused() -> None:
    assert refused(Value="\ud800") == "ami_not_utf8"


def test_a_line_is_as_long_as_asterisk_reads_counted_in_bytes() -> None:
    room = MAX_LINE_BYTES - len("Value: ")
    encode_action("Setvar", "id-1", {"Value": "x" * room})
    assert refused(Value="x" * (room + 1)) == "ami_line_too_long"
    assert refused(Value="盐" * (room // 3 + 1)) == "ami_line_too_long"


def test_an_action_has_as_many_lines_as_asterisk_reads() -> None:
    encode_action("Originate", "id-1", {"Variable": ["A=1"] * (MAX_LINES - 2)})
    assert refused("Originate", Variable=["A=1"] * (MAX_LINES - 1)) == "ami_action_too_long"


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(Refused) as caught:
        encode_action("Setvar", "id-1", {"Value": "051588880001\n"})
    assert "0001" not in repr(caught.value)


@given(values=st.lists(st.text(max_size=100), max_size=5))
def test_whatever_is_sent_arrives_as_the_lines_that_were_meant(values: list[str]) -> None:
    try:
        data = encode_action("Originate", "id-1", {"Variable": values})
    except Refused:
        return
    lines = data.decode().removesuffix("\r\n\r\n").split("\r\n")
    assert lines == ["Action: Originate", "ActionID: id-1", *(f"Variable: {value}" for value in values)]
