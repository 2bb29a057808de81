"""What the steps record: readable by everybody, once, and in the order things happened."""

from dataclasses import replace
from datetime import timedelta

from calls.events import Answered, Ended, Offered, OfferEnded, Rated, SeatLeft, ThreeWayStarted, Widened
from routing.waiting import CallState, OfferOutcome
from seats.seat import Phone
from seats.state import SeatState
from store.redis.stream import EventStream
from tests.unit.store.redis.builders import Hotline, a_seat, kinds, recorded


async def test_the_whole_story_of_a_call_is_in_the_stream(hotline: Hotline, stream: EventStream) -> None:
    began = hotline.clock.now()
    await hotline.a.define([a_seat("8001"), a_seat("8004", "qilai")])
    call = hotline.a_call("c1", "priority", "qilai@8")
    facts = hotline.facts_of(call)
    await hotline.a.join(call, facts)
    await hotline.after(8)
    await hotline.signs_in("8001")
    offer = await hotline.open_offer("c1")
    assert offer is not None
    await hotline.a.offer_ended(offer, OfferOutcome.EXPIRED, cause="NOANSWER 0")
    await hotline.signs_in("8004")
    second = await hotline.open_offer("c1")
    assert second is not None
    hotline.clock.pass_s(4.5)
    await hotline.a.answered(second, seat_leg="leg", seat_channel="PJSIP/8004-1")
    await hotline.a.record([Rated(call_id="c1", at=hotline.clock.now(), score=5)])
    await hotline.a.end("c1", "completed", detail="caller hung up")
    at = began + timedelta(seconds=8)
    end = at + timedelta(seconds=4.5)
    assert await recorded(stream) == [
        *facts,
        Widened(call_id="c1", at=at, group="qilai"),
        Offered(call_id="c1", at=at, offer_id=offer.offer_id, seat_id="8001", group="priority"),
        OfferEnded(call_id="c1", at=at, offer_id=offer.offer_id, seat_id="8001", outcome="expired", cause="NOANSWER 0"),
        Offered(call_id="c1", at=at, offer_id=second.offer_id, seat_id="8004", group="qilai"),
        Answered(call_id="c1", at=end, offer_id=second.offer_id, seat_id="8004", group="qilai", waited_s=12.5, agent="agent 8004"),
        Rated(call_id="c1", at=end, score=5),
        SeatLeft(call_id="c1", at=end, seat_id="8004"),
        Ended(call_id="c1", at=end, reason="completed", detail="caller hung up"),
    ]


async def test_a_step_said_again_records_nothing_again(hotline: Hotline, stream: EventStream) -> None:
    await hotline.seats(a_seat("8001"))
    offer = await hotline.talks("c1")
    before = kinds(await recorded(stream))
    await hotline.a.answered(offer, seat_leg="leg", seat_channel="x")
    await hotline.a.arrive(hotline.a_call("c1"), hotline.facts_of(hotline.a_call("c1")))
    await hotline.a.seat_left("c1", "8001")
    await hotline.a.seat_left("c1", "8001")
    await hotline.a.end("c1", "completed")
    await hotline.a.end("c1", "completed")
    await hotline.b.end("c1", "abandoned")
    assert before == ["arrived", "queued", "offered", "answered"]
    assert kinds(await recorded(stream)) == ["seat_left", "ended"]


async def test_a_talk_that_is_over_frees_its_seat_in_the_same_step(hotline: Hotline, stream: EventStream) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    over, again = await hotline.a.talk_over("c1"), await hotline.a.talk_over("c1")
    assert over is not None
    assert (over.state, over.seat_id) == (CallState.AFTER, "")
    assert over == again
    assert await hotline.state("8001") is SeatState.WRAP_UP
    assert kinds(await recorded(stream))[-2:] == ["answered", "seat_left"]


async def test_what_has_become_of_a_talk_is_not_over(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.b.change("c1", expect=CallState.TALKING, state=CallState.HELD)
    held = await hotline.a.talk_over("c1")
    assert held is not None
    assert (held.state, held.seat_id) == (CallState.HELD, "8001")
    assert await hotline.state("8001") is SeatState.TALKING
    assert await hotline.a.talk_over("nobody's") is None


async def test_a_call_that_leaves_while_it_rings_tells_what_became_of_the_offer(hotline: Hotline, stream: EventStream) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.calls("c1")
    await hotline.a.end("c1", "abandoned")
    events = await recorded(stream)
    assert kinds(events) == ["arrived", "queued", "offered", "offer_ended", "ended"]
    assert isinstance(events[3], OfferEnded)
    assert (events[3].outcome, events[3].cause) == ("withdrawn", "the caller left")


async def test_a_phone_lost_while_it_rings_is_an_unreachable_offer(hotline: Hotline, stream: EventStream) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.calls("c1")
    await hotline.a.phone("8001", Phone.UNREACHABLE)
    event = (await recorded(stream))[-1]
    assert isinstance(event, OfferEnded)
    assert event.outcome == "unreachable"


async def test_a_change_and_its_facts_happen_together_or_not_at_all(hotline: Hotline, stream: EventStream) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await recorded(stream)
    fact = ThreeWayStarted(call_id="c1", at=hotline.clock.now())
    moved = CallState.CONSULT, CallState.THREE_WAY
    assert not await hotline.b.change("c1", expect=moved[0], state=moved[1], facts=[fact])
    assert await hotline.b.change("c1", expect=CallState.TALKING, state=moved[0], room="c1", errand='{"a":[]}', recording="c1")
    assert not await hotline.b.change("c1", expect=moved[0], state=moved[1], expect_errand="{}", facts=[fact])
    assert await hotline.b.change("c1", expect=moved[0], state=moved[1], expect_errand='{"a":[]}', facts=[fact])
    call = await hotline.call("c1")
    assert (call.state, call.room, call.errand, call.recording) == (CallState.THREE_WAY, "c1", '{"a":[]}', "c1")
    assert await recorded(stream) == [fact]


async def test_the_end_of_a_call_live_state_never_knew_is_recorded_once(hotline: Hotline, stream: EventStream) -> None:
    """It was refused on arrival, or Redis was emptied under it."""
    await hotline.a.end("c1", "refused")
    await hotline.a.end("c1", "refused")
    assert kinds(await recorded(stream)) == ["ended"]


async def test_names_in_any_script_and_hostile_ones_come_through(hotline: Hotline, stream: EventStream) -> None:
    name = '盐城 "\\ \r\n\x00 \ud800 €' + "x" * 5000
    await hotline.a.define([a_seat("8001")])
    await hotline.signs_in("8001")
    call = hotline.a_call("c1")
    call = replace(call, name=name, number="")
    offer = await hotline.a.join(call, hotline.facts_of(call))
    assert offer is not None
    assert (await hotline.call("c1")).name == name.replace("\ud800", "?")
    assert kinds(await recorded(stream)) == ["arrived", "queued", "offered"]
