"""A policy specialist is brought into the call: consult and three-way. Who leaves first: test_leaving."""

import asyncio
from typing import Any

from lab.client import LabApi
from lab.phones.behaviours import BUSY, NO_SUCH_NUMBER, Answers, IsDead, RingsForEver
from lab.phones.softphone import Softphone
from tests.scenarios.hotline import Hotline

TAX = "税务"
OFFICE, MOBILE, SECOND_OFFICE = "051586660001", "13900001001", "051586660002"
LEADER_OFFICE, LEADER_MOBILE = "051586660009", "13900001009"
ACCEPTS = Answers(presses="1", presses_after_s=0.3)


async def test_the_mobile_answers_where_the_office_does_not_and_all_three_talk(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, RingsForEver()).script(MOBILE, ACCEPTS)
    asked = await ask(hotline, call_id)
    assert [attempt["number"] for attempt in asked["attempts"]][:3] == [OFFICE, MOBILE, SECOND_OFFICE]
    await hotline.world.is_called(OFFICE)
    await hotline.hears_music(caller)
    await joined(hotline, call_id, MOBILE)
    specialist = await hotline.world.phone(MOBILE)
    await asyncio.gather(seat.hears(specialist, but_not=(caller,)), specialist.hears(seat, but_not=(caller,)))
    await hotline.hears_music(caller)

    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat, specialist), seat.hears(caller, specialist), specialist.hears(caller, seat))

    await seat.hang_up()
    await asyncio.gather(caller.hears(specialist, but_not=(seat,)), specialist.hears(caller, but_not=(seat,)))
    assert (await hotline.call(call_id))["state"] == "three_way"
    await hotline.seat_is(8001, "ready")
    await specialist.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.send_digits("4")
    await caller.call_ended()

    call = await hotline.ended(call_id, "completed")
    part = next(part for part in call["record"]["specialists"] if part["joined"])
    assert part["name"] == "税务专员甲"
    assert part["left"] > part["joined"]
    assert [(attempt["phone"], attempt["outcome"]) for attempt in part["attempts"]] == [("office", "no_answer"), ("mobile", "joined")]
    assert {span["who"] for span in call["on_line"]} >= {"seat", "specialist"}
    assert (await hotline.ticket(call_id))["specialists"] == call["record"]["specialists"]
    assert call["record"]["rating"] == 4
    recording = await hotline.recording(call_id)
    assert recording.said(caller)
    assert recording.heard(seat)
    assert recording.heard(seat, specialist)
    assert recording.heard(specialist)


async def test_the_caller_hears_nothing_of_a_consult(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    specialist = await consult(hotline, call_id)
    await asyncio.gather(seat.hears(specialist), specialist.hears(seat))
    await hotline.hears_music(caller)
    await specialist.hang_up()
    await hotline.conference_is(call_id, lambda one: attempt_at(one, OFFICE)["state"] == "left")
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await seat.call_ended()
    await hotline.ended(call_id, "completed")
    recording = await hotline.recording(call_id)
    assert recording.never_heard(specialist)
    assert recording.heard(seat)


async def test_an_answering_machine_that_presses_nothing_is_passed_over(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, Answers(tone_hz=0, hangs_up_after_s=2)).script(MOBILE, ACCEPTS)
    await ask(hotline, call_id)
    await joined(hotline, call_id, MOBILE)
    machine = await hotline.world.phone(OFFICE)
    await machine.hears_prompt(hotline.prompt("specialist-accept"))
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert [attempt["outcome"] for attempt in call["record"]["specialists"][0]["attempts"]] == ["declined", "joined"]


async def test_busy_dead_and_unknown_numbers_are_passed_over(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, BUSY).script(MOBILE, NO_SUCH_NUMBER).script(SECOND_OFFICE, IsDead()).script(LEADER_OFFICE, ACCEPTS)
    await ask(hotline, call_id)
    conference = await joined(hotline, call_id, LEADER_OFFICE)
    states = [attempt["state"] for attempt in conference["attempts"]]
    assert states == ["busy", "failed", "no_answer", "joined", "cancelled"]
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_nobody_can_be_had_and_seat_and_caller_talk_on(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await ask(hotline, call_id)
    await hotline.conference_is(call_id, lambda one: not one["hunting"])
    await hotline.hears_music(caller)
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await seat.call_ended()
    await hotline.ended(call_id, "completed")


async def test_the_caller_leaves_while_the_specialists_phone_rings(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, RingsForEver())
    await ask(hotline, call_id)
    await hotline.world.is_called(OFFICE)
    specialist = await hotline.world.phone(OFFICE)
    await caller.hang_up()
    await asyncio.gather(seat.call_ended(), specialist.call_ended())
    call = await hotline.ended(call_id, "completed")
    assert call["record"]["specialists"][0]["attempts"][0]["outcome"] == "cancelled"


async def test_a_hunt_is_cancelled_and_seat_and_caller_talk_on(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, RingsForEver())
    await ask(hotline, call_id)
    await hotline.world.is_called(OFFICE)
    office = await hotline.world.phone(OFFICE)
    await hotline.api.ask("DELETE", f"/conferences/{call_id}/hunt")
    await office.call_ended()
    conference = await hotline.conference_is(call_id, lambda one: not one["hunting"])
    assert {attempt["state"] for attempt in conference["attempts"]} == {"cancelled"}
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    assert [called.number for called in hotline.world.called] == [OFFICE]
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_second_specialist_is_brought_in_beside_the_first(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    first = await consult(hotline, call_id)
    await three_way(hotline, call_id)
    await caller.hears(seat, first)
    await hotline.api.ask("PUT", f"/conferences/{call_id}/state", {"state": "consult"})
    await hotline.hears_music(caller)
    hotline.world.script(SECOND_OFFICE, ACCEPTS)
    roster = await hotline.api.get("/specialists", department=TAX)
    second_id = next(one["specialist_id"] for one in roster["items"] if one["name"] == "税务专员乙")
    await hotline.api.ask("POST", f"/calls/{call_id}/specialists", {"specialist_id": second_id})
    await joined(hotline, call_id, SECOND_OFFICE)
    second = await hotline.world.phone(SECOND_OFFICE)
    await asyncio.gather(seat.hears(first, second), first.hears(seat, second))
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat, first, second), second.hears(caller, seat, first))
    await hotline.api.ask("DELETE", f"/conferences/{call_id}/members/{second_id}")
    await second.call_ended()
    await caller.hears(seat, first, but_not=(second,))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_call_that_does_not_talk_cannot_have_a_specialist(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.calls()
    ring = await seat.rings()
    status, problem = await hotline.api.answer("POST", f"/calls/{ring.zhida_call}/specialists", {"department": TAX})
    assert (status, problem["code"]) == (409, "call_not_talking")
    status, problem = await hotline.api.answer("POST", "/calls/nobody/specialists", {"department": TAX})
    assert status == 404
    await caller.hang_up()
    await seat.call_ended()


# ── words ──


async def ask(hotline: Hotline, call_id: str, *, api: LabApi | None = None) -> dict[str, Any]:
    """The seat asks for a specialist of the tax bureau."""
    asked: dict[str, Any] = await (api or hotline.api).ask("POST", f"/calls/{call_id}/specialists", {"department": TAX})
    return asked


async def consult(hotline: Hotline, call_id: str, *, api: LabApi | None = None) -> Softphone:
    """The first specialist accepts at his office phone; his phone."""
    hotline.world.script(OFFICE, ACCEPTS)
    await ask(hotline, call_id, api=api)
    await joined(hotline, call_id, OFFICE)
    return await hotline.world.phone(OFFICE)


async def joined(hotline: Hotline, call_id: str, number: str) -> dict[str, Any]:
    return await hotline.conference_is(call_id, lambda one: attempt_at(one, number)["state"] == "joined")


async def three_way(hotline: Hotline, call_id: str, *, api: LabApi | None = None) -> None:
    await (api or hotline.api).ask("PUT", f"/conferences/{call_id}/state", {"state": "three_way"})


def attempt_at(conference: dict[str, Any], number: str) -> dict[str, Any]:
    """The latest attempt to reach somebody there."""
    found: dict[str, Any] = [attempt for attempt in conference["attempts"] if attempt["number"] == number][-1]
    return found
