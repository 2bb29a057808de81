"""How a call's conversation ends: he hangs up, the connection breaks, Asterisk refuses."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from calls.errors import LegGone, PbxFault
from pbx.agi.results import Executed, Heard
from pbx.agi.session import AgiSession
from tests.unit.pbx.agi.fake_call import FakeCall, until_running
from tests.unit.pbx.agi.telling import story
from tests.unit.pbx.agi.virtual_time import play

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
