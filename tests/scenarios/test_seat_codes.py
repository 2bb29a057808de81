"""What agents dial at their phones: *10 ready, *11 pause, *13 sign in … and what they hear."""

import asyncio

from lab.phones.softphone import Softphone
from tests.scenarios.hotline import KEY, OTHER_KEYS, Hotline
from tests.scenarios.house import Wanted

LAB = Wanted(overrides=("seats.wrap_up_s=20", "seats.wrap_up_longest_s=30"))


async def dials(hotline: Hotline, phone: Softphone, code: str, *hears: str) -> None:
    """The phone dials the code and hears these sentences; then its call is over."""
    await phone.dial(code)
    for sentence in hears:
        await phone.hears_prompt(hotline.prompt(sentence))
    await phone.call_ended()


async def keys_in(hotline: Hotline, phone: Softphone, *said: tuple[str, str]) -> None:
    """At each sentence it keys these digits in."""
    for sentence, digits in said:
        await phone.hears_prompt(hotline.prompt(sentence))
        await phone.send_digits(digits)


async def test_a_phone_pauses_its_seat_and_makes_it_ready_again(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    await dials(hotline, seat, "*112", "seat-paused")
    paused = await hotline.seat_is(8001, "paused")
    assert paused["why"] == "用餐"
    caller, call_id = await hotline.waiting(KEY)
    await dials(hotline, seat, "*19", "seat-paused")
    await dials(hotline, seat, "*10", "seat-ready")
    assert (await hotline.talk(caller, seat)).zhida_call == call_id
    await caller.hang_up()


async def test_a_pause_takes_effect_at_once_and_its_reason_is_asked_for(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    await seat.dial("*11")
    await hotline.seat_is(8001, "paused")
    await keys_in(hotline, seat, ("seat-pause-reason", "3"))
    await seat.hears_prompt(hotline.prompt("seat-paused"))
    await seat.call_ended()
    assert (await hotline.api.get("/seats/8001"))["why"] == "培训"


async def test_an_agent_signs_in_at_a_phone_and_is_signed_out_where_he_was(hotline: Hotline) -> None:
    first, second = await hotline.seats(8001, 8002)
    for phone in (first, second):
        await phone.dial("*13")
        await keys_in(hotline, phone, ("seat-agent-number", "101#"), ("seat-agent-pin", "1101#"))
        await phone.hears_prompt(hotline.prompt("seat-signed-in"))
        await phone.call_ended()
    here = await hotline.seat_is(8002, "ready")
    assert (here["agent"], here["agent_name"]) == ("101", "话务员甲")
    there = await hotline.seat_is(8001, "logged_out")
    assert there["agent"] is None
    assert there["why"] == "agent 101 (话务员甲) signed in at seat 8002"
    caller, call_id = await hotline.talking(second)
    await caller.hang_up()
    assert (await hotline.ticket(call_id))["agent"] == "101"


async def test_a_wrong_pin_is_told_and_may_be_tried_again(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    await seat.dial("*13")
    await keys_in(hotline, seat, ("seat-agent-number", "102#"), ("seat-agent-pin", "9999#"))
    wrong_s = await seat.hears_prompt(hotline.prompt("seat-sign-in-wrong"))
    await hotline.hears_prompt_again(seat, "seat-agent-number", after_s=wrong_s)
    await seat.send_digits("102#")
    await hotline.hears_prompt_again(seat, "seat-agent-pin", after_s=wrong_s)
    await seat.send_digits("1102#")
    await seat.hears_prompt(hotline.prompt("seat-signed-in"))
    await seat.call_ended()
    assert (await hotline.api.get("/seats/8001"))["agent"] == "102"


async def test_the_end_of_wrap_up_is_keyed_in(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, _ = await hotline.talking(seat)
    await caller.hang_up()
    await seat.call_ended()
    await hotline.seat_is(8001, "wrap_up")
    await dials(hotline, seat, "*15", "seat-wrap-up-extended")
    longer = await hotline.seat_is(8001, "wrap_up")
    assert longer["wrap_up_left_s"] > 0
    await dials(hotline, seat, "*15", "seat-wrap-up-longest")
    await dials(hotline, seat, "*14", "seat-ready")
    await hotline.seat_is(8001, "ready")
    await dials(hotline, seat, "*14", "seat-no-wrap-up")


async def test_what_no_code_is_reaches_nobody(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8002)
    for number in ("8002", "12345", "051586660001", "*1", "*100"):
        await seat.dial(number)
        assert (await seat.call_ended()).status in (404, 484), number  # 484: what could still become a code
    assert not [event for event in other.events if event.kind == "rings"]


async def test_a_code_is_no_call_of_the_hotline(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    before = (await hotline.api.get("/calls"))["items"]
    await seat.dial("*19")
    await seat.talks()
    assert await hotline.live_calls() == set()
    await seat.call_ended()
    assert (await hotline.api.get("/calls"))["items"] == before
    code, said = await hotline.zhida("audit")
    assert code == 0, said


async def test_without_an_engine_the_phone_is_told_so(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1")
        await dials(hotline, seat, "*10", "seat-not-available")
    await hotline.back()
    await dials(hotline, seat, "*112", "seat-paused")


async def test_a_seat_whose_phone_has_another_call_is_not_rung_and_says_why(hotline: Hotline) -> None:
    """12399 is the lab's bare Dial() of seat 8001: a call that the engine did not bring."""
    seat = await hotline.seat(8001)
    stranger = await hotline.calls("13900008020", dials="12399")
    await seat.rings()
    await seat.answer()
    await stranger.talks()
    busy = await hotline.api.until("/seats/8001", lambda seat: seat["phone"] == "in_use")
    assert busy["state"] == "ready"
    assert busy["not_rung_why"] == "its phone is in use by a call that the hotline did not bring"
    caller, call_id = await hotline.waiting(KEY)
    await asyncio.gather(seat.call_ended(), stranger.hang_up())  # the end is awaited first: the next call rings within milliseconds
    assert (await hotline.talk(caller, seat)).zhida_call == call_id
    await caller.hang_up()


async def test_while_a_code_is_dialled_the_seat_is_not_rung(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    await seat.dial("*13")
    await seat.hears_prompt(hotline.prompt("seat-agent-number"))
    caller, call_id = await hotline.waiting(OTHER_KEYS[0])
    await seat.hang_up()
    assert (await hotline.talk(caller, seat)).zhida_call == call_id
    await asyncio.gather(caller.hang_up(), seat.call_ended())
