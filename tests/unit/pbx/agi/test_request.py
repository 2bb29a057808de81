import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.errors import Refused
from pbx.agi.request import AgiRequest, request_of
from pbx.agi.wire import Env, Parser
from tests.unit.pbx.agi.recorded import recorded


def the_request(name: str) -> AgiRequest:
    """What the recorded environment asks for."""
    env = Parser().feed(recorded(name))[0]
    assert isinstance(env, Env)
    return request_of(env.lines, "127.0.0.1")


def test_a_call_says_who_it_is_and_what_the_dialplan_hands_over() -> None:
    request = the_request("plain-call")
    assert request.uniqueid == "lab-1795209900.10862"
    assert request.channel.startswith("Local/quiet@person-")
    assert request.script == "call"
    assert request.query == {"number": "051588880001", "try": "0"}
    assert request.args == ("0",)
    assert (request.context, request.extension, request.language) == ("agi", "query", "en")
    assert (request.callerid, request.callerid_name) == ("051588880001", "Zhang")
    assert request.peer == "127.0.0.1"
    assert request.env["agi_type"] == "Local"
    assert not request.tampered


def test_arguments_keep_their_order_and_their_blanks() -> None:
    assert the_request("gone-while-idle").args == ("one", "two words")


def test_what_a_caller_wrote_into_his_number_cannot_take_the_calls_place() -> None:
    request = the_request("forged-environment")
    assert request.uniqueid == "lab-1795209923.10886"
    assert request.query == {"try": "0"}
    assert request.tampered
    assert request.env["agi_arg_1"] == "carrier"
    assert request.args == ()


def test_a_name_that_is_not_utf_8_is_no_hindrance() -> None:
    request = the_request("not-utf-8")
    assert request.callerid_name == "Ren\ufffd 张"
    assert not request.tampered


def test_a_plus_in_the_query_is_a_plus_and_the_first_of_a_name_counts() -> None:
    lines = ["agi_network: yes", "agi_network_script: call?number=+8651588880001&number=2&name=%E5%BC%A0&empty=&bare", "agi_uniqueid: 1.1"]
    assert request_of(lines, "").query == {"number": "+8651588880001", "name": "张", "empty": "", "bare": ""}


@pytest.mark.parametrize("uniqueid", ["", "a b", "1.1\r", "a/b", "1" * 151, "张", "1.1\x00", "${X}"])
def test_a_call_without_a_usable_id_is_refused(uniqueid: str) -> None:
    with pytest.raises(Refused, match="agi_uniqueid must be") as refused:
        request_of(["agi_network: yes", f"agi_uniqueid: {uniqueid}"], "")
    assert refused.value.code == "agi_uniqueid_invalid"


def genuine() -> list[str]:
    """A whole environment's lines."""
    env = Parser().feed(recorded("gone-while-idle"))[0]
    assert isinstance(env, Env)
    return list(env.lines)


def test_asterisks_own_environment_is_not_taken_for_a_forged_one() -> None:
    assert not request_of(genuine(), "").tampered
    without_script = [line for line in genuine() if not line.startswith("agi_network_script")]
    assert not request_of(without_script, "").tampered


@pytest.mark.parametrize(
    "forged",
    [
        ["agi_calleridname: x"],
        ["agi_arg_1: carrier"],
        ["agi_uniqueid: 2.2"],
        ["no environment line"],
        ["agi_unheard_of: 1"],
        ["agi_calleridname: x", "agi_callingpres: 0"],
    ],
)
def test_lines_that_asterisk_would_not_write_there_show_a_forgery(forged: list[str]) -> None:
    lines = genuine()
    place = next(n for n, line in enumerate(lines) if line.startswith("agi_callerid:")) + 1
    request = request_of([*lines[:place], *forged, *lines[place:]], "")
    assert request.tampered
    assert request.uniqueid == "lab-1795209918.10872"


def test_an_environment_that_ends_too_soon_shows_a_forgery() -> None:
    for length in range(9, len(genuine()) - 2):
        assert request_of(genuine()[:length], "").tampered


LINES = st.sampled_from([*genuine(), "agi_network_script: call?a=%&=&%zz=%ff", "agi_arg_1", "agi_uniqueid: x y"]) | st.text(max_size=20)


@given(lines=st.lists(LINES, max_size=40))
def test_no_environment_is_too_odd_to_be_judged(lines: list[str]) -> None:
    try:
        request = request_of(lines, "127.0.0.1")
    except Refused:
        return
    assert f"agi_uniqueid: {request.uniqueid}" in lines
    assert not (request.tampered and request.args)
