"""Several telephones of one seat, at one name or at two: all of them ring, and who answers first has the call."""

import asyncio

from tests.scenarios.hotline import Hotline
from tests.scenarios.house import Wanted
from tests.scenarios.test_transfers import transfer, transfer_is

LAB = Wanted(("seats.contacts=2", "seats.wrap_up_s=0", "after_call.rating=false"))


async def test_both_telephones_of_a_seat_ring_for_a_caller_and_the_other_stops(hotline: Hotline) -> None:
    desk = await hotline.seat(8001)
    soft = await hotline.seat(8001)
    for first, other in ((desk, soft), (soft, desk)):
        caller = await hotline.calls()
        at_first, at_other = await asyncio.gather(first.rings(), other.rings())
        assert at_first.zhida_call == at_other.zhida_call
        await hotline.talk_on(caller, first)
        await other.call_ended()
        await caller.hang_up()
        await first.call_ended()
        await hotline.ended(at_first.zhida_call, "completed")


async def test_both_telephones_of_a_seat_that_is_to_take_a_caller_over_ring(hotline: Hotline) -> None:
    seat, desk = await hotline.seats(8001, 8004)
    soft = await hotline.seat(8004)
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004", announced=True)
    rings = await asyncio.gather(desk.rings(), soft.rings())
    assert {(ring.zhida_call, ring.number) for ring in rings} == {(call_id, "051588880001")}
    await soft.answer()
    await desk.call_ended()
    await transfer_is(hotline, call_id, "joined")
    await asyncio.gather(seat.hears(soft, but_not=(caller,)), soft.hears(seat, but_not=(caller,)))
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer/complete")
    await seat.call_ended()
    await asyncio.gather(caller.hears(soft, but_not=(seat,)), soft.hears(caller))
    await hotline.api.ask("PUT", f"/calls/{call_id}/hold")
    await hotline.hears_music(caller)
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(soft), soft.hears(caller))
    heard_s = soft.heard_s
    await soft.send_digits("*1")
    await hotline.hears_prompt_again(soft, "keys-unknown", after_s=heard_s)
    await asyncio.gather(caller.hears(soft), soft.hears(caller))
    await soft.hang_up()
    await caller.call_ended()
    await hotline.ended(call_id, "completed")


async def test_where_none_of_them_answers_the_seat_has_its_caller_back(hotline: Hotline) -> None:
    seat, desk = await hotline.seats(8001, 8004)
    soft = await hotline.seat(8004)
    caller, call_id = await hotline.talking(seat)
    await transfer(hotline, call_id, seat="8004", announced=True)
    await asyncio.gather(desk.rings(), soft.rings())
    await desk.decline()
    await soft.decline()
    await transfer_is(hotline, call_id, "busy")
    await hotline.api.ask("DELETE", f"/calls/{call_id}/hold")
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_supervisor_listens_at_whichever_telephone_he_answers(hotline: Hotline) -> None:
    seat, desk = await hotline.seats(8001, 8002)
    soft = await hotline.seat(8002)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("POST", f"/calls/{call_id}/supervision", {"mode": "listen", "phone": "8002", "why": "story"})
    await asyncio.gather(desk.rings(), soft.rings())
    await desk.answer()
    await soft.call_ended()
    await desk.hears(caller, seat)
    await caller.hang_up()
    await desk.call_ended()
    await hotline.ended(call_id, "completed")
