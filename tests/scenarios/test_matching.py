"""Which seat takes which call: skills, the seat that knows the caller, the order of a group, a group without anybody."""

from tests.scenarios.hotline import KEY, OTHER_KEYS, PUBLIC, Hotline
from tests.scenarios.house import Wanted

LAB = Wanted(
    overrides=(
        "seats.skills={8005: {税务: 3}}",
        "ivr.menus.main.wants={1: {税务: 2}}",
        "groups.general.seats=[8013, 8011, 8012]",
        "groups.general.strategy=in_order",
        "ladders.key_enterprise=[{group: priority, after_s: 0}, {group: qilai, after_s: 100}, {group: general, after_s: 200}]",
        "queue.skip_empty_groups=true",
        "queue.preferred_s=600",
    )
)


async def test_who_presses_1_for_taxes_gets_the_seat_that_knows_taxes(hotline: Hotline) -> None:
    other = await hotline.seat(8004)
    taxes = await hotline.seat(8005)
    caller = await hotline.calls(PUBLIC, dials="12346")
    await caller.talks()
    await caller.send_digits("1")
    ring = await hotline.talk(caller, taxes)
    live = await hotline.call(ring.zhida_call)
    assert live["live"]["skills"] == {"税务": 2}
    assert (await hotline.api.get("/seats/8005"))["skills"] == {"税务": 3}
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")
    assert not other.events[1:]


async def test_who_calls_again_gets_the_seat_that_served_him(hotline: Hotline) -> None:
    first = await hotline.seat(8001)
    caller, call_id = await hotline.talking(first)
    second = await hotline.seat(8002)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    await hotline.seat_is(8001, "ready")
    again = await hotline.calls(KEY)
    ring = await hotline.talk(again, first)
    assert not second.events[1:], "though it was ready longer"
    other = await hotline.calls(OTHER_KEYS[0])
    await hotline.talk(other, second)
    await again.hang_up()
    await other.hang_up()
    await hotline.ended(ring.zhida_call, "completed")


async def test_where_no_priority_seat_is_there_the_next_group_rings_at_once(hotline: Hotline) -> None:
    qilai = await hotline.seat(8004)
    caller = await hotline.calls(KEY)
    ring = await hotline.talk(caller, qilai)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert call["record"]["offers"][0]["group"] == "qilai"


async def test_when_the_last_priority_seat_pauses_whoever_waits_goes_on(hotline: Hotline) -> None:
    priority, qilai = await hotline.seats(8001, 8004)
    first, first_id = await hotline.talking(priority)
    waiting, call_id = await hotline.waiting(OTHER_KEYS[0])
    await hotline.api.ask("PUT", "/seats/8001/state", {"state": "paused", "reason": "lunch"})
    assert (await hotline.call(call_id))["state"] == "waiting", "the seat talks on and would take the next call, were it not for its wish"
    await first.hang_up()
    await hotline.ended(first_id, "completed")
    ring = await hotline.talk(waiting, qilai)
    assert ring.zhida_call == call_id
    await waiting.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_group_in_order_rings_its_first_seat_first(hotline: Hotline) -> None:
    third, first = await hotline.seat(8012), await hotline.seat(8013)
    caller = await hotline.calls(PUBLIC)
    ring = await hotline.talk(caller, first)
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")
    assert not third.events[1:]
