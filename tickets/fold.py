"""Facts -> call record. Any order, doubled or missing facts give the same record, so that it may be made again at any time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from calls.events import (
    Announced,
    Answered,
    Arrived,
    CallbackAsked,
    CallbackOrdered,
    CallerNotReached,
    CallerReached,
    CallerRung,
    DepartmentAssigned,
    Ended,
    Event,
    Expected,
    Identified,
    MenuChosen,
    Offered,
    OfferEnded,
    Planned,
    Queued,
    Rated,
    RecordingAnnounced,
    RecordingStarted,
    VoicemailLeft,
    Widened,
)
from tickets.facts import Facts
from tickets.in_call import muted, transfers
from tickets.on_line import spans
from tickets.record import (
    RECOVERED,
    VOICEMAIL,
    CalledBack,
    CallRecord,
    GroupOpened,
    KeyPressed,
    LeftTo,
    OfferMade,
    PlaceTold,
    VoicemailTaken,
)
from tickets.recorded import kept, pauses
from tickets.specialists import parts
from tickets.supervision import moves, supervised

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_NO_ARRIVAL: Final = Arrived(call_id="", at=_NEVER, number="", raw_number="", trunk="", dialled="", channel="")
_NO_IDENTITY: Final = Identified(call_id="", at=_NEVER, caller_class="", trusted=False)
_NO_PLAN: Final = Planned(call_id="", at=_NEVER, ladder=(), rank_bonus_s=0, ivr="")
_NO_ANSWER: Final = Answered(call_id="", at=_NEVER, offer_id="", seat_id="", group="", waited_s=0.0)
_NO_END: Final = Ended(call_id="", at=_NEVER, reason="")


def fold(events: Sequence[Event]) -> CallRecord:
    """The record of the one call that all the facts are about. What specialists answered is not its, but its ticket's.

    Raises: ValueError: no facts, or facts of several calls.
    """
    if len({event.call_id for event in events}) != 1:
        raise ValueError("a call record is folded from the facts of exactly one call")
    facts = Facts(events)
    record = _as_it_came(facts)
    for part in (_with_end, _with_waiting, _with_talk, _with_voicemail):
        record = part(record, facts)
    return record


def _as_it_came(facts: Facts) -> CallRecord:
    """Who called, and what was planned for him."""
    arrived, identified = _arrived(facts) or _NO_ARRIVAL, facts.first(Identified) or _NO_IDENTITY
    planned, plan = facts.first(Planned) or _NO_PLAN, _plan(facts)
    return CallRecord(
        call_id=facts.all[0].call_id,
        first=facts.all[0].at,
        number=arrived.number,
        raw_number=arrived.raw_number,
        trunk=arrived.trunk,
        dialled=arrived.dialled,
        channel=arrived.channel,
        pbx=arrived.pbx,
        caller_class=identified.caller_class,
        trusted=identified.trusted,
        entry_id=identified.entry_id,
        enterprise=identified.enterprise,
        tier=identified.tier,
        reasons=identified.reasons + plan.reasons,
        ladder=plan.ladder,
        ivr=planned.ivr,
        keys=tuple(KeyPressed(menu=key.menu, digit=key.digit, target=key.target, at=key.at) for key in facts.of(MenuChosen)),
        arrived=_when(arrived),
    )


def _with_waiting(record: CallRecord, facts: Facts) -> CallRecord:
    """How he waited, and who was rung for him. `record` has its end."""
    expected = facts.first(Expected)
    return replace(
        record,
        queued=_when(facts.first(Queued)),
        widened=tuple(GroupOpened(group=widened.group, at=widened.at, reason=widened.reason) for widened in facts.of(Widened)),
        offers=tuple(_offers(facts)),
        expected_position=expected.position if expected else None,
        expected_wait_s=expected.wait_s if expected and not expected.nobody_on_duty else None,
        announced=tuple(_told(told) for told in facts.of(Announced)),
        waited_s=_waited_s(facts, record.ended),
        moves=tuple(moves(facts)),
        asked_back=_when(facts.first(CallbackAsked)),
    )


def _with_end(record: CallRecord, facts: Facts) -> CallRecord:
    """How it ended, and what came of it."""
    ended, rated = _ended(facts) or _NO_END, facts.of(Rated)
    return replace(
        record,
        rating=rated[-1].score if rated else None,
        ended=_when(ended),
        end_reason=ended.reason,
        end_detail=ended.detail,
        recovered=any(end.reason == RECOVERED for end in facts.of(Ended)),
        called_back=_called_back(facts),
    )


def _with_talk(record: CallRecord, facts: Facts) -> CallRecord:
    """Who talked with him, and what was recorded. `record` has its end."""
    answered = facts.first(Answered) or _NO_ANSWER
    return replace(
        record,
        answered=_when(answered),
        seat_id=answered.seat_id,
        group=answered.group,
        agent=answered.agent,
        specialists=parts(facts, record.ended),
        left_to=_left_to(facts),
        on_line=spans(facts, _arrived(facts) or _NO_ARRIVAL, record.enterprise, record.ended),
        recordings=tuple(dict.fromkeys(fact.name for fact in facts.all if isinstance(fact, RecordingStarted | VoicemailLeft))),
        supervised=tuple(supervised(facts, record.ended)),
        kept=tuple(kept(facts)),
        recording_announced=_when(facts.first(RecordingAnnounced)),
        pauses=tuple(pauses(facts)),
        transfers=tuple(transfers(facts)),
        muted=tuple(muted(facts, record.ended)),
    )


def _with_voicemail(record: CallRecord, facts: Facts) -> CallRecord:
    """The last message he left; whoever ended the call, he was not merely sent away then (an engine that died could not say so)."""
    told = facts.of(VoicemailLeft)
    if not told:
        return record
    last = told[-1]
    voicemail = VoicemailTaken(name=last.name, length_s=last.length_s, how=last.how, left=last.at)
    reason = VOICEMAIL if record.ended is not None and record.answered is None else record.end_reason
    return replace(record, voicemail=voicemail, end_reason=reason)


def _called_back(facts: Facts) -> CalledBack | None:
    """What became of a call-back. A caller who was reached was reached, whatever else is told."""
    ordered, missed = facts.first(CallbackOrdered), facts.first(CallerNotReached)
    if ordered is None:
        return None
    reached = _when(facts.first(CallerReached))
    outcome = "reached" if reached else missed.outcome if missed else ""
    rung = _when(facts.first(CallerRung))
    return CalledBack(task_id=ordered.task_id, cause=ordered.cause, by=ordered.by, rung=rung, reached=reached, outcome=outcome)


def _left_to(facts: Facts) -> LeftTo | None:
    """The last word on whose the ticket is."""
    assigned = facts.of(DepartmentAssigned)
    if not assigned:
        return None
    last = assigned[-1]
    return LeftTo(department=last.department, summary=last.summary, by=last.by, told=last.told, at=last.at)


def _when(event: Event | None) -> datetime | None:
    return None if event is None or event.at == _NEVER else event.at


def _plan(facts: Facts) -> Planned:
    """What the call was served by: the plan that its menu choice made, where there was a menu."""
    plans = facts.of(Planned) or [_NO_PLAN]
    return plans[-1] if facts.of(MenuChosen) else plans[0]


def _arrived(facts: Facts) -> Arrived | None:
    """The engine's own, which knows the trunk, rather than the audit's, which was made from the CDR."""
    return min(facts.of(Arrived), key=lambda arrived: arrived.trunk == "", default=None)


def _ended(facts: Facts) -> Ended | None:
    """An end that somebody saw rather than the audit's, which then came too early."""
    return min(facts.of(Ended), key=lambda ended: ended.reason == RECOVERED, default=None)


def _told(told: Announced) -> PlaceTold:
    return PlaceTold(position=told.position or None, minutes=told.minutes or None, at=told.at)


def _waited_s(facts: Facts, ended: datetime | None) -> float | None:
    answered, queued = facts.first(Answered), facts.first(Queued)
    if answered is not None:
        return answered.waited_s
    if queued is None or ended is None:
        return None
    return max(0.0, (ended - queued.at).total_seconds())


def _offers(facts: Facts) -> Iterator[OfferMade]:
    """One for each offer any fact speaks of, in the order of its first fact. A seat that answered has answered, whatever else is told."""
    told: dict[str, list[Offered | OfferEnded | Answered]] = {}
    for event in facts.all:
        if isinstance(event, Offered | OfferEnded | Answered):
            told.setdefault(event.offer_id, []).append(event)
    for offer_id, events in told.items():
        offered = next((event for event in events if isinstance(event, Offered)), None)
        answered = next((event for event in events if isinstance(event, Answered)), None)
        missed = next((event for event in events if isinstance(event, OfferEnded)), None)
        yield OfferMade(
            offer_id=offer_id,
            seat_id=events[0].seat_id,
            group=(offered or answered or _NO_ANSWER).group,
            outcome="answered" if answered else missed.outcome if missed else "",
            cause=missed.cause if missed and not answered else "",
            offered=_when(offered),
            ended=_when(answered or missed),
        )
