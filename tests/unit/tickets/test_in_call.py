"""What the record tells of a call in which somebody was held, muted, or handed on."""

from datetime import timedelta

from calls.events import Answered, Ended, Event, HandedOn, Held, Muted, Resumed, SeatLeft, TransferAsked, TransferEnded, Unmuted
from tests.unit.tickets import builders as told
from tickets.fold import fold
from tickets.record import CallRecord

CALL = told.arrival()[0].call_id
BEGAN = told.answer()[0].at


def later(seconds: float) -> dict[str, object]:
    return {"call_id": CALL, "at": BEGAN + timedelta(seconds=seconds)}


def record(*events: Event) -> CallRecord:
    return fold([*told.arrival(), *told.identity(), *told.waiting(), *told.answer(), *events])


def asked(at_s: float, *, announced: bool = False, target: str = "seat", to: str = "8004") -> TransferAsked:
    return TransferAsked(
        **later(at_s),  # type: ignore[arg-type]
        transfer_id="x1",
        target=target,
        to=to,
        name="",
        announced=announced,
        by="agent",
        seat_id="8001",
        summary="退税",
    )


def spans(found: CallRecord, who: str) -> list[str]:
    return [span.how if who == "caller" else span.id for span in found.on_line if span.who == who]


def test_a_caller_who_was_held_by_engine_or_phone_was_held() -> None:
    found = record(
        Held(**later(10), seat_id="8001"),  # type: ignore[arg-type]
        Resumed(**later(20), seat_id="8001"),  # type: ignore[arg-type]
        Held(**later(30), seat_id="8001", how="phone"),  # type: ignore[arg-type]
        Resumed(**later(40), seat_id="8001", how="phone"),  # type: ignore[arg-type]
    )
    assert spans(found, "caller") == ["waiting", "talking", "held", "talking", "held", "talking"]


def test_every_seat_that_served_is_told_and_the_first_one_stays_the_call_s() -> None:
    found = record(
        asked(10),
        SeatLeft(**later(10), seat_id=told.answer()[0].seat_id),  # type: ignore[arg-type]
        TransferEnded(**later(11), transfer_id="x1", outcome="done"),  # type: ignore[arg-type]
        Answered(**later(15), offer_id="o9", seat_id="8004", group="qilai", waited_s=4),  # type: ignore[arg-type]
        Ended(**later(60), reason="completed"),  # type: ignore[arg-type]
    )
    assert spans(found, "seat") == [told.answer()[0].seat_id, "8004"]
    assert spans(found, "caller") == ["waiting", "talking", "waiting", "talking"]
    assert (found.seat_id, found.transfers[0].outcome, found.transfers[0].to) == (told.answer()[0].seat_id, "done", "8004")


def test_he_does_not_hear_a_second_seat_before_it_has_him() -> None:
    found = record(
        Held(**later(10), seat_id="8001"),  # type: ignore[arg-type]
        asked(11, announced=True),
        Answered(**later(12), offer_id="x1", seat_id="8004", group="", waited_s=0),  # type: ignore[arg-type]
    )
    assert spans(found, "caller") == ["waiting", "talking", "held"]


def test_who_was_muted_and_for_how_long() -> None:
    found = record(
        Muted(**later(10), leg="l1", member="caller", id="1"),  # type: ignore[arg-type]
        Unmuted(**later(20), leg="l1", member="caller", id="1"),  # type: ignore[arg-type]
        Muted(**later(30), leg="l2", member="seat", id="8001"),  # type: ignore[arg-type]
    )
    assert [(span.member, span.until is not None) for span in found.muted] == [("caller", True), ("seat", False)]


def test_a_specialist_who_handed_on_is_told_so_and_facts_told_twice_change_nothing() -> None:
    handed = HandedOn(**later(30), attempt_id="a", specialist_id="s-1")  # type: ignore[arg-type]
    assert record(handed).specialists[0].handed_on == handed.at
    assert record(asked(10), asked(10)).transfers == record(asked(10)).transfers
