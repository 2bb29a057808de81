"""In the call: hold, mute, a specialist who hands on, told by who hears whom. Everybody's leaving: test_leaving."""

import asyncio

from tests.scenarios import test_transfers
from tests.scenarios.hotline import KEY, Hotline
from tests.scenarios.test_three_way import ACCEPTS, OFFICE, SECOND_OFFICE, attempt_at, consult, joined, three_way

LAB = test_transfers.LAB


async def test_a_held_caller_hears_music_and_is_taken_back(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")
    await hotline.hears_music(caller)
    held = await hotline.call(call_id)
    assert (held["state"], held["seat"]) == ("held", "8001")
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")
    await hotline.hears_music(caller)
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await seat.hang_up()
    await caller.call_ended()
    call = await hotline.ended(call_id, "completed")
    caller_spans = [span["how"] for span in call["on_line"] if span["who"] == "caller"]
    assert caller_spans == ["waiting", "talking", "held", "talking", "held", "talking"]


async def test_a_caller_who_hangs_up_while_he_is_held_frees_the_seat(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")
    await hotline.hears_music(caller)
    await caller.hang_up()
    await seat.call_ended()
    await hotline.ended(call_id, "completed")
    await hotline.seat_is(8001, "ready")


async def test_a_seat_that_hangs_up_on_a_held_caller_leaves_him_to_the_next_one(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8002)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")
    await hotline.hears_music(caller)
    await seat.hang_up()
    assert (await other.rings()).zhida_call == call_id
    await hotline.talk_on(caller, other)
    await other.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert [span["id"] for span in call["on_line"] if span["who"] == "seat"] == ["8001", "8002"]
    assert [(made["target"], made["outcome"]) for made in call["record"]["transfers"]] == [("queue", "done")]


async def test_who_is_muted_hears_and_is_not_heard(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    specialist = await consult(hotline, call_id)
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat, specialist), seat.hears(caller, specialist))
    await hotline.api.ask("PUT", f"/conferences/{call_id}/members/caller/mute")
    await asyncio.gather(caller.hears(seat, specialist), seat.hears(specialist, but_not=(caller,)))
    await hotline.api.ask("PUT", f"/conferences/{call_id}/state", {"state": "consult"})
    await hotline.hears_music(caller)
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat, specialist), seat.hears(specialist, but_not=(caller,)))
    conference = await hotline.api.ask("DELETE", f"/conferences/{call_id}/members/caller/mute")
    assert not any(member["muted"] for member in conference["members"])
    await hotline.api.ask("PUT", f"/conferences/{call_id}/members/{attempt_at(conference, OFFICE)['attempt_id']}/mute")
    await asyncio.gather(seat.hears(caller, but_not=(specialist,)), specialist.hears(caller, seat))
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert [span["member"] for span in call["record"]["muted"]] == ["caller", "specialist"]


async def test_each_of_two_who_talk_is_muted_and_the_other_goes_on(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    muted = f"/conferences/{call_id}/members/{{}}/mute"
    conference = await hotline.api.ask("PUT", muted.format("caller"))
    assert [(member["kind"], member["muted"]) for member in conference["members"]] == [("caller", True), ("seat", False)]
    await asyncio.gather(caller.hears(seat), seat.hears_silence())
    await hotline.api.ask("DELETE", muted.format("caller"))
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    assert (await hotline.call(call_id))["state"] == "talking_in_room"
    await hotline.api.ask("PUT", muted.format("seat"))
    await asyncio.gather(seat.hears(caller), caller.hears_silence())
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")
    await hotline.hears_music(caller)
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(seat.hears(caller), caller.hears_silence())
    await hotline.api.ask("DELETE", muted.format("seat"))
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert [span["member"] for span in call["record"]["muted"]] == ["caller", "seat"]
    assert [span["how"] for span in call["on_line"] if span["who"] == "caller"] == ["waiting", "talking", "held", "talking"]
    recording = await hotline.recording(call_id)
    assert recording.said(caller)
    assert recording.heard(seat)


async def test_a_caller_who_is_muted_and_handed_on_is_heard_by_the_next_seat(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8002)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("PUT", f"/conferences/{call_id}/members/caller/mute")
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer", {"seat": "8002"})
    await seat.call_ended()
    await other.rings()
    await hotline.talk_on(caller, other)
    assert (await hotline.call(call_id))["state"] == "talking"
    await caller.hang_up()
    (span,) = (await hotline.ended(call_id, "completed"))["record"]["muted"]
    assert (span["member"], span["until"] is not None) == ("caller", True)


async def test_after_a_hold_a_specialist_is_asked_while_the_caller_hears_music(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")
    await hotline.hears_music(caller)
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    assert (await hotline.call(call_id))["state"] == "talking_in_room"
    specialist = await consult(hotline, call_id)
    await hotline.hears_music(caller)
    await asyncio.gather(seat.hears(specialist, but_not=(caller,)), specialist.hears(seat, but_not=(caller,)))
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat, specialist), specialist.hears(caller, seat))
    assert (await hotline.call(call_id))["state"] == "three_way"
    await specialist.hang_up()
    await hotline.call_is(call_id, "talking_in_room")
    await asyncio.gather(caller.hears(seat, but_not=(specialist,)), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_specialist_hands_on_to_a_colleague_when_the_seat_has_left(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    specialist = await consult(hotline, call_id)
    await three_way(hotline, call_id)
    await caller.hears(seat, specialist)
    await seat.hang_up()
    await caller.hears(specialist, but_not=(seat,))
    hotline.world.script(SECOND_OFFICE, ACCEPTS)
    conference = await hotline.conference_is(call_id, lambda one: one["seat"] is None)
    who = attempt_at(conference, OFFICE)["specialist_id"]
    await hotline.api.ask("POST", f"/conferences/{call_id}/members/{who}/colleague")
    await specialist.hang_up()
    await joined(hotline, call_id, SECOND_OFFICE)
    colleague = await hotline.world.phone(SECOND_OFFICE)
    await asyncio.gather(caller.hears(colleague, but_not=(specialist,)), colleague.hears(caller))
    await colleague.hang_up()
    await caller.call_ended()
    call = await hotline.ended(call_id, "completed")
    assert [(part["name"], part["handed_on"] is not None) for part in call["record"]["specialists"][:2]] == [
        ("税务专员甲", True),
        ("税务专员乙", False),
    ]


async def test_from_the_shell(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat, KEY)
    code, said = await hotline.zhida("calls", "hold", call_id)
    assert code == 0, said
    await hotline.hears_music(caller)
    code, said = await hotline.zhida("calls", "complete", call_id)
    assert code == 1
    assert "held; complete is possible while it is consult or three_way" in said
    code, said = await hotline.zhida("calls", "mute", call_id, "caller")
    assert code == 0, said
    code, said = await hotline.zhida("calls", "resume", call_id)
    assert code == 0, said
    await asyncio.gather(caller.hears(seat), seat.hears_silence())
    code, said = await hotline.zhida("calls", "unmute", call_id, "caller")
    assert code == 0, said
    await seat.hears(caller)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_seat_that_holds_by_its_phones_own_key_is_in_the_record(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await seat.hold()
    await hotline.hears_music(caller)
    assert (await hotline.call(call_id))["state"] == "talking"
    await seat.unhold()
    await caller.hears(seat)
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert [span["how"] for span in call["on_line"] if span["who"] == "caller"] == ["waiting", "talking", "held", "talking"]
