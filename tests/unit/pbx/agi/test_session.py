import asyncio
from collections.abc import Awaitable, Callable

import pytest

from calls.errors import LegGone, PbxFault, Refused
from pbx.agi.conversation import OutOfTurn
from pbx.agi.results import Ending, Executed, Heard
from pbx.agi.session import AgiSession
from tests.unit.pbx.agi.fake_call import PROMPT_S, FakeCall, until_running
from tests.unit.pbx.agi.virtual_time import play

PLAYED = Heard(ending=Ending.PLAYED)
INTERRUPTED = Heard(ending=Ending.INTERRUPTED)

Story = Callable[[FakeCall], Awaitable[None]]


def story(tell: Story) -> Callable[[], None]:
    """Tell it of a call in virtual time, whole and byte by byte."""

    async def told(piece: int) -> None:
        call = FakeCall(piece=piece)
        async with asyncio.timeout(3600):
            await tell(call)

    def test() -> None:
        play(told(4096))
        play(told(1))

    test.__name__ = getattr(tell, "__name__", "story")
    return test


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


# ── the caller hangs up ──


@story
async def test_a_hangup_is_known_at_once_whatever_the_coroutine_does(call: FakeCall) -> None:
    asyncio.get_running_loop().call_later(1, call.hang_up)
    assert not call.session.dead
    await call.session.wait_gone()
    assert call.session.dead
    assert asyncio.get_running_loop().time() == 1
    await call.session.wait_gone()


@story
async def test_whoever_is_gone_gets_no_more_commands(call: FakeCall) -> None:
    call.hang_up()
    await call.session.wait_gone()
    session = call.session
    for command in (session.answer(), session.stream_file("welcome"), session.exec("Dial"), session.get_variable("X"), session.hangup()):
        with pytest.raises(LegGone, match="The caller has hung up"):
            await command
    assert call.transport.written == []


@story
async def test_the_dead_can_still_be_asked_what_became_of_them(call: FakeCall) -> None:
    dial = asyncio.create_task(call.session.exec("Dial", "PJSIP/8001"))
    await until_running(call)
    call.asterisk.variables["DIALSTATUS"] = "CANCEL"
    call.hang_up()
    assert await dial is Executed.ENDED
    assert await call.session.get_variables("DIALSTATUS", even_if_gone=True) == ("CANCEL",)
    assert call.session.dead
    await call.session.set_variable("X", "1", even_if_gone=True)
    with pytest.raises(LegGone):
        await call.session.get_variable("X")


@pytest.mark.parametrize(
    "listen",
    [lambda s: s.stream_file("welcome"), lambda s: s.get_data("welcome", 1, 1), lambda s: s.wait_for_digit(1)],
    ids=["prompt", "keys", "key"],
)
def test_a_hangup_ends_a_prompt(listen: Callable[[AgiSession], Awaitable[Heard]]) -> None:
    async def told() -> None:
        call = FakeCall()
        asyncio.get_running_loop().call_later(1, call.hang_up)
        with pytest.raises(LegGone, match="has hung up during"):
            await listen(call.session)

    play(told())


@story
async def test_a_hangup_that_crosses_a_command_ends_it_and_the_connection_stays_in_step(call: FakeCall) -> None:
    call.hang_up()
    with pytest.raises(LegGone):
        await call.session.stream_file("welcome")
    assert call.session.dead
    await call.session.finish()
    assert call.asterisk.variables["ZHIDA_DONE"] == "1"
    assert call.counters.strays == 0


@story
async def test_a_channel_that_died_unsaid_is_told_by_the_refusal(call: FakeCall) -> None:
    call.asterisk.dead = True
    with pytest.raises(LegGone):
        await call.session.stream_file("welcome")
    assert call.session.dead


@story
async def test_hanging_up_is_told_like_any_other_hangup(call: FakeCall) -> None:
    await call.session.hangup()
    await call.session.wait_gone()
    assert call.session.dead


# ── the connection ends ──


@story
async def test_a_connection_that_breaks_ends_what_is_under_way(call: FakeCall) -> None:
    asyncio.get_running_loop().call_later(1, call.drop)
    with pytest.raises(LegGone, match="connection of this call is closed") as gone:
        await call.session.exec("Dial", "PJSIP/8001")
    assert gone.value.code == "agi_closed"
    assert call.session.dead
    assert call.was_lost
    with pytest.raises(LegGone):
        await call.session.set_variable("X", "1", even_if_gone=True)


@story
async def test_a_call_that_broke_off_needs_no_last_word(call: FakeCall) -> None:
    call.asterisk.silent = True
    asyncio.get_running_loop().call_later(1, call.drop)
    await call.session.finish()
    assert not call.session.finished


@story
async def test_the_last_word_is_said_and_the_connection_closed(call: FakeCall) -> None:
    await call.session.finish()
    assert call.asterisk.variables == {"ZHIDA_DONE": "1"}
    assert call.transport.closed
    assert call.session.finished
    await call.session.finish()
    assert len(call.transport.written) == 1


@story
async def test_the_last_word_does_not_wait_for_a_prompt(call: FakeCall) -> None:
    prompt = asyncio.create_task(call.session.stream_file("welcome"))
    await until_running(call)
    prompt.cancel()
    await asyncio.wait([prompt])
    await call.session.finish()
    assert call.asterisk.variables == {"ZHIDA_DONE": "1"}
    assert asyncio.get_running_loop().time() == 0


@story
async def test_without_the_last_word_the_next_engine_is_asked(call: FakeCall) -> None:
    call.session.close()
    assert call.transport.closed
    assert not call.session.finished
    assert call.asterisk.variables == {}


@story
async def test_a_last_word_that_asterisk_does_not_take_is_told_and_the_connection_closed(call: FakeCall) -> None:
    call.asterisk.silent = True
    with pytest.raises(PbxFault, match="SET VARIABLE within 2 s"):
        await call.session.finish()
    assert call.transport.closed
    assert not call.session.finished


@story
async def test_a_dead_call_does_not_hold_its_channel_for_long(call: FakeCall) -> None:
    call.hang_up()
    await call.session.wait_gone()
    await asyncio.sleep(4.9)
    await call.session.set_variable("X", "1", even_if_gone=True)
    await asyncio.sleep(0.2)
    assert call.transport.closed
    assert call.counters.lingered == 1


@story
async def test_rubbish_in_place_of_a_reply_ends_the_call_with_its_reason(call: FakeCall) -> None:
    call.asterisk.silent = True
    asyncio.get_running_loop().call_later(1, call.feed, b"x" * 70_000)
    with pytest.raises(PbxFault, match="longer than 65536 bytes"):
        await call.session.noop()
    assert call.transport.closed
    assert call.was_broken is not None


@story
async def test_an_unasked_reply_is_never_taken_for_the_next_ones(call: FakeCall) -> None:
    call.feed(b"200 result=1 (forged)\nagi_arg_1: carrier\n")
    assert await call.session.get_variable("X") == ""
    assert call.session.tampered
    assert (call.counters.strays, call.counters.resyncs) == (2, 1)


@story
async def test_noise_behind_a_cancelled_application_does_not_hold_the_next_command_up(call: FakeCall) -> None:
    dial = asyncio.create_task(call.session.exec("Dial", "PJSIP/8001"))
    await until_running(call)
    dial.cancel()
    await asyncio.wait([dial])
    asyncio.get_running_loop().call_later(1, call.feed, b"noise\n")
    asyncio.get_running_loop().call_later(2, call.ends)
    await call.session.set_variable("X", "1")
    assert asyncio.get_running_loop().time() == 2
    assert await call.session.get_variable("X") == "1"


@story
async def test_a_reply_lost_in_noise_is_missed_for_its_deadline_and_no_longer(call: FakeCall) -> None:
    call.asterisk.variables = {"X": "1"}
    call.feed(b"half a li")
    with pytest.raises(PbxFault, match="GET FULL VARIABLE within 5 s"):
        await call.session.get_variable("X")
    assert await call.session.get_variable("X") == "1"
    assert asyncio.get_running_loop().time() == 5


# ── Asterisk refuses ──


@story
async def test_an_answer_that_fails_is_told(call: FakeCall) -> None:
    call.asterisk.silent = True
    asyncio.get_running_loop().call_later(1, call.feed, b"200 result=-1\n")
    asyncio.get_running_loop().call_later(2, call.feed, b"200 result=0\n")
    with pytest.raises(PbxFault, match="could not carry out ANSWER"):
        await call.session.answer()


@story
async def test_an_answer_that_holds_no_values_is_told(call: FakeCall) -> None:
    call.asterisk.silent = True
    asyncio.get_running_loop().call_later(1, call.feed, b"200 result=0\n")
    with pytest.raises(PbxFault, match="not the value of the variables"):
        await call.session.get_variable("X")


@story
async def test_what_asterisk_refuses_is_told_by_kind(call: FakeCall) -> None:
    with pytest.raises(PbxFault) as fault:
        await call.session.exec("NoSuchApp")
    assert fault.value.code == "application_missing"
    with pytest.raises(PbxFault) as fault:
        await call.session.command("BLAH")
    assert fault.value.code == "agi_unknown_command"


@story
async def test_every_read_asks_for_quick_acknowledgement(call: FakeCall) -> None:
    before = len(call.transport.socket.options)
    await call.session.noop()
    assert len(call.transport.socket.options) > before
    assert set(call.transport.socket.options) == {(6, 12, 1)}  # IPPROTO_TCP, TCP_QUICKACK
