from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.agi.wire import MAX_ENV_BYTES, MAX_ENV_LINES, MAX_REPLY_BYTES, Broken, Env, Event, Hangup, Noise, Parser, Reply
from tests.unit.pbx.agi.recorded import names, recorded

MARK = b"~5f0c~"

SAID = {
    "plain-call": [
        Reply(200, "1"),
        Reply(200, "0"),
        Reply(200, "0"),
        Reply(200, "0"),
        Reply(200, "1", value="BUSY~5f0c~c-1~5f0c~"),
        Reply(200, "1"),
    ],
    "gone-during-a-prompt": [
        Reply(200, "-1", text="endpos=2560"),
        Hangup(),
        Reply(511, text="Command Not Permitted on a dead channel or intercept routine"),
        Reply(200, "1", value="FAILED"),
        Reply(200, "-1"),
        Reply(200, "1"),
    ],
    "gone-while-ringing": [Reply(200, "-1"), Hangup(), Reply(200, "1", value="CANCEL")],
    "gone-while-idle": [Hangup()],
    "hangup-told-twice": [Reply(200, "0"), Hangup(), Hangup()],
    "stopped-prompts": [
        Reply(200, "1", value="sync-1"),
        Reply(200, "1", value="sync-2"),
        Reply(200, "1"),
        Reply(200, "1", value="sync-3"),
        Reply(200, "0", text="endpos=2400"),
        Reply(200, "1", value="sync-4"),
    ],
    "keys": [Reply(200, "12"), Reply(200, "", value="timeout"), Reply(200, "0")],
    "value-with-line-ends": [Reply(200, "1", value="a"), Reply(200, "1", value="b"), Hangup(), Noise("(c)"), Reply(200, "0")],
    "not-utf-8": [Reply(200, "1", value="Ren\ufffd 张")],
}


def heard(data: bytes, *cuts: int) -> list[Event]:
    """The events of these bytes, cut at these places."""
    parser = Parser()
    ends = [0, *cuts, len(data)]
    return [event for start, end in pairwise(ends) for event in parser.feed(data[start:end])]


@pytest.mark.parametrize("name", names())
def test_a_conversation_cut_anywhere_says_the_same(name: str) -> None:
    data = recorded(name)
    whole = heard(data)
    assert isinstance(whole[0], Env)
    for cut in range(len(data) + 1):
        assert heard(data, cut) == whole
    assert heard(data, *range(len(data))) == whole


@pytest.mark.parametrize("name", SAID)
def test_what_asterisk_said(name: str) -> None:
    assert heard(recorded(name))[1:] == SAID[name]


def test_the_environment_comes_line_by_line_as_it_was() -> None:
    env = heard(recorded("plain-call"))[0]
    assert isinstance(env, Env)
    assert env.lines[:2] == ("agi_network: yes", "agi_network_script: call?number=051588880001&try=0")
    assert env.lines[-1] == "agi_arg_1: 0"
    assert len(env.lines) == 23


def test_a_usage_is_one_reply_however_long_it_is() -> None:
    said = heard(recorded("refused-commands"))[1:]
    assert [reply.code for reply in said if isinstance(reply, Reply)] == [510, 520, 520, 520, 200, 200, 200]
    assert len(said) == 7
    assert isinstance(said[2], Reply)
    assert "Line is busy" in said[2].text


def test_a_marked_value_may_look_like_replies_and_a_hangup() -> None:
    env, _, rest = recorded("marked-value-with-line-ends").partition(b"\n\n")
    for cut in range(len(rest)):
        parser = Parser()
        parser.feed(env + b"\n\n")
        parser.expect(MARK)
        assert [*parser.feed(rest[:cut]), *parser.feed(rest[cut:])] == [
            Reply(200, "1", value="a)\n200 result=1 (b)\nHANGUP\n(c~5f0c~lines~5f0c~"),
            Reply(200, "0"),
        ]


def test_a_mark_holds_for_one_reply_only() -> None:
    parser = Parser()
    parser.feed(b"agi_network: yes\n\n")
    parser.expect(MARK)
    assert parser.feed(b"200 result=0\n200 result=1 (x)\n") == [Reply(200, "0"), Reply(200, "1", value="x")]


def test_a_value_with_a_line_end_is_one_reply() -> None:
    parser = Parser()
    parser.feed(b"agi_network: yes\n\n")
    assert parser.feed(b"200 result=1 (root\n") == []
    assert parser.feed(b")\n200 result=0\n") == [Reply(200, "1", value="root\n"), Reply(200, "0")]


def test_a_recording_ends_in_a_bracket_that_is_no_value() -> None:
    parser = Parser()
    parser.feed(b"agi_network: yes\n\n")
    assert parser.feed(b"200 result=35 (dtmf) endpos=8000\n") == [Reply(200, "35", text="(dtmf) endpos=8000")]


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", b"G", b"agx", b"\n", b"agi\n", b"\x00" * 10, b"HANGUP\n", b"\xff\xfe"])
def test_who_does_not_begin_like_asterisk_is_told_apart_at_once(data: bytes) -> None:
    (broken,) = heard(data)
    assert isinstance(broken, Broken)
    assert broken.code == "agi_not_agi"
    assert heard(data, *range(len(data))) == [broken]


@pytest.mark.parametrize(
    "data",
    [b"agi_x: " + b"a" * MAX_ENV_BYTES, b"agi_x: a\n" * (MAX_ENV_BYTES // 9 + 1), b"agi_x: a\n" * (MAX_ENV_LINES + 1) + b"\n"],
    ids=["one endless line", "endless lines", "too many lines"],
)
def test_an_endless_environment_is_given_up(data: bytes) -> None:
    assert [event.code for event in heard(data) if isinstance(event, Broken)] == ["agi_env_too_long"]
    assert len(heard(data)) == 1


@pytest.mark.parametrize("rest", [b"200 result=1 (", b"520-x\n", b"", b"200 result=1 (\n"], ids=["value", "usage", "noise", "lines"])
def test_an_endless_reply_is_given_up(rest: bytes) -> None:
    parser = Parser()
    parser.feed(b"agi_network: yes\n\n" + rest)
    for _ in range(MAX_REPLY_BYTES // 1000):
        assert parser.feed(b"x" * 1000) == []
    (broken,) = parser.feed(b"x" * 1000)
    assert isinstance(broken, Broken)
    assert broken.code == "agi_reply_too_long"
    assert parser.feed(b"\n200 result=0\nHANGUP\n") == []


PIECES = st.sampled_from(
    [b"agi_network: yes\n", b"\n", b"200 result=", b"200 result=1 (", b")\n", b"1\n", b"0 endpos=8\n", b"HANGUP\n", b"520-Usage\n",
     b"520 End of proper usage.\n", b"511 Dead\n", b"(timeout)\n", MARK, b"\xff", b"agi_"]
)  # fmt: skip
TALK = st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=30).map(b"".join)


@given(data=TALK, opened=st.booleans(), mark=st.booleans(), cuts=st.lists(st.integers(0, 300), max_size=8))
def test_whatever_comes_is_read_the_same_however_it_is_cut(data: bytes, opened: bool, mark: bool, cuts: list[int]) -> None:
    readings = []
    for places in ([], sorted(cuts), range(len(data))):
        parser = Parser()
        if opened:
            parser.feed(b"agi_network: yes\n\n")
        if mark:
            parser.expect(MARK)
        ends = [0, *places, len(data)]
        readings.append([event for start, end in pairwise(ends) for event in parser.feed(data[start:end])])
    assert readings[0] == readings[1] == readings[2]


@given(data=TALK)
def test_after_any_rubbish_a_line_end_brings_replies_back(data: bytes) -> None:
    """A reader that lost its way finds it again, unless it waits for the end of a value or a usage that was begun."""
    parser = Parser()
    parser.feed(b"agi_network: yes\n\n")
    parser.feed(data + b"\n)\n520 \n")
    assert parser.feed(b"200 result=7\n") == [Reply(200, "7")]
