"""A key enterprise dials 12345: straight to the priority seat, and everything is written down."""

import asyncio
import time

from tests.scenarios.hotline import EXPIRED, KEY, KEY_NAME, PROJECT, Hotline


async def test_a_key_enterprise_reaches_the_priority_seat_and_becomes_a_ticket(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.caller(KEY)
    dialled = time.monotonic()
    await caller.dial("12345")
    ring = await seat.rings()
    hotline.measured("INVITE -> the seat's phone rings", ring.event.monotonic - dialled)
    await caller.hears_ringing()
    assert ring.number == KEY
    assert KEY_NAME in ring.name
    assert "四星级" in ring.name
    offered = await hotline.call_is(ring.zhida_call, "offered")
    assert (offered["class"], offered["seat"], offered["enterprise"]) == ("key_enterprise", "8001", KEY_NAME)

    await seat.answer()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await hotline.seat_is(8001, "talking")
    await seat.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.send_digits("5")
    await caller.hears_prompt(hotline.prompt("rate-thanks"))
    await caller.call_ended()

    call = await hotline.ended(ring.zhida_call, "completed")
    assert call["record"]["rating"] == 5
    assert call["record"]["trusted"]
    assert [span["who"] for span in call["on_line"]].count("seat") == 1
    ticket = await hotline.ticket(ring.zhida_call)
    assert (ticket["enterprise"], ticket["seat"], ticket["rating"]) == (KEY_NAME, "8001", 5)
    assert "企业" in ticket["tags"]
    assert 0 <= ticket["waited_s"] < 5
    assert ticket["deadline"]["due"]
    assert ticket["deadline"]["source"]
    assert ticket["recording"] == ring.zhida_call
    recording = await hotline.recording(ring.zhida_call)
    assert recording.said(caller)
    assert recording.heard(seat)
    assert not recording.said(seat)
    assert recording.never_heard(caller)


async def test_the_same_number_over_the_untrusted_trunk_has_no_priority(hotline: Hotline) -> None:
    priority, qilai = await hotline.seats(8001, 8004)
    caller = await hotline.calls(KEY, trunk="transit")
    ring = await qilai.rings()
    await qilai.answer()
    await caller.hears(qilai)
    call = await hotline.call(ring.zhida_call)
    assert (call["class"], call["enterprise"]) == ("public", None)
    assert "示例" not in ring.name
    await caller.hang_up()
    ended = await hotline.ended(ring.zhida_call)
    assert any("transit" in reason for reason in ended["reasons"]), ended["reasons"]
    assert not [event for event in priority.events if event.kind == "rings"]


async def test_an_expired_entry_is_an_ordinary_caller_and_the_record_says_why(hotline: Hotline) -> None:
    _, qilai = await hotline.seats(8001, 8004)
    caller = await hotline.calls(EXPIRED)
    ring = await hotline.talk(caller, qilai)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call)
    assert call["class"] == "public"
    assert any("2026-06-30" in reason for reason in call["reasons"]), call["reasons"]


async def test_any_number_of_a_switchboard_block_is_its_enterprise(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.calls("051588891234")
    ring = await hotline.talk(caller, seat)
    call = await hotline.call(ring.zhida_call)
    assert (call["class"], call["enterprise"]) == ("key_enterprise", "示例癸集团有限公司（虚构）")
    await caller.hang_up()


async def test_a_major_project_reaches_the_project_seat(hotline: Hotline) -> None:
    priority, project = await hotline.seats(8001, 8003)
    caller = await hotline.calls(PROJECT)
    ring = await hotline.talk(caller, project)
    assert (await hotline.call(ring.zhida_call))["class"] == "project"
    assert not [event for event in priority.events if event.kind == "rings"]
    await caller.hang_up()
