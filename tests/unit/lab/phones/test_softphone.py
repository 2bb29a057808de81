"""A telephone whose baresip is played by the story."""

import asyncio
from pathlib import Path

import pytest

from lab.phones.errors import NotHappened, PhoneFault
from lab.phones.events import Kind
from lab.phones.sound import write_wav
from lab.phones.tones import TONES, tone
from tests.unit.lab.phones.builders import CALL_ID, CALLER, SilentPhone, a_moment, an_invite, speech

SOON_S = 0.02


@pytest.fixture
def seat(tmp_path: Path) -> SilentPhone:
    return SilentPhone(tmp_path)


async def talking(seat: SilentPhone) -> SilentPhone:
    seat.is_invited(an_invite())
    await seat.answer()
    seat.sees("CALL_ESTABLISHED")
    await seat.talks()
    return seat


async def test_a_ringing_seat_shows_who_calls(seat: SilentPhone) -> None:
    waiting = asyncio.create_task(seat.rings())
    await a_moment()
    seat.is_invited(an_invite())
    ring = await waiting
    assert (ring.number, ring.name, ring.zhida_call) == (CALLER, "盐城某公司", "zhida-1795208949.6")
    assert ring.event.detail == CALLER


async def test_each_ring_is_told_once(seat: SilentPhone) -> None:
    seat.is_invited(an_invite())
    await seat.rings()
    with pytest.raises(NotHappened, match="8001 did not ring"):
        await seat.rings(within_s=SOON_S)
    seat.sees("CALL_CLOSED", param="Connection reset by peer")
    seat.is_invited(an_invite(call="second", caller="<sip:anonymous@anonymous.invalid>"))
    assert (await seat.rings()).number == "anonymous"


async def test_a_ring_that_was_given_up_has_been_a_ring(seat: SilentPhone) -> None:
    seat.is_invited(an_invite())
    seat.sees("CALL_CLOSED", param="Connection reset by peer")
    assert (await seat.rings()).number == CALLER
    with pytest.raises(NotHappened, match="did not talk before its call ended"):
        await seat.talks()
    assert (await seat.call_ended()).reason == "by the other side"


async def test_answer_and_decline_need_a_ringing_call(seat: SilentPhone) -> None:
    with pytest.raises(NotHappened, match="nothing to answer"):
        await seat.answer()
    await talking(seat)
    with pytest.raises(NotHappened, match="nothing to decline"):
        await seat.decline()
    assert seat.commands == [f"accept {CALL_ID}"]


async def test_a_declined_call_is_hung_up(seat: SilentPhone) -> None:
    seat.is_invited(an_invite())
    await seat.decline()
    assert seat.commands == [f"hangup {CALL_ID}"]


async def test_a_refused_caller_learns_the_status(tmp_path: Path) -> None:
    caller = SilentPhone(tmp_path, CALLER)
    await caller.dial("12345")
    caller.sees("CALL_RINGING", direction="outgoing", id="c1")
    caller.sees("CALL_CLOSED", direction="outgoing", id="c1", param="486 Busy Here")
    await caller.hears_ringing()
    ended = await caller.call_ended()
    assert (ended.status, ended.reason) == (486, "486 Busy Here")
    assert caller.commands == ["dial sip:12345@127.9.1.1"]


async def test_the_next_call_is_not_taken_for_the_last_one(tmp_path: Path) -> None:
    caller = SilentPhone(tmp_path, CALLER)
    for call in ("c1", "c2"):
        await caller.dial("12345")
        with pytest.raises(NotHappened, match="did not talk within"):
            await caller.talks(within_s=SOON_S)
        caller.sees("CALL_ESTABLISHED", direction="outgoing", id=call)
        await caller.talks()
        caller.sees("CALL_CLOSED", direction="outgoing", id=call, param="Connection reset by user")
        assert (await caller.call_ended()).reason == "by this phone"


async def test_a_seat_whose_last_call_ended_unasked_waits_for_the_next(seat: SilentPhone) -> None:
    await talking(seat)
    seat.sees("CALL_CLOSED", param="Connection reset by peer")
    waiting = asyncio.create_task(seat.talks())
    await a_moment()
    assert not waiting.done()
    seat.is_invited(an_invite(call="second"))
    seat.sees("CALL_ESTABLISHED", id="second")
    assert (await waiting).call == "second"
    await seat.hang_up()


async def test_a_call_that_rings_the_moment_the_last_one_ends_is_not_taken_for_it(seat: SilentPhone) -> None:
    await talking(seat)
    await seat.rings()
    end = asyncio.create_task(seat.call_ended())
    await a_moment()
    seat.sees("CALL_CLOSED", param="Connection reset by peer")
    seat.is_invited(an_invite(call="second", caller="<sip:anonymous@anonymous.invalid>"))
    assert (await end).event.call == CALL_ID
    assert (await seat.rings()).number == "anonymous"
    await seat.answer()


async def test_there_must_be_a_call_to_hang_up(seat: SilentPhone) -> None:
    with pytest.raises(NotHappened, match="no call to hang up"):
        await seat.hang_up()
    await talking(seat)
    await seat.hang_up()
    seat.sees("CALL_CLOSED", param="Connection reset by user")
    with pytest.raises(NotHappened, match="no call to hang up"):
        await seat.hang_up()


async def test_keys_are_heard_in_their_order(seat: SilentPhone) -> None:
    await talking(seat)
    for key in "159":
        seat.sees("CALL_DTMF_START", param=key)
        seat.sees("CALL_DTMF_END")
    await seat.hears_digits("159")
    with pytest.raises(NotHappened, match="did not hear the keys 15 within"):
        await seat.hears_digits("15", within_s=SOON_S)


async def test_a_hold_lasts_until_it_is_agreed_on(seat: SilentPhone) -> None:
    await talking(seat)
    holding = asyncio.create_task(seat.hold())
    await a_moment()
    assert not holding.done()
    seat.sees("CALL_REMOTE_SDP", param="answer")
    await holding
    assert [event.kind for event in seat.events][-1] is Kind.HOLDS
    with pytest.raises(NotHappened, match="records nothing of it"):
        await seat.hears(480)


async def test_a_resume_that_complains_and_works_has_worked(seat: SilentPhone) -> None:
    async def complain(command: str, _: str = "") -> str:
        seat.sees("CALL_REMOTE_SDP", param="answer")
        raise PhoneFault("phone_refused", f"baresip refused the command {command!r}: Invalid argument.")

    await talking(seat)
    seat.handset.do = complain  # type: ignore[method-assign]
    await seat.unhold()
    assert seat.events[-1].kind is Kind.RESUMED


async def test_only_what_comes_in_from_now_on_is_heard(seat: SilentPhone) -> None:
    await talking(seat)
    seat.hears_so_far(tone(480, 1))
    with pytest.raises(NotHappened, match=r"did not hear 480 Hz for 0\.4 s within"):
        await seat.hears(480, within_s=SOON_S)
    listening = asyncio.create_task(seat.hears(480, but_not=(550,)))
    await a_moment()
    seat.hears_so_far(tone(480, 0.5))
    await listening


async def test_a_phone_is_heard_by_its_tone(seat: SilentPhone, tmp_path: Path) -> None:
    other = SilentPhone(tmp_path, "8002", tone_hz=TONES[4])
    await talking(seat)
    listening = asyncio.create_task(seat.hears(other, but_not=(seat,)))
    await a_moment()
    seat.hears_so_far(tone(TONES[4], 0.5))
    await listening


async def test_nothing_coming_in_is_silence_too(seat: SilentPhone) -> None:
    await talking(seat)
    await seat.hears_silence(lasting_s=0.05)
    listening = asyncio.create_task(seat.hears_silence(lasting_s=0.5))
    await a_moment()
    seat.hears_so_far(tone(0, 0.6))
    await listening


async def test_music_is_not_the_voice_on_the_other_end(seat: SilentPhone) -> None:
    await talking(seat)
    listening = asyncio.create_task(seat.hears_music(but_not=(480,), lasting_s=0.2))
    await a_moment()
    seat.hears_so_far(tone(480, 1))
    await a_moment()
    assert not listening.done()
    seat.hears_so_far(speech(1, seed=3))
    await listening


async def test_a_phone_that_heard_nothing_has_no_recording(seat: SilentPhone) -> None:
    with pytest.raises(NotHappened, match="recorded nothing"):
        seat.heard()
    await talking(seat)
    seat.hears_so_far(tone(480, 1))
    assert seat.heard().exists()
    assert seat.heard_s == 1


@pytest.mark.parametrize(("events", "sentence"), [(["REGISTER_FAIL"], "could not register"), ([], "did not register")])
async def test_a_seat_that_is_not_registered_says_so(events: list[str], sentence: str, seat: SilentPhone) -> None:
    for event in events:
        seat.sees(event, param="403 Forbidden", id="")
    with pytest.raises(NotHappened, match=sentence):
        await seat.story.until(seat._registered, within_s=0, wanted="register")
    seat.sees("REGISTER_OK", param="200 OK", id="")
    assert await seat.story.until(seat._registered, within_s=0, wanted="register")


async def test_a_phone_that_is_off_says_so(tmp_path: Path) -> None:
    phone = SilentPhone(tmp_path)
    del phone.handset.do  # the real one
    with pytest.raises(PhoneFault, match="The phone 8001 is not switched on"):
        await phone.dial("12345")
    await phone.stop()


async def test_keys_are_awaited_in_this_call_though_the_next_one_rings_at_its_end(seat: SilentPhone) -> None:
    await talking(seat)
    waiting = asyncio.create_task(seat.hears_digits("15"))
    await a_moment()
    for key in "15":
        seat.sees("CALL_DTMF_START", param=key)
    seat.sees("CALL_CLOSED", param="Connection reset by peer")
    seat.is_invited(an_invite(call="second"))
    await waiting


async def test_a_prompt_is_looked_for_in_this_call_though_the_next_one_rings_at_its_end(seat: SilentPhone, tmp_path: Path) -> None:
    prompt = speech(1, seed=7)
    await talking(seat)
    waiting = asyncio.create_task(seat.hears_prompt(write_wav(tmp_path / "goodbye.wav", prompt)))
    await a_moment()
    seat.hears_so_far(prompt)
    seat.sees("CALL_CLOSED", param="Connection reset by peer")
    seat.is_invited(an_invite(call="second"))
    assert await waiting < 0.1


async def test_silence_is_awaited_in_this_call_though_the_next_one_rings_at_its_end(seat: SilentPhone) -> None:
    await talking(seat)
    seat.hears_so_far(tone(410, 1))
    waiting = asyncio.create_task(seat.hears_silence(lasting_s=0.3))
    await a_moment()
    seat.hears_so_far(tone(0, 1))
    seat.sees("CALL_CLOSED", param="Connection reset by peer")
    seat.is_invited(an_invite(call="second"))
    await waiting
