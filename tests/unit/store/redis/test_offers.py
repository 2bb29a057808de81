"""Offers: what follows of each way they end, and that nobody is rung in a loop."""

from dataclasses import replace

import pytest

from routing.waiting import Offer, OfferOutcome
from seats.seat import Phone
from seats.state import SeatEvent, SeatState
from tests.unit.store.redis.builders import Hotline, a_seat


@pytest.mark.parametrize("outcome", [OfferOutcome.DECLINED, OfferOutcome.EXPIRED])
async def test_a_missed_offer_goes_on_to_the_next_seat_at_once(hotline: Hotline, outcome: OfferOutcome) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    offer = await hotline.calls("c1")
    assert offer is not None
    another = await hotline.a.offer_ended(offer, outcome, cause="17")
    assert another is not None
    assert (another.seat_id, another.call_id) == ("8002", "c1")
    assert another.offer_id != offer.offer_id


async def test_a_seat_that_missed_an_offer_is_away_where_that_is_wanted(hotline: Hotline) -> None:
    hotline.a.rules = replace(hotline.a.rules, away_after_missed=True)
    await hotline.seats(a_seat("8001"))
    offer = await hotline.calls("c1")
    assert await hotline.declines(offer) is None
    seat = await hotline.seat("8001")
    assert (seat.state, seat.why) == (SeatState.AWAY, "declined call c1")
    await hotline.a.ask("8001", SeatEvent.MAKE_READY, why="back", by="8001")
    await hotline.after(2)
    assert await hotline.rung_for("c1") == "8001"


async def test_the_seat_that_declined_takes_other_callers_meanwhile(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    offer = await hotline.calls("c1")
    await hotline.calls("c2")
    assert await hotline.declines(offer) is None
    assert await hotline.rung_for("c2") == "8001"


async def test_a_seat_that_declined_is_not_rung_again_while_another_on_duty_is_merely_busy(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8002"), a_seat("8001"))
    await hotline.talks("c1")  # 8002
    offer = await hotline.calls("c2")
    assert offer is not None
    assert offer.seat_id == "8001"
    assert await hotline.declines(offer) is None
    await hotline.after(29.9)
    assert await hotline.rung_for("c2") == ""
    await hotline.after(0.2)
    assert await hotline.rung_for("c2") == "8001"


async def test_a_busy_seat_that_becomes_free_takes_what_the_other_declined(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8002"), a_seat("8001"))
    await hotline.talks("c1")
    offer = await hotline.calls("c2")
    await hotline.declines(offer)
    await hotline.a.end("c1", "completed")
    await hotline.after(3)
    assert await hotline.rung_for("c2") == "8002"


async def test_where_nobody_else_is_on_duty_the_seat_is_rung_again_after_a_pause(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    offer = await hotline.calls("c1")
    await hotline.declines(offer)
    await hotline.after(1.9)
    assert await hotline.rung_for("c1") == ""
    await hotline.after(0.1)
    assert await hotline.rung_for("c1") == "8001"


async def test_two_seats_that_decline_by_themselves_ring_no_faster_than_the_pause(hotline: Hotline) -> None:
    """A phone set to "do not disturb" declines within milliseconds."""
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    offer = await hotline.calls("c1")
    rings = 0
    for _ in range(100):  # ten seconds
        while offer is not None:
            rings += 1
            offer = await hotline.declines(offer)
        await hotline.after(0.1)
        offer = await hotline.open_offer("c1")
    assert 8 <= rings <= 12  # each seat once in two seconds


async def test_when_the_last_other_seat_signs_out_the_refusal_stands_no_longer_than_the_pause(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8002"), a_seat("8001"))
    await hotline.talks("c1")
    offer = await hotline.calls("c2")
    await hotline.declines(offer)
    await hotline.a.ask("8002", SeatEvent.LOG_OUT, why="home", by="8002")
    await hotline.a.end("c1", "completed")
    await hotline.after(5)
    assert await hotline.state("8002") is SeatState.LOGGED_OUT
    assert await hotline.rung_for("c2") == "8001"


async def test_seats_without_the_skill_are_no_reason_to_spare_the_one_that_declined(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8002"), a_seat("8001", skills="tax"))
    offer = await hotline.calls("c1", skills="tax")
    await hotline.declines(offer)
    await hotline.after(2)
    assert await hotline.rung_for("c1") == "8001"


async def test_an_offer_taken_back_is_no_refusal_by_the_others(hotline: Hotline) -> None:
    """8001 declined; 8002 was merely taken back, so 8001 is spared still and 8002 is rung again after the pause."""
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    offer = await hotline.calls("c1")
    another = await hotline.declines(offer)
    assert another is not None
    await hotline.after(5)
    assert await hotline.a.offer_ended(another, OfferOutcome.WITHDRAWN, cause="lost") is None
    await hotline.after(2.1)
    assert await hotline.rung_for("c1") == "8002"


async def test_a_phone_that_cannot_be_rung_makes_its_seat_unreachable_until_it_is_tried_again(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    offer = await hotline.calls("c1")
    assert await hotline.cannot_be_rung(offer) is None
    seat = await hotline.seat("8001")
    assert (seat.state, seat.why) == (SeatState.UNREACHABLE, "could not be rung for call c1: CHANUNAVAIL 20")
    await hotline.after(29)
    assert await hotline.rung_for("c1") == ""
    await hotline.after(1)
    assert await hotline.rung_for("c1") == "8001"


async def test_a_phone_that_is_lost_while_it_rings_frees_the_caller_for_the_next_seat(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await hotline.calls("c1")
    await hotline.a.phone("8001", Phone.UNREACHABLE)
    assert await hotline.rung_for("c1") == "8002"
    assert await hotline.state("8001") is SeatState.UNREACHABLE


async def test_an_offer_ends_at_its_lease_at_the_latest(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await hotline.calls("c1")
    await hotline.after(19.8)
    assert await hotline.rung_for("c1") == "8001"
    await hotline.after(0.2)
    assert await hotline.rung_for("c1") == "8002"
    assert await hotline.state("8001") is SeatState.READY


async def test_a_caller_who_leaves_frees_the_seat_that_rings_for_the_next(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.calls("c1")
    await hotline.calls("c2")
    await hotline.a.end("c1", "abandoned")
    assert await hotline.rung_for("c2") == "8001"
    assert await hotline.a.call("c1") is None


async def test_late_word_of_an_offer_changes_nothing(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    offer = await hotline.calls("c1")
    another = await hotline.declines(offer)
    assert not await hotline.a.answered(offer, seat_leg="x", seat_channel="x")
    assert another is not None
    assert await hotline.declines(offer) is None
    assert await hotline.rung_for("c1") == "8002"
    assert await hotline.state("8001") is SeatState.READY


async def test_an_answer_said_twice_is_true_twice_and_a_late_one_is_not(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    offer = await hotline.talks("c1")
    assert await hotline.a.answered(offer, seat_leg="leg-8001", seat_channel="PJSIP/8001-1")
    await hotline.a.end("c1", "completed")
    assert not await hotline.a.answered(offer, seat_leg="leg-8001", seat_channel="PJSIP/8001-1")


async def test_a_step_that_is_repeated_returns_the_offer_that_was_made_meanwhile(hotline: Hotline) -> None:
    """The answer to the first `offer_ended` was lost with the connection."""
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    offer = await hotline.calls("c1")
    await hotline.a._steps.run("offer_ended", {"call_id": "c1", "offer_id": id_of(offer), "outcome": "declined", "cause": ""})
    another = await hotline.declines(offer)
    assert another is not None
    assert another.seat_id == "8002"


def id_of(offer: Offer | None) -> str:
    assert offer is not None
    return offer.offer_id


async def test_a_seat_whose_ring_was_cut_short_for_no_fault_of_its_own_rings_again_for_the_same_caller(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    offer = await hotline.calls("c1")
    assert offer is not None
    await hotline.calls("c2")
    another = await hotline.a.offer_ended(offer, OfferOutcome.WITHDRAWN, cause="the clock was set while it rang", again=True)
    assert another is not None
    assert (another.seat_id, another.call_id) == ("8001", "c1")


async def test_who_was_withdrawn_from_a_seat_whose_phone_still_rings_takes_it_before_who_came_later(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    offer = await hotline.calls("c1")
    assert offer is not None
    await hotline.a.phone("8001", Phone.IN_USE)
    await hotline.calls("c2")
    assert await hotline.a.offer_ended(offer, OfferOutcome.WITHDRAWN, cause="the clock was set while it rang", again=True) is None
    await hotline.a.phone("8001", Phone.IDLE)
    assert await hotline.rung_for("c1") == "8001"
