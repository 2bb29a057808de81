"""What is keyed in during a call: each code's effect, who hears it confirmed, and that the caller hears neither keys nor sentences."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from typing import Any, Final

from lab.patience import PATIENCE_S
from lab.phones.behaviours import Answers, RingsForEver
from lab.phones.prompts import prompts_in
from lab.phones.softphone import Softphone
from lab.phones.sound import read_wav
from lab.phones.tones import BLOCK_S, tones_in
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import Wanted
from tests.scenarios.test_three_way import ACCEPTS, MOBILE, OFFICE, SECOND_OFFICE, ask, attempt_at, consult, joined, three_way

LAB = Wanted(("conference.office_ring_s=30",))  # long enough for keys and sentences between two steps of a hunt
_ROWS_HZ: Final = (697, 770, 852, 941)
_COLUMNS_HZ: Final = (1209, 1336, 1477)
"""A key's tone is one of each (ITU-T Q.23)."""


async def keys(hotline: Hotline, phone: Softphone, digits: str, sentence: str) -> None:
    """The phone keys this in and hears that sentence."""
    heard_s = phone.heard_s
    await phone.send_digits(digits)
    await hotline.hears_prompt_again(phone, sentence, after_s=heard_s)


async def all_is_whispered(hotline: Hotline) -> None:
    """Nobody is told anything any more that would sound over a sentence; whoever hums sounds over the whisper itself."""
    async with asyncio.timeout(PATIENCE_S):
        while "zhida-tell" in await hotline.lab.asterisk("core show channels concise"):
            await asyncio.sleep(0.1)


async def word_begins(hotline: Hotline) -> None:
    """Something begins to be said to one leg alone."""
    async with asyncio.timeout(PATIENCE_S):
        while "zhida-tell" not in await hotline.lab.asterisk("core show channels concise"):
            await asyncio.sleep(0.05)


def one_after_another(hotline: Hotline, phone: Softphone, *names: str) -> bool:
    """Whether the phone heard these, none of them while another was said."""
    prompts = {name: hotline.prompt(name) for name in names}
    heard = prompts_in(phone.heard(), prompts)
    overs = [one.start_s + read_wav(prompts[one.name]).seconds - 2 * BLOCK_S for one in heard]  # it ends in silence
    return {one.name for one in heard} == set(names) and all(later.start_s >= over for later, over in zip(heard[1:], overs, strict=False))


@asynccontextmanager
async def nothing_of_it(hotline: Hotline, phone: Softphone, *sentences: str) -> AsyncIterator[None]:
    """Inside, the phone gets no key's event, and hears neither a key's tone nor one of these sentences."""
    digits, heard_s = phone.digits, phone.heard_s
    yield
    assert phone.digits == digits
    assert _key_tones(phone, heard_s) == []
    assert not prompts_in(phone.heard(), {name: hotline.prompt(name) for name in sentences})


def _key_tones(phone: Softphone, since_s: float) -> list[float]:
    """The seconds at which a key's tone sounds in what the phone heard."""
    sound = read_wav(phone.heard())
    blocks = range(int(since_s / BLOCK_S), int(sound.seconds / BLOCK_S))
    pairs = list(product(_ROWS_HZ, _COLUMNS_HZ))
    found = []
    for block in blocks:
        heard = tones_in(sound, (*_ROWS_HZ, *_COLUMNS_HZ), block * BLOCK_S, (block + 1) * BLOCK_S, least=0.3)
        if any(heard == set(pair) for pair in pairs):
            found.append(block * BLOCK_S)
    return found


async def acts(hotline: Hotline, on: str, number: int = 0) -> list[tuple[str, str, str | None]]:
    """What the log of acts has of it once there is so much, the oldest first: what, who, what came of it."""
    page: dict[str, Any] = await hotline.api.until(f"/acts?on={on}&undone=true", lambda page: len(page["items"]) >= number)
    return [(act["what"], act["who"], act["came_of"]) for act in reversed(page["items"])]


async def test_a_seat_holds_its_caller_and_takes_him_back(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    async with nothing_of_it(hotline, caller, "keys-held", "keys-resumed"):
        await keys(hotline, seat, "*2", "keys-held")
        await hotline.hears_music(caller)
        await hotline.call_is(call_id, "held")
        await keys(hotline, seat, "*2", "keys-resumed")
        await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    spans = [span["how"] for span in call["on_line"] if span["who"] == "caller"]
    assert spans == ["waiting", "talking", "held", "talking"], "what is keyed in is no hold by the phone"


async def test_a_seat_brings_a_specialist_in_and_leaves(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, RingsForEver()).script(MOBILE, ACCEPTS)
    async with nothing_of_it(hotline, caller, "keys-asking", "keys-joined", "keys-consult", "keys-leaving"):
        await keys(hotline, seat, "*31#", "keys-asking")
        await hotline.hears_music(caller)
        await (await hotline.world.phone(OFFICE)).rings()
        await (await hotline.world.phone(OFFICE)).decline()
        await joined(hotline, call_id, MOBILE)
        specialist = await hotline.world.phone(MOBILE)
        await asyncio.gather(seat.hears(specialist, but_not=(caller,)), specialist.hears(seat, but_not=(caller,)))
        await all_is_whispered(hotline)
        async with nothing_of_it(hotline, specialist, "keys-joined", "keys-consult", "keys-leaving"):
            await keys(hotline, seat, "*4", "keys-joined")
            await asyncio.gather(caller.hears(seat, specialist), seat.hears(caller, specialist), specialist.hears(caller, seat))
            await keys(hotline, seat, "*4", "keys-consult")
            await hotline.hears_music(caller)
            await keys(hotline, seat, "*4", "keys-joined")
            await caller.hears(seat, specialist)
            await keys(hotline, seat, "**0", "keys-leaving")
            await seat.call_ended()
            await asyncio.gather(caller.hears(specialist, but_not=(seat,)), specialist.hears(caller, but_not=(seat,)))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    assert await acts(hotline, f"calls/{call_id}", 5) == [
        ("ask_specialist", "phone 8001", None),
        ("change_conference", "phone 8001", None),
        ("change_conference", "phone 8001", None),
        ("change_conference", "phone 8001", None),
        ("take_out", "phone 8001", None),
    ]
    assert (await hotline.recording(call_id)).heard(specialist)


async def test_a_hunt_is_cancelled_and_a_specialist_taken_out(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, RingsForEver())
    await keys(hotline, seat, "*31#", "keys-asking")
    await hotline.world.is_called(OFFICE)
    office = await hotline.world.phone(OFFICE)
    await seat.hears_prompt(hotline.prompt("hunt-office"))
    await keys(hotline, seat, "*31#", "keys-hunt-goes-on")
    await keys(hotline, seat, "*5", "keys-cancelled")
    await office.call_ended()
    hotline.world.script(OFFICE, ACCEPTS)
    await keys(hotline, seat, "*31#", "keys-asking")
    await hotline.world.is_called(OFFICE)
    await joined(hotline, call_id, OFFICE)
    specialist = await hotline.world.phone(OFFICE)
    await seat.hears(specialist)
    await all_is_whispered(hotline)
    await keys(hotline, seat, "*4", "keys-joined")
    await asyncio.gather(caller.hears(seat, specialist), specialist.hears(caller, seat))
    await keys(hotline, seat, "*6", "keys-taken-out")
    await specialist.call_ended()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_word_of_the_hunt_makes_way_for_a_sentence_and_is_said_again(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, RingsForEver())
    await ask(hotline, call_id)
    await word_begins(hotline)
    await keys(hotline, seat, "*31#", "keys-hunt-goes-on")
    await seat.hears_prompt(hotline.prompt("hunt-office"))
    assert one_after_another(hotline, seat, "hunt-office", "keys-hunt-goes-on")
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_word_of_the_hunt_begins_when_the_sentence_is_said(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, RingsForEver())
    await ask(hotline, call_id)
    await hotline.world.is_called(OFFICE)
    office = await hotline.world.phone(OFFICE)
    await seat.hears_prompt(hotline.prompt("hunt-office"))
    await seat.send_digits("*3")  # no number follows, which is told some seconds later
    await office.decline()
    await hotline.conference_is(call_id, lambda one: attempt_at(one, OFFICE)["state"] == "busy")
    await seat.hears_prompt(hotline.prompt("keys-incomplete"))
    await seat.hears_prompt(hotline.prompt("hunt-busy"))
    assert one_after_another(hotline, seat, "keys-incomplete", "hunt-busy")
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_the_caller_is_muted_and_heard_again(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    specialist = await consult(hotline, call_id)
    await three_way(hotline, call_id)
    await seat.hears(caller, specialist)
    async with nothing_of_it(hotline, caller, "keys-muted", "keys-unmuted"), nothing_of_it(hotline, specialist, "keys-muted"):
        await keys(hotline, seat, "*7", "keys-muted")
        await asyncio.gather(seat.hears(specialist, but_not=(caller,)), caller.hears(seat, specialist))
        await keys(hotline, seat, "*7", "keys-unmuted")
        await seat.hears(caller, specialist)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_caller_who_talks_with_the_seat_alone_is_muted_and_heard_again(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    async with nothing_of_it(hotline, caller, "keys-muted", "keys-unmuted"):
        await keys(hotline, seat, "*7", "keys-muted")
        await hotline.call_is(call_id, "talking_in_room")
        await asyncio.gather(caller.hears(seat), seat.hears_silence())
        await keys(hotline, seat, "*7", "keys-unmuted")
        await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_what_means_nothing_is_told_to_the_seat_alone_and_the_talk_goes_on(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    wrong = "keys-unknown", "keys-incomplete", "keys-not-now", "keys-no-department", "keys-given-up"
    async with nothing_of_it(hotline, caller, *wrong):
        await keys(hotline, seat, "*1", "keys-unknown")
        await keys(hotline, seat, "*3", "keys-incomplete")
        await keys(hotline, seat, "*4", "keys-not-now")
        await keys(hotline, seat, "*37#", "keys-no-department")
        await keys(hotline, seat, "*#", "keys-given-up")
        await asyncio.gather(caller.hears(seat), seat.hears(caller))
    assert await hotline.live_calls() == {call_id}
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    assert await acts(hotline, f"calls/{call_id}", 4) == [
        ("change_conference", "phone 8001", None),
        ("change_conference", "phone 8001", "call_not_in_consult"),
        ("ask_specialist", "phone 8001", None),
        ("ask_specialist", "phone 8001", "short_number_unknown"),
    ]


async def test_the_callers_own_keys_are_never_taken_for_the_seats(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await caller.send_digits("*2*31#")
    await seat.hears_digits("*2*31#")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    specialist = await consult(hotline, call_id)
    await three_way(hotline, call_id)
    await caller.hears(seat, specialist)
    await caller.send_digits("*4**0*6")
    await asyncio.gather(caller.hears(seat, specialist), seat.hears(caller, specialist), specialist.hears(caller, seat))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    assert [act for act in await acts(hotline, f"calls/{call_id}") if act[1].startswith("phone")] == []


async def test_keys_that_begin_no_code_go_on_to_who_is_talked_with(hotline: Hotline) -> None:
    """A seat that has called an enterprise back reaches its extensions."""
    seat = await hotline.seat(8001)
    caller, _ = await hotline.talking(seat)
    await seat.send_digits("801#")
    await caller.hears_digits("801#")
    await caller.hang_up()


async def test_a_specialist_hands_on_to_a_colleague_and_leaves(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    first = await consult(hotline, call_id)
    await three_way(hotline, call_id)
    await caller.hears(seat, first)
    hotline.world.script(SECOND_OFFICE, ACCEPTS)
    async with nothing_of_it(hotline, caller, "keys-asking-colleague", "keys-leaving", "keys-unknown"):
        await keys(hotline, first, "*8", "keys-unknown")
        await keys(hotline, first, "*3#", "keys-asking-colleague")
        await hotline.world.is_called(SECOND_OFFICE)
        await joined(hotline, call_id, SECOND_OFFICE)
        second = await hotline.world.phone(SECOND_OFFICE)
        await caller.hears(seat, first, second)
        await keys(hotline, first, "**0", "keys-leaving")
        await first.call_ended()
        await asyncio.gather(caller.hears(seat, second, but_not=(first,)), second.hears(caller, seat))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_keys_are_obeyed_after_the_engine_was_killed(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await hotline.killed("engine-1")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await hotline.back()
    hotline.world.script(OFFICE, ACCEPTS)
    await keys(hotline, seat, "*31#", "keys-asking")
    await hotline.world.is_called(OFFICE)
    await joined(hotline, call_id, OFFICE)
    specialist = await hotline.world.phone(OFFICE)
    await asyncio.gather(seat.hears(specialist), specialist.hears(seat))
    await keys(hotline, seat, "*4", "keys-joined")
    await asyncio.gather(caller.hears(seat, specialist), seat.hears(caller, specialist))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_without_an_engine_the_talk_goes_on_whatever_is_keyed_in(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1")
        await seat.send_digits("*2")
        await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await hotline.back()
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_caller_is_handed_on_blind_to_a_seat(hotline: Hotline) -> None:
    first, second = await hotline.seats(8001, 8002)
    caller, call_id = await hotline.talking(first)
    async with nothing_of_it(hotline, caller, "keys-transferring"):
        await keys(hotline, first, "*88002#", "keys-transferring")
        await first.call_ended()
        await hotline.hears_music(caller)
        assert (await second.rings()).zhida_call == call_id
        await hotline.talk_on(caller, second)
    await hotline.seat_is(8001, "ready")
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_caller_is_announced_to_a_seat_and_left_to_it(hotline: Hotline) -> None:
    first, second = await hotline.seats(8001, 8002)
    caller, call_id = await hotline.talking(first)
    async with nothing_of_it(hotline, caller, "keys-announcing", "keys-completed"):
        await keys(hotline, first, "*98002#", "keys-announcing")
        await second.rings()
        await second.answer()
        await asyncio.gather(first.hears(second, but_not=(caller,)), second.hears(first, but_not=(caller,)))
        await hotline.hears_music(caller)
        await keys(hotline, first, "**9", "keys-completed")
        await first.call_ended()
        await asyncio.gather(caller.hears(second), second.hears(caller))
    await keys(hotline, second, "*2", "keys-held")
    await hotline.hears_music(caller)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_caller_is_handed_on_to_another_hotline(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script("12366", Answers())
    await keys(hotline, seat, "*012366#", "keys-transferring")
    await seat.call_ended()
    await hotline.world.is_called("12366")
    other = await hotline.world.phone("12366")
    await other.talks()
    await asyncio.gather(caller.hears(other), other.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_who_cannot_be_handed_on_to_is_told_before_anything_is_done(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await keys(hotline, seat, "*88002#", "keys-not-free")
    await keys(hotline, seat, "*8051288880001#", "keys-number-wrong")
    await keys(hotline, seat, "**9", "keys-not-now")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_what_phones_dial_stands_in_the_log_of_acts(hotline: Hotline) -> None:
    seat = await hotline.seat(8005)
    for code in ("*112", "*10", "*19"):
        await seat.dial(code)
        await seat.call_ended()
    assert await acts(hotline, "seats/8005", 2) == [("change_seat", "phone 8005", None), ("change_seat", "phone 8005", None)]
