"""Who is served first, and by which seat."""

from dataclasses import replace

from calls.events import to_ms
from routing.waiting import CallState
from tests.unit.store.redis.builders import Hotline, a_seat

LONG = ("priority", "qilai@8", "general@16")


async def test_a_caller_gets_the_seat_that_has_been_ready_longest(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8002"), a_seat("8001"))
    offer = await hotline.calls("c1")
    assert offer is not None
    assert (offer.seat_id, offer.group, offer.devices) == ("8002", "priority", ("PJSIP/8002",))
    assert (offer.deadline - (await hotline.seat("8002")).since).total_seconds() == 15


async def test_where_nobody_is_free_the_caller_waits_and_the_first_freed_seat_takes_him(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    assert await hotline.calls("c2") is None
    assert (await hotline.call("c2")).state is CallState.WAITING
    await hotline.a.end("c1", "completed")
    await hotline.after(3)  # wrap-up
    assert await hotline.rung_for("c2") == "8001"


async def test_with_no_wrap_up_the_end_of_a_call_rings_for_the_next_in_the_same_step(hotline: Hotline) -> None:
    hotline.a.rules = replace(hotline.a.rules, wrap_up_s=0)
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.calls("c2")
    await hotline.a.end("c1", "completed")
    assert await hotline.rung_for("c2") == "8001"


async def test_first_come_first_served(hotline: Hotline) -> None:
    for call_id in ("c1", "c2", "c3"):
        await hotline.calls(call_id)
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    assert [await hotline.rung_for(call_id) for call_id in ("c1", "c2", "c3")] == ["8001", "8002", ""]


async def test_a_key_enterprise_is_served_before_those_who_wait_no_longer_than_its_bonus(hotline: Hotline) -> None:
    await hotline.calls("old")
    hotline.clock.pass_s(200)
    await hotline.calls("public")
    await hotline.calls("key", caller="key_enterprise", bonus_s=120)
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    assert [await hotline.rung_for(call_id) for call_id in ("old", "key", "public")] == ["8001", "8002", ""]


async def test_a_seat_of_two_groups_takes_the_first_caller_of_both(hotline: Hotline) -> None:
    await hotline.calls("c1", "general")
    await hotline.calls("c2", "qilai")
    await hotline.seats(a_seat("8010", "qilai", "general"))
    assert await hotline.rung_for("c1") == "8010"
    assert (await hotline.a.place("c2"), await hotline.rung_for("c2")) == (0, "")


async def test_a_call_tries_its_groups_in_the_order_of_its_ladder(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8004", "qilai"), a_seat("8001", "priority"))
    offer = await hotline.calls("c1", "priority", "qilai")
    assert offer is not None
    assert offer.seat_id == "8001"


async def test_the_ladder_opens_its_next_group_on_time_and_only_then(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8004", "qilai"), a_seat("8011", "general"))
    await hotline.calls("c1", *LONG)
    await hotline.after(7.8)
    assert (await hotline.call("c1")).opened == 1
    await hotline.after(0.2)
    assert (await hotline.rung_for("c1"), (await hotline.call("c1")).opened) == ("8004", 2)


async def test_a_group_opens_also_while_the_call_is_being_offered(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001", "priority"), a_seat("8004", "qilai"))
    offer = await hotline.calls("c1", *LONG)
    assert offer is not None
    await hotline.after(9)
    another = await hotline.declines(offer)
    assert another is not None
    assert another.seat_id == "8004"


async def test_a_rung_opens_no_earlier_than_the_one_before_it(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8004", "qilai"))
    await hotline.calls("c1", "priority@8", "qilai@2")
    await hotline.after(7)
    assert await hotline.rung_for("c1") == ""
    await hotline.after(1)
    assert await hotline.rung_for("c1") == "8004"


async def test_a_call_that_joins_again_has_the_same_place_rungs_and_refusals(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8004", "qilai"))
    offer = await hotline.calls("c1", *LONG)
    assert offer is not None
    await hotline.declines(offer)
    await hotline.after(8)
    before = await hotline.call("c1")
    again = replace(hotline.a_call("c1", *LONG), rank_ms=to_ms(hotline.clock.now()) + 99)
    rung = await hotline.a.join(again, [])
    assert rung is not None
    assert rung.seat_id == "8004"
    after = await hotline.call("c1")
    assert (after.rank_ms, after.queued, after.opened) == (before.rank_ms, before.queued, before.opened)


async def test_a_call_that_comes_back_from_its_seat_keeps_its_rank_and_leaves_the_seat(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    rank = (await hotline.call("c1")).rank_ms
    await hotline.calls("c2")
    assert await hotline.calls("c1", caller="key_enterprise", bonus_s=120) is None
    assert (await hotline.call("c1")).rank_ms == rank
    await hotline.after(3)
    assert await hotline.rung_for("c1") == "8001"


async def test_the_freed_seat_goes_to_the_first_in_line_not_to_the_call_that_frees_it(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.calls("late", "priority", bonus_s=0)
    await hotline.calls("key", caller="key_enterprise", bonus_s=120)
    await hotline.a.join(hotline.a_call("late"), [])
    assert await hotline.rung_for("key") == "8001"


async def test_place_counts_every_call_before_it_once_in_all_its_groups(hotline: Hotline) -> None:
    await hotline.calls("both", "qilai", "general")
    await hotline.calls("other", "priority")
    await hotline.calls("one", "general")
    await hotline.calls("mine", "qilai", "general")
    assert [await hotline.a.place(call_id) for call_id in ("both", "other", "one", "mine", "nobody")] == [0, 0, 1, 2, None]


async def test_calls_are_listed_by_rank_with_all_that_was_said_of_them(hotline: Hotline) -> None:
    await hotline.calls("public", skills="tax english")
    await hotline.calls("key", caller="key_enterprise", bonus_s=120)
    calls = await hotline.a.calls()
    assert [call.call_id for call in calls] == ["key", "public"]
    said = hotline.a_call("public", skills="tax english")
    assert calls[1] == replace(
        said, opened=1, rank_ms=calls[1].rank_ms, arrived=calls[1].arrived, queued=calls[1].queued, state=CallState.WAITING
    )


async def test_an_answered_call_waits_for_nothing_any_more(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8004", "qilai"))
    await hotline.talks("c1", *LONG)
    await hotline.after(60)
    call = await hotline.call("c1")
    assert (call.state, call.seat_id, call.opened, call.offer_id) == (CallState.TALKING, "8001", 1, "")
    assert (call.seat_leg, call.seat_channel) == ("leg-8001", "PJSIP/8001-1")
