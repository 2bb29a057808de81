"""One call's conversation with Asterisk: variables, commands, prompts."""

import asyncio

import pytest

from calls.errors import LegGone, PbxFault, Refused
from pbx.agi.conversation import OutOfTurn
from pbx.agi.results import Ending, Executed, Heard, Recorded
from tests.unit.pbx.agi.fake_call import PROMPT_S, FakeCall, until_running
from tests.unit.pbx.agi.telling import INTERRUPTED, PLAYED, story

# ── variables ──


@story
async def test_variables_come_back_as_they_were_set(call: FakeCall) -> None:
    for value in ("", "c-1", 'a "quoted" \\ word', "张三", "a):5", "  ", "${SHELL(id)}"):
        await call.session.set_variable("X", value)
        assert call.asterisk.variables["X"] == value
        assert await call.session.get_variable("X") == value
    assert await call.session.get_variable("NO_SUCH") == ""


@story
async def test_a_value_that_looks_like_replies_is_only_a_value(call: FakeCall) -> None:
    call.asterisk.variables = {"X": "a)\n200 result=1 (b)\nHANGUP\n(c", "Y": "\n\n520-"}
    assert await call.session.get_variables("X", "Z", "Y") == ("a)\n200 result=1 (b)\nHANGUP\n(c", "", "\n\n520-")
    assert not call.session.dead
    await call.session.noop()
    assert call.counters.strays == 0


@story
async def test_plain_variables_are_set_in_one_round_trip(call: FakeCall) -> None:
    await call.session.set_variables({"__ZHIDA_CALL": "zhida-1795203893.17", "__ZHIDA_ROOM": "c-1"})
    assert call.asterisk.log == ['EXEC "MSet" "__ZHIDA_CALL=zhida-1795203893.17,__ZHIDA_ROOM=c-1"']


@story
async def test_text_that_an_application_would_split_is_set_one_by_one(call: FakeCall) -> None:
    await call.session.set_variables({"A": "1", "B": "2,C=3"})
    assert call.asterisk.log == ['SET VARIABLE "A" "1"', 'SET VARIABLE "B" "2,C=3"']


@story
async def test_a_value_that_would_end_the_line_reaches_nobody(call: FakeCall) -> None:
    with pytest.raises(Refused):
        await call.session.set_variable("X", "a\nEXEC System reboot")
    with pytest.raises(Refused):
        await call.session.get_variable("X}${SHELL(id)")
    assert call.transport.written == []


# ── one command at a time ──


@story
async def test_each_command_is_one_write_of_one_line(call: FakeCall) -> None:
    await call.session.answer()
    await call.session.verbose("hello")
    await call.session.finish()
    assert call.transport.written == [b"ANSWER\n", b'VERBOSE "hello" "1"\n', b'SET VARIABLE "ZHIDA_DONE" "1"\n']


@story
async def test_a_second_command_at_the_same_time_is_a_programming_error(call: FakeCall) -> None:
    dial = asyncio.create_task(call.session.exec("Dial", "PJSIP/8001"))
    await until_running(call)
    with pytest.raises(OutOfTurn, match="NOOP was to be sent while EXEC is under way"):
        await call.session.noop()
    call.ends()
    assert await dial is Executed.DONE
    await call.session.noop()


@story
async def test_an_application_takes_as_long_as_people_take(call: FakeCall) -> None:
    asyncio.get_running_loop().call_later(3000, call.ends, "-1")
    assert await call.session.exec("Dial", "PJSIP/8001,20,g") is Executed.ENDED


@story
async def test_a_quick_command_has_a_deadline_and_its_late_reply_is_nobody_elses(call: FakeCall) -> None:
    call.asterisk.silent = True
    with pytest.raises(PbxFault, match="did not answer SET VARIABLE within 5 s") as fault:
        await call.session.set_variable("X", "1")
    assert fault.value.code == "agi_no_reply"
    assert call.counters.late_replies == 1
    call.asterisk.silent = False
    call.go_on()
    assert await call.session.get_variable("X") == "1"
    assert call.counters.strays == 0


@story
async def test_a_cancelled_application_is_waited_for_by_the_next_command(call: FakeCall) -> None:
    dial = asyncio.create_task(call.session.exec("Dial", "PJSIP/8001"))
    await until_running(call)
    dial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dial
    assert not call.session.interrupt()
    with pytest.raises(PbxFault, match="SET VARIABLE"):
        await call.session.set_variable("X", "1")
    asyncio.get_running_loop().call_later(1, call.ends, "-1")
    await call.session.set_variable("X", "2")
    assert call.asterisk.log == ['EXEC "Dial" "PJSIP/8001"', 'SET VARIABLE "X" "2"']


# ── prompts ──


@story
async def test_a_prompt_plays_to_its_end(call: FakeCall) -> None:
    assert await call.session.stream_file("welcome") == PLAYED


@story
async def test_a_key_ends_a_prompt(call: FakeCall) -> None:
    asyncio.get_running_loop().call_later(1, call.press, "5")
    assert await call.session.stream_file("welcome", "123456789") == Heard(keys="5", ending=Ending.KEYED)


@story
async def test_keys_are_collected(call: FakeCall) -> None:
    asyncio.get_running_loop().call_later(1, call.ends, "4711")
    assert await call.session.get_data("welcome", timeout_s=2.5, max_digits=4) == Heard(keys="4711", ending=Ending.KEYED)
    assert call.asterisk.log == ['GET DATA "welcome" "2500" "4"']
    asyncio.get_running_loop().call_later(1, call.ends, "47 (timeout)")
    assert await call.session.get_data("welcome", timeout_s=2.5, max_digits=4) == Heard(keys="47", ending=Ending.TIMED_OUT)


@story
async def test_one_key_is_waited_for(call: FakeCall) -> None:
    asyncio.get_running_loop().call_later(1, call.press, "#")
    assert await call.session.wait_for_digit(5) == Heard(keys="#", ending=Ending.KEYED)
    assert await call.session.wait_for_digit(PROMPT_S) == Heard(ending=Ending.TIMED_OUT)


@story
async def test_what_asterisk_says_itself_ends_by_a_key_but_not_by_an_interrupt(call: FakeCall) -> None:
    asyncio.get_running_loop().call_later(1, call.session.interrupt)
    assert await call.session.say_digits("123") == PLAYED
    asyncio.get_running_loop().call_later(1, call.press, "0")
    assert await call.session.say_number(7, "0") == Heard(keys="0", ending=Ending.KEYED)
    assert call.asterisk.log == ['SAY DIGITS "123" ""', 'SAY NUMBER "7" "0"']
    assert call.counters.resyncs == 0


@story
async def test_a_seat_that_becomes_free_stops_the_prompt(call: FakeCall) -> None:
    asyncio.get_running_loop().call_later(1, call.session.interrupt)
    assert await call.session.stream_file("welcome") == INTERRUPTED
    assert asyncio.get_running_loop().time() == 1
    await call.session.set_variable("X", "1")
    assert await call.session.get_variable("X") == "1"
    assert (call.counters.resyncs, call.counters.nudges, call.counters.strays) == (1, 0, 0)


@story
async def test_waiting_for_keys_can_be_stopped_too(call: FakeCall) -> None:
    for wait in (call.session.wait_for_digit(3), call.session.get_data("welcome", 3, 4)):
        asyncio.get_running_loop().call_later(1, call.session.interrupt)
        assert await wait == INTERRUPTED
        await call.session.set_variable("X", "1")
        assert await call.session.get_variable("X") == "1"


@story
async def test_a_cancelled_prompt_stops_at_once_and_the_next_command_is_in_step(call: FakeCall) -> None:
    prompt = asyncio.create_task(call.session.stream_file("welcome"))
    await until_running(call)
    prompt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await prompt
    await call.session.set_variable("X", "1")
    assert await call.session.get_variable("X") == "1"
    assert asyncio.get_running_loop().time() == 0


@story
async def test_a_prompt_stopped_before_asterisk_began_it_does_not_play_unheard(call: FakeCall) -> None:
    """Both lines come off the socket together: only more bytes make Asterisk see the second."""
    prompt = asyncio.create_task(call.session.stream_file("welcome"))
    await asyncio.sleep(0)
    call.session.interrupt()
    assert await prompt == INTERRUPTED
    assert asyncio.get_running_loop().time() < 0.02 < PROMPT_S
    assert call.counters.nudges == 1
    await call.session.set_variable("X", "1")
    assert await call.session.get_variable("X") == "1"


@story
async def test_a_key_that_came_before_the_interrupt_is_not_lost(call: FakeCall) -> None:
    prompt = asyncio.create_task(call.session.stream_file("welcome", "5"))
    await until_running(call)
    call.asterisk.ends(str(ord("5")))
    assert call.session.interrupt()
    assert await prompt == Heard(keys="5", ending=Ending.KEYED)
    await call.session.set_variable("X", "1")
    assert await call.session.get_variable("X") == "1"


@story
async def test_there_is_nothing_to_stop_between_commands(call: FakeCall) -> None:
    assert not call.session.interrupt()
    await call.session.noop()
    assert not call.session.interrupt()
    assert call.counters.resyncs == 0


@story
async def test_an_asterisk_that_never_comes_back_in_step_is_given_up(call: FakeCall) -> None:
    prompt = asyncio.create_task(call.session.stream_file("welcome"))
    await until_running(call)
    call.asterisk.silent = True
    call.session.interrupt()
    with pytest.raises(PbxFault, match="has not come back in step within 5 s"):
        await prompt
    assert call.transport.closed
    with pytest.raises(LegGone):
        await call.session.noop()


@story
async def test_a_prompt_that_is_not_there_is_told_apart_from_a_hangup(call: FakeCall) -> None:
    with pytest.raises(PbxFault, match="could not carry out STREAM FILE of 'no-such'") as fault:
        await call.session.stream_file("no-such")
    assert fault.value.code == "prompt_not_played"
    assert not isinstance(fault.value, LegGone)
    with pytest.raises(PbxFault, match="GET DATA"):
        await call.session.get_data("no-such", 1, 1)


# ── recording ──


@story
async def test_what_he_says_is_recorded_until_a_key_or_silence(call: FakeCall) -> None:
    for result, why, how in (("35", "dtmf", Recorded(keys="#")), ("173859", "timeout", Recorded())):
        task = asyncio.create_task(call.session.record_file("/rec/c-1", keys="#", longest_s=180, silence_s=6))
        await until_running(call)
        call.asterisk.ends(result, why=why)
        call.go_on()
        assert await task == how
    assert call.asterisk.log[0] == 'RECORD FILE "/rec/c-1" "wav" "#" "180000" "0" "s=6"'


@story
async def test_without_an_end_by_silence_none_is_asked_for(call: FakeCall) -> None:
    task = asyncio.create_task(call.session.record_file("/rec/c-1", keys="#", longest_s=10, silence_s=0))
    await until_running(call)
    call.asterisk.ends("35", why="dtmf")
    call.go_on()
    await task
    assert call.asterisk.log == ['RECORD FILE "/rec/c-1" "wav" "#" "10000" "0"']


@story
async def test_a_hang_up_while_it_records_is_how_it_ended(call: FakeCall) -> None:
    task = asyncio.create_task(call.session.record_file("/rec/c-1", keys="#", longest_s=180, silence_s=6))
    await until_running(call)
    call.asterisk.hanging_up = True
    call.go_on()
    assert await task == Recorded(gone=True)
    await call.session.noop()
    assert call.session.hung_up


@story
async def test_a_file_that_cannot_be_written_is_a_fault(call: FakeCall) -> None:
    with pytest.raises(PbxFault) as fault:
        await call.session.record_file("/full/c-1", keys="#", longest_s=180, silence_s=6)
    assert fault.value.code == "voicemail_not_recorded"
