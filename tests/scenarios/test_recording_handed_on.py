"""What is recorded of callers who are handed on: one recording of all of it, and apart what the seats say of them to one another."""

import asyncio
from array import array
from hashlib import sha256
from itertools import groupby, pairwise
from typing import Any

import pytest

from lab.music import NOTES_HZ
from lab.phones.softphone import Softphone
from lab.phones.sound import Sound
from lab.phones.tones import BLOCK_S, tones_in
from tests.scenarios.hotline import KEY, OTHER_KEYS, Hotline
from tests.scenarios.test_three_way import consult, three_way
from tests.scenarios.test_transfers import LAB, NUMBER, TALKS, recorded, transfer, transfer_is

__all__ = ["LAB"]

MUSIC = "music"
_STEREO_S = 8000 * 4  # bytes
_LISTENS_S = 4.0  # Asterisk takes who has been silent for 2.5 s for a listener


async def test_handed_on_again_and_again_he_is_recorded_with_each(hotline: Hotline) -> None:
    """Asterisk took every other talk's sound for late, and kept it from the recording (docs/decisions/17-recordings.md)."""
    seats = await hotline.seats(8001, 8004, 8005, 8006, 8007, 8008)
    caller, call_id = await hotline.talking(seats[0])
    for seat, other in pairwise(seats):
        await transfer(hotline, call_id, seat=other.number)
        await seat.call_ended()
        await other.rings()
        await hotline.hears_music(caller)
        await hotline.talk_on(caller, other)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    await recorded(hotline, call_id, caller, *seats)


async def test_held_and_taken_back_and_then_handed_on(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")
    await hotline.hears_music(caller)
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await transfer(hotline, call_id, seat="8004")
    await seat.call_ended()
    await other.rings()
    await hotline.talk_on(caller, other)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    await recorded(hotline, call_id, caller, seat, other)


@pytest.mark.parametrize("muted", [False, True], ids=["listens", "is muted"])
async def test_what_is_said_to_a_caller_who_only(hotline: Hotline, muted: bool) -> None:
    """Asterisk writes to him in another form than to who speaks, which every other recording lost (docs/decisions/17-recordings.md)."""
    seat = await hotline.seat(8001)
    for number in (KEY, *OTHER_KEYS[:4]):
        caller = await hotline.phones.caller(number, tone_hz=0)
        await caller.dial("12345")
        call_id = (await seat.rings()).zhida_call
        await seat.answer()
        await caller.hears(seat)
        specialist = await consult(hotline, call_id)
        await three_way(hotline, call_id)
        if muted:
            await hotline.api.ask("PUT", f"/conferences/{call_id}/members/caller/mute")
        await caller.hears(seat, specialist, lasting_s=_LISTENS_S)
        heard_s = caller.heard_s
        await caller.hang_up()
        await seat.call_ended()
        await hotline.ended(call_id, "completed")
        recording = await hotline.recording(call_id)
        assert recording.sound.seconds > heard_s - 1
        assert recording.between(-_LISTENS_S + 1, None).heard(seat, specialist)
        await hotline.seat_is(8001, "ready")


async def test_what_the_seats_say_of_him_is_recorded_apart(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004", announced=True)
    await other.rings()
    await other.answer()
    await asyncio.gather(seat.hears(other, but_not=(caller,)), other.hears(seat, but_not=(caller,)))
    await hotline.hears_music(caller)
    await transfer_is(hotline, call_id, "joined")
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer/complete")
    await seat.call_ended()
    await asyncio.gather(caller.hears(other, but_not=(seat,)), other.hears(caller))
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")  # he is the other's now: what it says alone is no part of the transfer
    await hotline.hears_music(caller)
    await caller.hang_up()
    await other.call_ended()
    await hotline.ended(call_id, "completed")

    await recorded(hotline, call_id, caller, seat, other)
    assert await heard_in_order(hotline, call_id, seat, other) == ["8001", MUSIC, "8004", MUSIC]
    [about] = await hotline.consults(call_id)
    assert (about["target"], about["to"], about["specialist_id"]) == ("seat", "8004", None)
    assert about["files"][0]["left"] == "transfer's target"
    assert [(span["who"], span["id"]) for span in about["on_line"]] == [("seat", "8001"), ("seat", "8004")]
    assert len(about["windows"]) == 1
    apart = await hotline.consult_recording(call_id, about)
    assert apart.said(other)
    assert apart.heard(seat)
    assert apart.never_heard(caller)
    assert (await hotline.zhida("recordings", "verify", call_id))[0] == 0


async def test_what_is_said_to_a_number_before_it_takes_him_is_recorded_apart_too(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(NUMBER, TALKS)
    await transfer(hotline, call_id, number="0515-86660003", announced=True)
    await hotline.world.is_called(NUMBER)
    far = await hotline.world.phone(NUMBER)
    await far.talks()
    await asyncio.gather(seat.hears(far), far.hears(seat, but_not=(caller,)))
    await transfer_is(hotline, call_id, "joined")
    await far.hang_up()  # he does not want him
    await transfer_is(hotline, call_id, "left")
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(seat, but_not=(far,)), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    assert (await hotline.recording(call_id)).never_heard(far)
    [about] = await hotline.consults(call_id)
    assert about["target"] == "number"
    apart = await hotline.consult_recording(call_id, about)
    assert apart.said(far)
    assert apart.heard(seat)
    assert apart.never_heard(caller)


async def test_one_recording_of_all_that_can_become_of_a_call(hotline: Hotline) -> None:
    seat, other, third = await hotline.seats(8001, 8004, 8002)
    caller, call_id = await hotline.talking(seat)
    specialist = await consult(hotline, call_id)
    await asyncio.gather(seat.hears(specialist, but_not=(caller,)), specialist.hears(seat, but_not=(caller,)))
    await hotline.hears_music(caller)
    await three_way(hotline, call_id)
    await caller.hears(seat, specialist)
    await specialist.hang_up()
    await asyncio.gather(caller.hears(seat, but_not=(specialist,)), seat.hears(caller))
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")
    await hotline.hears_music(caller)
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await transfer(hotline, call_id, seat="8004", announced=True)
    await other.rings()
    await other.answer()
    await asyncio.gather(seat.hears(other, but_not=(caller,)), other.hears(seat, but_not=(caller,)))
    await hotline.hears_music(caller)
    await transfer_is(hotline, call_id, "joined")
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer/complete")
    await seat.call_ended()
    await asyncio.gather(caller.hears(other, but_not=(seat,)), other.hears(caller))
    await transfer(hotline, call_id, seat="8002")
    await other.call_ended()
    await third.rings()
    await hotline.hears_music(caller)
    await hotline.talk_on(caller, third)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")

    together = f"{specialist.number}+8001"
    heard = ["8001", MUSIC, together, "8001", MUSIC, "8001", MUSIC, "8004", MUSIC, "8002"]
    assert await heard_in_order(hotline, call_id, seat, other, third, specialist) == heard
    manifest = await hotline.manifest(call_id)
    his = [span["how"] for span in manifest["on_line"] if span["who"] == "caller"]
    assert his == ["waiting", "talking", "held", "talking", "held", "talking", "held", "talking", "waiting", "talking"]
    assert [span["id"] for span in manifest["on_line"] if span["who"] == "seat"] == ["8001", "8004", "8002"]
    assert [span["who"] for span in manifest["on_line"] if span["who"] == "specialist"] == ["specialist"]
    await in_ranges(hotline, call_id, manifest, third)
    await only_what_was_said_apart(hotline, call_id, seat, other, specialist, caller)


async def in_ranges(hotline: Hotline, call_id: str, manifest: dict[str, Any], last: Softphone) -> None:
    """Got in parts it is the very file of the manifest; and its last second is the last talk."""
    [sound] = manifest["files"]
    half = sound["size"] // 2
    _, _, first = await hotline.hears_recording(call_id, Range=f"bytes=0-{half - 1}")
    status, told, second = await hotline.hears_recording(call_id, Range=f"bytes={half}-")
    assert (status, told["Content-Range"]) == (206, f"bytes {half}-{sound['size'] - 1}/{sound['size']}")
    assert sha256(first + second).hexdigest() == sound["sha256"]
    _, _, end = await hotline.hears_recording(call_id, Range=f"bytes=-{_STEREO_S // 2}")
    right = Sound(rate=8000, channels=(array("h", end)[1::2],))
    assert last.tone_hz in tones_in(right, {last.tone_hz})


async def only_what_was_said_apart(
    hotline: Hotline, call_id: str, seat: Softphone, other: Softphone, specialist: Softphone, caller: Softphone
) -> None:
    """A consult's recording for each of both, with nothing of the other's in it, nor of the caller's."""
    page = await hotline.api.until(f"/calls/{call_id}/consults", lambda page: len(page["items"]) == len((specialist, other)), within_s=15)
    consults = {about["target"]: about for about in page["items"]}
    kept = await hotline.api.until(f"/calls/{call_id}", lambda call: len(call["record"]["kept"]) == len((caller, *consults)))
    assert {one["consult"] for one in kept["record"]["kept"]} == {None, *(about["consult"] for about in page["items"])}
    for about, there, elsewhere in ((consults[None], specialist, other), (consults["seat"], other, specialist)):
        apart = await hotline.consult_recording(call_id, about)
        assert apart.said(there)
        assert apart.heard(seat)
        assert len(about["windows"]) == 1
        for nobody in (caller, elsewhere):
            assert apart.never_heard(nobody)
            assert apart.never_said(nobody)


async def heard_in_order(hotline: Hotline, call_id: str, *phones: Softphone) -> list[str]:
    """What the caller heard, one after another, each for 0.2 s at least: music, or phones, as number+number."""
    right = (await hotline.recording(call_id)).sound.channel(1)
    numbers = {phone.tone_hz: phone.number for phone in phones}
    blocks = [_heard(right.between(at * BLOCK_S, (at + 1) * BLOCK_S), numbers) for at in range(int(right.seconds / BLOCK_S))]
    runs = [(what, len(list(run))) for what, run in groupby(blocks)]
    return [what for what, _ in groupby(what for what, length in runs if what and length > 1)]


def _heard(block: Sound, numbers: dict[int, str]) -> str:
    tones = tones_in(block, {*numbers, *NOTES_HZ})
    return "+".join(sorted(numbers[hz] for hz in tones if hz in numbers)) or (MUSIC if tones else "")
