"""Two Asterisks and two engines are one hotline: a call on one of them is served by a seat that is registered on the other."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from lab.patience import PATIENCE_S
from lab.phones.behaviours import Answers, RingsForEver
from lab.phones.bulk import BulkSeats, Does, Seats
from tests.scenarios.hotline import KEY, KEY_NAME, OTHER_KEYS, PROJECT, Hotline
from tests.scenarios.house import NET, TWO_ASTERISKS
from tests.scenarios.test_outages import cut_off
from tests.scenarios.test_three_way import consult, three_way

LAB = TWO_ASTERISKS


async def test_a_call_on_one_is_served_by_a_seat_on_the_other(hotline: Hotline) -> None:
    seat = await hotline.seat(8001, at=2)
    caller = await hotline.caller(KEY)
    dialled = time.monotonic()
    await caller.dial("12345")
    ring = await seat.rings()
    hotline.measured("INVITE -> the phone of a seat on the other Asterisk rings", ring.event.monotonic - dialled)
    await caller.hears_ringing()
    assert (ring.number, KEY_NAME in ring.name) == (KEY, True)
    await hotline.talk_on(caller, seat)
    call = await hotline.call_is(ring.zhida_call, "talking")
    assert call["seat"] == "8001"
    await hotline.seat_is(8001, "talking")
    await seat.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.send_digits("5")
    await caller.call_ended()
    await hotline.ended(ring.zhida_call, "completed")
    recording = await hotline.recording(ring.zhida_call)
    assert recording.said(caller)
    assert recording.heard(seat)


async def test_who_waits_on_one_is_served_by_a_seat_on_the_other_when_it_is_free(hotline: Hotline) -> None:
    waiting, waiting_call = await hotline.waiting(KEY, at=2)
    seat = await hotline.seat(8001, ready=False)
    assert (await hotline.talk(waiting, seat)).zhida_call == waiting_call
    other, other_call = await hotline.waiting(OTHER_KEYS[0])
    await waiting.hang_up()
    assert (await hotline.talk(other, seat)).zhida_call == other_call
    await other.hang_up()
    await hotline.ended(waiting_call, "completed")
    await hotline.ended(other_call, "completed")
    assert (await hotline.recording(waiting_call)).heard(seat)


async def test_all_three_talk_though_seat_and_caller_are_on_two_of_them(hotline: Hotline) -> None:
    seat = await hotline.seat(8001, at=2)
    caller, call_id = await hotline.talking(seat)
    specialist = await consult(hotline, call_id)
    await asyncio.gather(seat.hears(specialist, but_not=(caller,)), specialist.hears(seat, but_not=(caller,)))
    await hotline.hears_music(caller)
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat, specialist), seat.hears(caller, specialist), specialist.hears(caller, seat))
    await seat.hang_up()
    await asyncio.gather(caller.hears(specialist, but_not=(seat,)), specialist.hears(caller, but_not=(seat,)))
    await hotline.seat_is(8001, "ready")
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_caller_is_handed_on_to_a_seat_on_the_other_one(hotline: Hotline) -> None:
    seat, other = await hotline.seat(8001), await hotline.seat(8004, at=2)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer", {"seat": "8004", "announced": True})
    ring = await other.rings()
    assert (ring.zhida_call, ring.number) == (call_id, KEY)
    await other.answer()
    await asyncio.gather(seat.hears(other, but_not=(caller,)), other.hears(seat, but_not=(caller,)))
    await hotline.hears_music(caller)
    await hotline.api.until(f"/calls/{call_id}/transfer", lambda one: one["state"] == "joined")
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer/complete")
    await asyncio.gather(caller.hears(other, but_not=(seat,)), other.hears(caller))
    await other.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert [span["id"] for span in call["on_line"] if span["who"] == "seat"] == ["8001", "8004"]


async def test_a_seat_on_either_of_them_dials_its_codes(hotline: Hotline) -> None:
    for seat in (await hotline.seat(8001), await hotline.seat(8002, at=2)):
        await seat.dial("*112")
        await seat.hears_prompt(hotline.prompt("seat-paused"))
        await seat.call_ended()
        assert (await hotline.seat_is(int(seat.number), "paused"))["why"] == "用餐"


async def test_who_shows_no_number_shows_none_to_a_seat_on_the_other_one_either(hotline: Hotline) -> None:
    seat = await hotline.seat(8004, at=2)
    caller = await hotline.calls("anonymous")
    ring = await hotline.talk(caller, seat)
    assert (ring.number, ring.name) == ("", "")
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")


async def test_a_rush_on_both_is_served_by_the_seats_of_both(hotline: Hotline) -> None:
    serves = Answers(hangs_up_after_s=0.5)
    for number, at in ((8001, 1), (8002, 2), (8004, 2)):
        await hotline.seat(number, serves, at=at)
    callers = await asyncio.gather(*(hotline.calls(number, at=1 + place % 2) for place, number in enumerate(OTHER_KEYS)))
    await asyncio.gather(*(caller.call_ended(within_s=2 * PATIENCE_S) for caller in callers))
    page = await hotline.api.until("/calls?limit=8", lambda page: all(call["end_reason"] for call in page["items"]))
    assert [call["end_reason"] for call in page["items"]] == ["completed"] * 8
    assert len({call["call_id"].rpartition("-")[0] for call in page["items"]}) == 2
    for number in (8001, 8002, 8004):
        await hotline.api.until(f"/seats/{number}", lambda seat: seat["state"] == "ready")


async def test_a_seat_on_the_other_one_declines_or_lets_it_ring(hotline: Hotline) -> None:
    first, second = await hotline.seat(8001, at=2), await hotline.seat(8002, RingsForEver(), at=2)
    caller = await hotline.calls(KEY)
    ring = await first.rings()
    await first.decline()
    await second.rings()
    assert (await second.call_ended()).reason
    qilai = await hotline.seat(8004, ready=False)
    assert (await hotline.talk(caller, qilai)).zhida_call == ring.zhida_call
    await hotline.seat_is(8001, "away")
    await hotline.seat_is(8002, "away")
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    offers = [(offer["seat"], offer["outcome"]) for offer in call["record"]["offers"]]
    assert offers == [("8001", "declined"), ("8002", "expired"), ("8004", "answered")]


async def test_a_dead_phone_on_the_other_one_is_given_up_soon(hotline: Hotline, tmp_path: Path) -> None:
    async with BulkSeats(Seats(numbers=[8001], net=NET, does=Does.NOTHING), tmp_path / "dead"):
        await hotline.seat_is(8001, "ready")
        second = await hotline.seat(8002, at=2)
        hotline.unplugged.append("8001")
        caller = await hotline.calls(KEY, at=2)
        ring = await hotline.talk(caller, second)
        await hotline.seat_is(8001, "unreachable")
        await caller.hang_up()
    call = await hotline.ended(ring.zhida_call)
    assert call["record"]["offers"][0]["outcome"] == "unreachable"


async def test_who_gives_up_while_the_other_ones_seat_rings_leaves_it_free(hotline: Hotline) -> None:
    seat = await hotline.seat(8001, at=2)
    caller = await hotline.calls(KEY)
    ring = await seat.rings()
    await caller.hang_up()
    await seat.call_ended()
    await hotline.seat_is(8001, "ready")
    await hotline.ended(ring.zhida_call, "abandoned")


async def test_a_seat_on_the_other_one_answers_while_no_engine_lives(hotline: Hotline) -> None:
    seat = await hotline.seat(8001, at=2)
    caller = await hotline.calls(KEY)
    call_id = (await seat.rings()).zhida_call
    await hotline.killed("engine-1", "engine-2")
    await hotline.talk_on(caller, seat)
    await asyncio.gather(hotline.back(1), hotline.back(2))
    await hotline.call_is(call_id, "talking")
    await consult(hotline, call_id)
    await hotline.hears_music(caller)
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert call["seat"] == "8001"


async def test_a_phone_that_moves_is_rung_where_it_is_now(hotline: Hotline) -> None:
    before = await hotline.seat(8001, at=2)
    caller, _ = await hotline.talking(before)
    await caller.hears(before, lasting_s=1.2)  # registrations are told apart by the second
    await asyncio.gather(caller.hang_up(), before.call_ended())
    await hotline.unplug(before, at=2)  # it does not sign off there
    now = await hotline.seat(8001)
    caller = await hotline.calls(KEY, at=2)
    await hotline.talk(caller, now)
    await caller.hang_up()
    await hotline.killed("engine-1", "engine-2")  # who starts anew has seen nothing of the move
    await asyncio.gather(hotline.back(1), hotline.back(2))
    await hotline.seat_is(8001, "ready")
    caller = await hotline.calls(KEY, at=2)
    await hotline.talk(caller, now)
    await caller.hang_up()


async def test_one_asterisk_is_killed_and_the_other_one_goes_on(hotline: Hotline) -> None:
    here, there, free = await hotline.seat(8001), await hotline.seat(8002, at=2), await hotline.seat(8004, at=2)
    here_caller, here_call = await hotline.talking(here, OTHER_KEYS[0])
    across_caller, across_call = await hotline.talking(there, OTHER_KEYS[1])
    await hotline.api.ask("PUT", "/seats/8004/state", {"state": "paused", "reason": "story"})
    lent = await hotline.seat(8003)
    _, lent_call = await hotline.talking(lent, PROJECT, at=2)
    waiting, waiting_call = await hotline.waiting(OTHER_KEYS[2])
    _, lost_call = await hotline.waiting(OTHER_KEYS[3], at=2)
    async with killed(hotline, 2):
        await asyncio.gather(here_caller.hears(here), here.hears(here_caller))
        await hotline.api.until("/seats/8004", lambda seat: seat["phone"] == "unreachable")
        await here_caller.hang_up()
        await hotline.ended(here_call, "completed")
        assert (await hotline.talk(waiting, here)).zhida_call == waiting_call
        await across_caller.call_ended()  # nobody is there to talk with any more
        await lent.call_ended()
        await asyncio.gather(hotline.ended(across_call, "completed"), hotline.ended(lent_call, "completed"))
        await hotline.ended(lost_call, "abandoned")
        await hotline.seat_is(8003, "ready")
        await hotline.seat_is(8002, "unreachable")
        await asyncio.gather(waiting.hears(here), here.hears(waiting))
    await waiting.hang_up()
    await hotline.ended(waiting_call, "completed")
    await asyncio.gather(*(phone.stop() for phone in (here, there, free, lent)))


async def test_a_link_that_is_cut_costs_the_calls_on_the_other_asterisk_nothing(hotline: Hotline) -> None:
    here, there = await hotline.seat(8001), await hotline.seat(8002, at=2)
    across_caller, across_call = await hotline.talking(here, OTHER_KEYS[0], at=2)
    async with cut_off(hotline, 2):
        await hotline.seat_is(8002, "unreachable")
        caller, call_id = await hotline.waiting(OTHER_KEYS[1])
        await asyncio.gather(across_caller.hears(here), here.hears(across_caller))
        await across_caller.hang_up()
        await hotline.ended(across_call, "completed")
        assert (await hotline.talk(caller, here)).zhida_call == call_id
    await hotline.seat_is(8002, "ready")
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    await there.stop()


async def test_nothing_is_missing_from_the_records_of_both(hotline: Hotline) -> None:
    code, said = await hotline.zhida("audit")
    assert "Nothing is missing" in said, said
    assert code == 0
    code, said = await hotline.zhida("check")
    assert code == 0, said


@asynccontextmanager
async def killed(hotline: Hotline, pbx: int) -> AsyncIterator[None]:
    """Inside, that Asterisk is away; afterwards it is back and the engines have heard of it."""
    with hotline.lab.nothing_restarted():
        await hotline.killed(f"asterisk-{pbx}")
        yield
    await asyncio.gather(hotline.back(1), hotline.back(2))
