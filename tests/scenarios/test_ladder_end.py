"""Nobody takes the call: seats that declined are asked again, then the duty phone, then the word that we call back."""

import asyncio

from lab.phones.behaviours import Answers, RingsForEver
from tests.scenarios.hotline import KEY, PUBLIC, Hotline
from tests.scenarios.house import Wanted

LAB = Wanted(
    overrides=("queue.max_wait_s=8", "fallback.duty_ring_s=4", "seats.ring_s=4", "seats.away_after_missed=false", "seats.retry_s=1")
)
DUTY = "051586669999"


async def test_the_duty_phone_takes_the_call_that_no_seat_took(hotline: Hotline) -> None:
    hotline.world.script(DUTY, Answers())
    caller, call_id = await hotline.waiting(PUBLIC)
    called = await hotline.world.is_called(DUTY)
    assert called.caller == "12345"
    duty = await hotline.world.phone(DUTY)
    await duty.talks()
    await asyncio.gather(caller.hears(duty), duty.hears(caller))
    await caller.hang_up()
    await duty.call_ended()
    call = await hotline.ended(call_id, "completed")
    assert call["seat"] == "duty"


async def test_when_the_duty_phone_does_not_answer_either_the_caller_is_told_that_we_call_back(hotline: Hotline) -> None:
    hotline.world.script(DUTY, RingsForEver())
    caller, call_id = await hotline.waiting(KEY)
    await hotline.world.is_called(DUTY)
    await hotline.hears_music(caller)
    await caller.hears_prompt(hotline.prompt("nobody-free"))
    await caller.call_ended()
    await hotline.ended(call_id, "ladder_end")
    await hotline.api.until("/callbacks", lambda page: [one["call_id"] for one in page["items"]][:1] == [call_id])


async def test_a_seat_that_declined_stays_ready_and_is_asked_again_when_nobody_else_is_there(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    ring = await seat.rings()
    await seat.decline()
    again = await seat.rings()
    assert again.zhida_call == ring.zhida_call
    await hotline.talk_on(caller, seat)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert [offer["outcome"] for offer in call["record"]["offers"]] == ["declined", "answered"]


async def test_a_seat_that_declined_is_not_asked_again_while_another_one_can_take_the_call(hotline: Hotline) -> None:
    first, second = await hotline.seat(8001), await hotline.seat(8002)
    caller = await hotline.calls(KEY)
    await first.rings()
    await first.decline()
    ring = await second.rings()
    assert (await hotline.api.get("/seats/8001"))["state"] == "ready"
    await second.call_ended()  # it rang out, and the first one is asked again only now
    again = await first.rings()
    assert again.zhida_call == ring.zhida_call
    await hotline.talk_on(caller, first)
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")
