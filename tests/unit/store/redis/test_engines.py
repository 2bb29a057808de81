"""Engines come and go; the calls keep their places."""

from dataclasses import replace

from routing.waiting import CallState, LiveCall
from seats.seat import Phone
from seats.state import SeatState
from store.redis.stream import EventStream
from tests.unit.store.redis.builders import Hotline, a_seat, kinds, recorded


async def arrives(hotline: Hotline, call_id: str, engine: str) -> LiveCall | None:
    call = replace(hotline.a_call(call_id), state=CallState.IVR, engine=engine)
    return await (hotline.a if engine == "a" else hotline.b).arrive(call, hotline.facts_of(call)[:1])


async def test_a_new_call_hears_its_menu_and_waits_for_nobody(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    assert await arrives(hotline, "c1", "a") is None
    call = await hotline.call("c1")
    assert (call.state, call.engine, call.opened, call.queued) == (CallState.IVR, "a", 0, None)
    assert await hotline.rung_for("c1") == ""


async def test_a_call_that_comes_back_in_its_menu_is_the_other_engines_now(hotline: Hotline, stream: EventStream) -> None:
    await arrives(hotline, "c1", "a")
    known = await arrives(hotline, "c1", "b")
    assert known is not None
    assert (known.state, known.engine) == (CallState.IVR, "b")
    assert kinds(await recorded(stream)) == ["arrived"]


async def test_a_waiting_call_that_comes_back_keeps_its_place_and_is_offered_to_its_new_engine(hotline: Hotline) -> None:
    await hotline.calls("c1")
    await hotline.calls("c2")
    known = await arrives(hotline, "c1", "b")
    assert known is not None
    assert (known.state, known.engine) == (CallState.WAITING, "b")
    assert await hotline.b.join(replace(hotline.a_call("c1"), engine="b"), []) is None
    await hotline.seats(a_seat("8001"))
    assert await hotline.rung_for("c1") == "8001"


async def test_between_coming_back_and_joining_nobody_is_rung_for_the_call(hotline: Hotline) -> None:
    await hotline.calls("c1")
    await arrives(hotline, "c1", "b")
    await hotline.seats(a_seat("8001"))
    assert await hotline.rung_for("c1") == ""
    offer = await hotline.b.join(replace(hotline.a_call("c1"), engine="b"), [])
    assert offer is not None
    assert offer.seat_id == "8001"


async def test_the_seat_that_rang_when_the_engine_died_is_free_as_soon_as_the_call_is_back(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.calls("c1")
    await hotline.calls("c2")
    await arrives(hotline, "c1", "b")
    assert await hotline.rung_for("c2") == "8001"
    assert (await hotline.call("c1")).offer_id == ""


async def test_a_talking_call_that_comes_back_still_has_its_seat(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    known = await arrives(hotline, "c1", "b")
    assert known is not None
    assert (known.state, known.seat_id, known.engine) == (CallState.TALKING, "8001", "b")
    assert await hotline.state("8001") is SeatState.TALKING


async def test_engines_that_show_that_they_live_are_known(hotline: Hotline) -> None:
    assert await hotline.a.engines() == []
    await hotline.a.beat()
    await hotline.b.beat()
    assert await hotline.a.engines() == ["a", "b"]
    hotline.clock.pass_s(4)
    await hotline.b.beat()
    hotline.clock.pass_s(2)
    assert await hotline.b.engines() == ["b"]
    await hotline.b.sign_off()
    assert await hotline.b.engines() == []


async def test_no_seat_is_rung_for_a_caller_whose_engine_is_dead(hotline: Hotline) -> None:
    """Its host is gone, and its Asterisk: every ring for such a call would cost a seat twenty seconds."""
    await hotline.a.beat()
    await hotline.calls("ghost")
    await hotline.calls("c2", by=hotline.b)
    await hotline.after(6)
    await hotline.seats(a_seat("8001"))
    assert await hotline.rung_for("c2") == "8001"
    assert (await hotline.call("ghost")).state is CallState.WAITING


async def test_those_of_a_dead_engine_are_missing_until_they_join_again(hotline: Hotline) -> None:
    await hotline.a.beat()
    ranks = []
    for call_id, engine in (("c1", hotline.a), ("c2", hotline.a), ("c3", hotline.b)):
        await hotline.calls(call_id, by=engine)
        ranks.append((await hotline.call(call_id)).rank_ms)
        hotline.clock.pass_s(1)

    async def missing() -> list[int]:
        return [await hotline.b.missing_before(rank) for rank in ranks]

    assert await missing() == [0, 0, 0]
    await hotline.after(6)
    assert await missing() == [0, 1, 2]
    await arrives(hotline, "c1", "b")
    await hotline.b.join(replace(hotline.a_call("c1"), engine="b"), [])
    assert await missing() == [0, 0, 1]


async def test_a_dead_engines_offer_is_taken_back_where_no_phone_rings(hotline: Hotline) -> None:
    await hotline.a.beat()
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await hotline.calls("c1")
    await hotline.calls("c2")
    await hotline.b.phone("8002", Phone.IN_USE)  # it rings: Asterisk goes on with what the engine began
    await hotline.after(6)
    assert (await hotline.state("8001"), await hotline.state("8002")) == (SeatState.READY, SeatState.RESERVED)
    await hotline.after(15)
    assert await hotline.state("8002") is SeatState.READY


async def test_an_engine_that_was_only_slow_has_its_calls_back_with_its_next_beat(hotline: Hotline) -> None:
    await hotline.a.beat()
    await hotline.calls("c1")
    await hotline.after(6)
    await hotline.seats(a_seat("8001"))
    assert await hotline.rung_for("c1") == ""
    await hotline.a.beat()
    assert await hotline.rung_for("c1") == "8001"


async def test_a_parked_call_still_widens_and_keeps_its_rank(hotline: Hotline) -> None:
    await hotline.calls("c1", "priority", "qilai@8")
    rank = (await hotline.call("c1")).rank_ms
    await hotline.a.sign_off()
    await hotline.after(8)
    await hotline.seats(a_seat("8004", "qilai"))
    again = await hotline.b.join(replace(hotline.a_call("c1", "priority", "qilai@8"), engine="b"), [])
    assert again is not None
    assert ((await hotline.call("c1")).rank_ms, again.seat_id) == (rank, "8004")


async def test_an_engine_that_lost_the_call_cannot_end_it_under_the_one_that_has_it(hotline: Hotline) -> None:
    await hotline.b.beat()
    await hotline.calls("c1")
    await hotline.b.join(replace(hotline.a_call("c1"), engine="b"), [])
    await hotline.a.end("c1", "abandoned")
    assert (await hotline.call("c1")).state is CallState.WAITING
    await hotline.after(6)  # b is dead now: whoever sees that the channel is gone may end the call
    await hotline.a.end("c1", "abandoned")
    assert await hotline.a.call("c1") is None


async def test_any_engine_may_end_a_call_that_was_answered(hotline: Hotline) -> None:
    await hotline.a.beat()
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.b.end("c1", "completed")
    assert await hotline.a.call("c1") is None
    assert await hotline.state("8001") is SeatState.WRAP_UP
