"""Callers who are handed on, told by who rings, who hears whom, and what the records tell afterwards."""

import asyncio
from typing import Any
from urllib.parse import unquote

from lab.client import LabApi
from lab.phones.behaviours import BUSY, Answers, RingsForEver
from lab.phones.softphone import Softphone
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import Wanted
from tests.scenarios.test_three_way import ACCEPTS, OFFICE, consult, three_way

LAB = Wanted(
    (
        "seats.wrap_up_s=0",
        "after_call.rating=false",
        "transfer.ring_s=8",
        "transfer.group_alone_s=3",
        "fallback.engine_wait_s=60",
        "seats.away_after_missed=false",
    )
)
NUMBER, HOTLINE = "051586660003", "12366"
TALKS = Answers()
SUMMARY = "留抵退税，材料已交\r\nX-Evil: 1"


async def transfer(place: Hotline, call_id: str, **body: str | bool) -> dict[str, Any]:
    made: dict[str, Any] = await place.api.ask("POST", f"/calls/{call_id}/transfer", body)
    return made


async def transfer_is(hotline: Hotline, call_id: str, state: str) -> None:
    await hotline.api.until(f"/calls/{call_id}/transfer", lambda one: one["state"] == state)


def served(call: dict[str, Any]) -> list[str]:
    """Everybody who served the call in a seat's stead, in order."""
    return [span["id"] for span in call["on_line"] if span["who"] == "seat"]


async def recorded(hotline: Hotline, call_id: str, caller: Softphone, *heard: Softphone) -> None:
    """The call's one recording has him, and each of these as he heard them."""
    recording = await hotline.recording(call_id)
    assert recording.said(caller)
    assert [phone.number for phone in heard if not recording.heard(phone)] == []


# ── blind ──


async def test_blind_to_another_seat(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004")
    await seat.call_ended()
    assert (await other.rings()).zhida_call == call_id
    await hotline.seat_is(8001, "ready")
    await hotline.hears_music(caller)
    await hotline.talk_on(caller, other)
    assert (await hotline.call(call_id))["seat"] == "8004"
    await other.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert served(call) == ["8001", "8004"]
    (made,) = call["record"]["transfers"]
    assert (made["target"], made["to"], made["announced"], made["seat"], made["outcome"]) == ("seat", "8004", False, "8001", "done")
    assert (await hotline.ticket(call_id))["seat"] == "8001"
    await recorded(hotline, call_id, caller, seat, other)


async def test_a_seat_that_does_not_take_him_leaves_him_to_the_ladder_he_came_by(hotline: Hotline) -> None:
    seat, third = await hotline.seats(8001, 8002)
    other = await hotline.seat(8004, RingsForEver())
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004")
    await other.rings()
    assert (await third.rings()).zhida_call == call_id
    await hotline.talk_on(caller, third)
    await third.hang_up()
    assert served(await hotline.ended(call_id, "completed")) == ["8001", "8002"]
    await recorded(hotline, call_id, caller, seat, third)


async def test_blind_to_a_group_he_keeps_his_rank(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("PUT", "/seats/8004/state", {"state": "paused", "reason": "story"})
    await hotline.api.ask("PUT", "/seats/8004/state", {"state": "ready"})
    before = await hotline.call(call_id)
    await transfer(hotline, call_id, group="qilai", summary="退税")
    assert (await other.rings()).zhida_call == call_id
    await hotline.talk_on(caller, other)
    assert (await hotline.call(call_id))["arrived"] == before["arrived"]
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    await recorded(hotline, call_id, caller, seat, other)


async def test_a_group_with_nobody_on_duty_is_refused_and_they_talk_on(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    for body, code in (({"group": "project"}, "group_empty"), ({"seat": "8002"}, "seat_not_free")):
        status, problem = await hotline.api.answer("POST", f"/calls/{call_id}/transfer", body)
        assert (status, problem["code"]) == (409, code)
    for body, code in (({"number": "010-88880000"}, "number_not_allowed"), ({"hotline": "95598"}, "hotline_unknown")):
        status, problem = await hotline.api.answer("POST", f"/calls/{call_id}/transfer", body)
        assert (status, problem["code"]) == (422, code)
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_blind_to_a_number(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(NUMBER, TALKS)
    await transfer(hotline, call_id, number="0515-86660003")
    await hotline.world.is_called(NUMBER)
    far = await hotline.world.phone(NUMBER)
    await far.talks()
    await asyncio.gather(caller.hears(far, but_not=(seat,)), far.hears(caller))
    await hotline.call_is(call_id, "outside")
    await hotline.seat_is(8001, "ready")
    await far.hang_up()
    await caller.call_ended()
    assert served(await hotline.ended(call_id, "completed")) == ["8001", "outside"]
    await recorded(hotline, call_id, caller, seat, far)


async def test_a_number_that_is_busy_leaves_him_to_the_ladder(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8002)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(NUMBER, BUSY)
    await transfer(hotline, call_id, number="0515-86660003")
    assert (await other.rings()).zhida_call == call_id
    await hotline.talk_on(caller, other)
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert [made["outcome"] for made in call["record"]["transfers"]] == ["busy"]
    await recorded(hotline, call_id, caller, seat, other)


async def test_out_of_a_three_way_call_the_specialist_is_dismissed(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    specialist = await consult(hotline, call_id)
    await three_way(hotline, call_id)
    await caller.hears(seat, specialist)
    await transfer(hotline, call_id, seat="8004")
    await asyncio.gather(seat.call_ended(), specialist.call_ended())
    await other.rings()
    await hotline.talk_on(caller, other)
    hotline.world.script(OFFICE, ACCEPTS)
    again = await consult(hotline, call_id)
    await asyncio.gather(other.hears(again), again.hears(other))
    await caller.hang_up()
    await asyncio.gather(other.call_ended(), again.call_ended())
    await hotline.ended(call_id, "completed")
    await recorded(hotline, call_id, caller, other)
    assert (await hotline.recording(call_id)).heard(seat, specialist)


async def test_a_caller_who_hangs_up_on_his_way_stops_the_ringing(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004")
    await other.rings()
    await caller.hang_up()
    await other.call_ended()
    await hotline.ended(call_id, "abandoned")
    await hotline.seat_is(8004, "ready")


# ── announced ──


async def test_announced_to_a_seat_and_completed(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004", announced=True, summary="退税")
    ring = await other.rings()
    assert (ring.zhida_call, ring.number) == (call_id, "051588880001")
    await hotline.seat_is(8004, "reserved")
    await other.answer()
    await asyncio.gather(seat.hears(other, but_not=(caller,)), other.hears(seat, but_not=(caller,)))
    await hotline.hears_music(caller)
    await transfer_is(hotline, call_id, "joined")
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer/complete")
    await seat.call_ended()
    await asyncio.gather(caller.hears(other, but_not=(seat,)), other.hears(caller))
    live = await hotline.call(call_id)
    assert (live["state"], live["seat"]) == ("talking_in_room", "8004")
    await hotline.seat_is(8001, "ready")
    await hotline.seat_is(8004, "talking")
    await other.hang_up()
    await caller.call_ended()
    call = await hotline.ended(call_id, "completed")
    assert served(call) == ["8001", "8004"]
    recording = await hotline.recording(call_id)
    assert recording.heard(seat)
    assert recording.heard(other)


async def test_who_hangs_up_on_the_second_seat_leaves_the_caller_to_it(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, group="qilai", announced=True)
    await other.rings()
    await other.answer()
    await seat.hears(other)
    await transfer_is(hotline, call_id, "joined")
    await seat.hang_up()
    await asyncio.gather(caller.hears(other), other.hears(caller))
    await caller.hang_up()
    await other.call_ended()
    assert served(await hotline.ended(call_id, "completed")) == ["8001", "8004"]


async def test_who_hangs_up_while_it_rings_leaves_the_caller_to_whoever_answers(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004", announced=True)
    await other.rings()
    await seat.hang_up()
    await hotline.hears_music(caller)
    await other.answer()
    await asyncio.gather(caller.hears(other), other.hears(caller))
    await other.hang_up()
    await caller.call_ended()
    await hotline.ended(call_id, "completed")


async def test_the_second_seat_does_not_answer_and_the_first_takes_him_back(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    other = await hotline.seat(8004, RingsForEver())
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004", announced=True)
    await other.rings()
    await transfer_is(hotline, call_id, "no_answer")
    await hotline.seat_is(8004, "ready")
    await hotline.hears_music(caller)
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_cancelled_the_second_seat_rings_no_more(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    other = await hotline.seat(8004, RingsForEver())
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004", announced=True)
    await other.rings()
    await hotline.api.ask("DELETE", f"/calls/{call_id}/transfer")
    await other.call_ended()
    await hotline.seat_is(8004, "ready")
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_seat_that_is_to_take_over_is_rung_for_nobody_else(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    other = await hotline.seat(8004, RingsForEver())
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004", announced=True)
    await other.rings()
    waiting, waiting_id = await hotline.waiting("13900008001")
    assert (await hotline.call(waiting_id))["state"] == "waiting"
    await other.answer()
    await transfer_is(hotline, call_id, "joined")
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer/complete")
    await asyncio.gather(caller.hears(other), other.hears(caller))
    await waiting.hang_up()
    await caller.hang_up()
    await other.call_ended()
    await hotline.ended(call_id, "completed")


async def test_announced_to_a_number(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(NUMBER, TALKS)
    await transfer(hotline, call_id, number="0515-86660003", announced=True)
    await hotline.world.is_called(NUMBER)
    far = await hotline.world.phone(NUMBER)
    await far.talks()
    await asyncio.gather(seat.hears(far), far.hears(seat, but_not=(caller,)))
    await transfer_is(hotline, call_id, "joined")
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer/complete")
    await asyncio.gather(caller.hears(far, but_not=(seat,)), far.hears(caller))
    await far.hang_up()
    await caller.call_ended()
    assert served(await hotline.ended(call_id, "completed")) == ["8001", "outside"]
    await recorded(hotline, call_id, caller, seat, far)


# ── another hotline ──


async def test_another_hotline_gets_the_context_in_its_headers_and_by_api(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(HOTLINE, TALKS)
    made = await transfer(hotline, call_id, hotline="12366", summary=SUMMARY)
    invite = (await hotline.world.is_called(HOTLINE)).invite
    assert invite.header("X-Zhida-Call") == call_id
    assert invite.header("X-Zhida-Handover") == made["transfer_id"]
    assert unquote(invite.header("X-Zhida-Summary")) == "留抵退税，材料已交 X-Evil: 1"
    assert unquote(invite.header("X-Zhida-Enterprise")) == (await hotline.call(call_id))["enterprise"]
    assert invite.header("X-Evil") == ""
    far = await hotline.world.phone(HOTLINE)
    await far.talks()
    await asyncio.gather(caller.hears(far), far.hears(caller))
    async with LabApi(hotline.lab.url(), "lab-tax-hotline-no-secret") as tax:
        handed = await tax.get(f"/handovers/{made['transfer_id']}")
        assert (handed["call_id"], handed["hotline"], handed["seat"]) == (call_id, "12366", "8001")
        assert handed["summary"] == SUMMARY
        status, _ = await tax.answer("GET", f"/calls/{call_id}")
        assert status == 403
        await far.hang_up()
        await caller.call_ended()
        await hotline.ended(call_id, "completed")
        assert (await tax.get(f"/handovers/{made['transfer_id']}"))["summary"] == SUMMARY
        status, _ = await tax.answer("GET", f"/handovers/xfer-{call_id}-00000000")
        assert status == 404
    await recorded(hotline, call_id, caller, seat, far)


async def test_another_hotline_is_talked_with_first(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script("12329", TALKS)
    made = await transfer(hotline, call_id, hotline="12329", announced=True, summary="公积金提取")
    invite = (await hotline.world.is_called("12329")).invite
    assert invite.header("X-Zhida-Handover") == made["transfer_id"]
    assert unquote(invite.header("X-Zhida-Summary")) == "公积金提取"
    assert invite.header("X-Zhida-Call") == call_id
    far = await hotline.world.phone("12329")
    await far.talks()
    await asyncio.gather(seat.hears(far), far.hears(seat))
    await transfer_is(hotline, call_id, "joined")
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer/complete")
    await asyncio.gather(caller.hears(far), far.hears(caller))
    async with LabApi(hotline.lab.url(), "lab-tax-hotline-no-secret") as tax:
        status, _ = await tax.answer("GET", f"/handovers/{made['transfer_id']}")
        assert status == 404  # it was handed to somebody else
    await caller.hang_up()
    await far.call_ended()
    await hotline.ended(call_id, "completed")


# ── an engine dies (more of it: test_conference_crash, test_conference_outages) ──


async def test_a_caller_on_his_way_survives_his_engine(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    other = await hotline.seat(8004)
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004")
    await other.rings()
    await hotline.killed("engine-1")
    await other.call_ended()
    await hotline.back()
    await other.rings()
    await hotline.talk_on(caller, other)
    await other.hang_up()
    await hotline.ended(call_id, "completed")
    await recorded(hotline, call_id, caller, seat, other)
