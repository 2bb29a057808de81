"""Facts in few words: a day at the Yancheng hotline, told in seconds after 16:20 Beijing time on 2025-09-30."""

from datetime import UTC, datetime, timedelta

from calls.events import (
    Answered,
    Arrived,
    ConsultStarted,
    Ended,
    Event,
    Identified,
    Offered,
    OfferEnded,
    Planned,
    Queued,
    Rated,
    RecordingStarted,
    SeatLeft,
    SpecialistAsked,
    SpecialistAttemptEnded,
    SpecialistJoined,
    SpecialistLeft,
    ThreeWayStarted,
    VoicemailLeft,
)

START = datetime(2025, 9, 30, 8, 20, tzinfo=UTC)
CALL = "zhida-1759220400.17"


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def arrival(call_id: str = CALL, *, number: str = "051588880001", second: float = 0, trunk: str = "carrier") -> list[Event]:
    return [
        Arrived(
            call_id=call_id, at=at(second), number=number, raw_number=number, trunk=trunk, dialled="12345", channel="PJSIP/carrier-00000001"
        )
    ]


def identity(call_id: str = CALL, *, caller_class: str = "key_enterprise", second: float = 0) -> list[Event]:
    enterprise = "" if caller_class in ("public", "anonymous") else "盐城示例制造有限公司"
    return [
        Identified(
            call_id=call_id,
            at=at(second),
            caller_class=caller_class,
            trusted=True,
            entry_id="e-1" if enterprise else "",
            enterprise=enterprise,
            tier="star4" if enterprise else "",
            reasons=("号码 0515-8888 0001 在白名单",),
        )
    ]


def waiting(call_id: str = CALL, *, second: float = 0) -> list[Event]:
    return [
        Planned(
            call_id=call_id, at=at(second), ladder=("priority@0", "qilai@8", "general@16"), rank_bonus_s=300, reasons=("重点企业直达专席",)
        ),
        Queued(call_id=call_id, at=at(second), rank_ms=1),
    ]


def answer(call_id: str = CALL, *, seat_id: str = "8001", second: float = 5, waited_s: float = 5.0, group: str = "priority") -> list[Event]:
    offer_id = f"o-{call_id}-{seat_id}"
    return [
        Offered(call_id=call_id, at=at(second - 3), offer_id=offer_id, seat_id=seat_id, group=group),
        Answered(call_id=call_id, at=at(second), offer_id=offer_id, seat_id=seat_id, group=group, waited_s=waited_s, agent="a1"),
        RecordingStarted(call_id=call_id, at=at(second), name=f"{call_id}.wav"),
    ]


def miss(call_id: str = CALL, *, seat_id: str = "8002", second: float = 1, outcome: str = "declined") -> list[Event]:
    return [
        Offered(call_id=call_id, at=at(second - 1), offer_id=f"o-{seat_id}", seat_id=seat_id, group="priority"),
        OfferEnded(call_id=call_id, at=at(second), offer_id=f"o-{seat_id}", seat_id=seat_id, outcome=outcome, cause="21"),
    ]


def three_way(call_id: str = CALL, *, second: float = 60) -> list[Event]:
    """The office phone does not answer, the mobile does; consult, then all three; the seat leaves, then the specialist."""
    tax = {"specialist_id": "s-1", "name": "张专员", "department": "市税务局"}
    return [
        ConsultStarted(call_id=call_id, at=at(second), seat_id="8001"),
        SpecialistAsked(call_id=call_id, at=at(second), attempt_id="t-1", phone="office", number="051586660001", **tax),
        SpecialistAttemptEnded(call_id=call_id, at=at(second + 20), attempt_id="t-1", specialist_id="s-1", outcome="no_answer"),
        SpecialistAsked(call_id=call_id, at=at(second + 20), attempt_id="t-2", phone="mobile", number="13900001001", **tax),
        SpecialistJoined(call_id=call_id, at=at(second + 30), attempt_id="t-2", **tax),
        ThreeWayStarted(call_id=call_id, at=at(second + 50)),
        SeatLeft(call_id=call_id, at=at(second + 90), seat_id="8001"),
        SpecialistLeft(call_id=call_id, at=at(second + 120), attempt_id="t-2", specialist_id="s-1"),
    ]


def end(call_id: str = CALL, *, second: float = 200, reason: str = "completed", score: int | None = None) -> list[Event]:
    rated: list[Event] = [Rated(call_id=call_id, at=at(second - 1), score=score)] if score else []
    return [*rated, Ended(call_id=call_id, at=at(second), reason=reason)]


def served(call_id: str = CALL, *, number: str = "051588880001", caller_class: str = "key_enterprise", second: float = 0) -> list[Event]:
    """A call as most are: it waits five seconds, a seat answers, it ends."""
    return [
        *arrival(call_id, number=number, second=second),
        *identity(call_id, caller_class=caller_class, second=second),
        *waiting(call_id, second=second),
        *answer(call_id, second=second + 5),
        SeatLeft(call_id=call_id, at=at(second + 150), seat_id="8001"),
        *end(call_id, second=second + 155, score=5),
    ]


def voicemail(
    call_id: str = CALL, *, number: str = "13900008001", second: float = 0, take: int = 1, reason: str = "closed", how: str = "key"
) -> list[Event]:
    """A caller whom nobody served, and who left a voice message of 12 seconds."""
    caller_class = "public" if number else "anonymous"
    name = f"{call_id}-voicemail-{take}"
    return [
        *arrival(call_id, number=number, second=second),
        *identity(call_id, caller_class=caller_class, second=second),
        VoicemailLeft(call_id=call_id, at=at(second + 30), name=name, length_s=12.0, how=how),
        *end(call_id, second=second + 40, reason=reason),
    ]
