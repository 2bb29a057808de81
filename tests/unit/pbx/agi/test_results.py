import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.errors import LegGone, PbxFault
from pbx.agi.conversation import STOPPED
from pbx.agi.results import Ending, Executed, Heard, Recorded, executed, fault_of, many_keys, one_key, recorded
from pbx.agi.wire import Reply


@pytest.mark.parametrize(
    ("result", "heard"),
    [
        ("0", Heard(ending=Ending.PLAYED)),
        ("49", Heard(keys="1", ending=Ending.KEYED)),
        ("35", Heard(keys="#", ending=Ending.KEYED)),
        ("1", Heard(ending=Ending.INTERRUPTED)),
        ("-1", None),
        ("", None),
        ("9999", None),
        ("٣", None),
        ("rubbish", None),
    ],
)
def test_one_key_is_a_character_code(result: str, heard: Heard | None) -> None:
    assert one_key(Reply(200, result), Ending.PLAYED) == heard


def test_what_was_stopped_was_interrupted() -> None:
    assert one_key(STOPPED, Ending.PLAYED) == many_keys(STOPPED) == Heard(ending=Ending.INTERRUPTED)


def test_many_keys_are_themselves() -> None:
    assert many_keys(Reply(200, "1")) == Heard(keys="1", ending=Ending.KEYED)
    assert many_keys(Reply(200, "")) == Heard(ending=Ending.KEYED)
    assert many_keys(Reply(200, "12", value="timeout")) == Heard(keys="12", ending=Ending.TIMED_OUT)
    assert many_keys(Reply(200, "-1")) is None


def test_how_an_application_ended() -> None:
    assert executed(Reply(200, "0"), "Dial") is Executed.DONE
    assert executed(Reply(200, "12"), "Dial") is Executed.DONE
    assert executed(Reply(200, "-1"), "Dial") is Executed.ENDED
    with pytest.raises(PbxFault, match="no application Dail"):
        executed(Reply(200, "-2"), "Dail")


@pytest.mark.parametrize(
    ("code", "name"), [(510, "agi_unknown_command"), (520, "agi_usage"), (511, "caller_hung_up"), (599, "agi_reply_unknown"), (200, None)]
)
def test_every_refusal_has_a_code(code: int, name: str | None) -> None:
    fault = fault_of(Reply(code, text="words"), "NOOP")
    assert (fault and fault.code) == name
    assert isinstance(fault, LegGone) == (code == 511)


@given(result=st.text(max_size=8), value=st.none() | st.text(max_size=8))
def test_no_reply_is_too_odd_to_be_read(result: str, value: str | None) -> None:
    reply = Reply(200, result, value)
    for heard in (one_key(reply, Ending.TIMED_OUT), many_keys(reply)):
        assert heard is None or isinstance(heard.ending, Ending)


@pytest.mark.parametrize(
    ("result", "text", "how"),
    [
        ("35", "(dtmf) endpos=11680", Recorded(keys="#")),
        ("173859", "(timeout) endpos=41120", Recorded()),  # silence: the milliseconds that were left
        ("0", "(timeout) endpos=80000", Recorded()),
        ("-1", "(hangup) endpos=800", Recorded(gone=True)),
        ("-1", "(waitfor) endpos=800", None),
        ("-1", "(randomerror) endpos=0", None),
        ("-1", "", None),
    ],
)
def test_how_recording_ended(result: str, text: str, how: Recorded | None) -> None:
    assert recorded(Reply(200, result, text=text)) == how


def test_a_file_that_cannot_be_written_is_told_in_brackets() -> None:
    assert recorded(Reply(200, "-1", value="writefile")) is None
