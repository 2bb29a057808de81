"""Calls as JSON."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.documents.handing_on import MutedDocument, TransferDocument, muted_document, transfer_of_record
from api.documents.plain import Document, Moment, Paged, PageDocument
from routing.expected import Outlook
from routing.waiting import LiveCall
from tickets.record import Attempt, CallRecord, OfferMade, Pause, Recording, Span, SpecialistPart, VoicemailTaken
from whitelist.identify import CallerClass

Suffix = Annotated[str, Field(pattern=r"^[0-9]{2,15}$", description="The last digits of the caller's number.")]


class ShownState(StrEnum):
    """Where a call is, or that it is over."""

    IVR = "ivr"
    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    TALKING_IN_ROOM = "talking_in_room"
    CONSULT = "consult"
    THREE_WAY = "three_way"
    HELD = "held"
    TRANSFERRED = "transferred"
    OUTSIDE = "outside"
    AFTER = "after"
    ENDED = "ended"


class WantedState(StrEnum):
    """A state, or all those of calls that go on now."""

    LIVE = "live"
    IVR = "ivr"
    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    TALKING_IN_ROOM = "talking_in_room"
    CONSULT = "consult"
    THREE_WAY = "three_way"
    HELD = "held"
    TRANSFERRED = "transferred"
    OUTSIDE = "outside"
    AFTER = "after"
    ENDED = "ended"


class CallsWanted(Paged):
    """Which calls."""

    caller_class: Annotated[CallerClass | None, Field(validation_alias="class", description="Only callers of this class.")] = None
    state: Annotated[WantedState | None, Field(description="Only calls in this state; `live` is all but `ended`.")] = None
    end_reason: Annotated[str | None, Field(pattern=r"^[a-z_]{1,40}$", description="Only calls that ended for this reason.")] = None
    seat: Annotated[str | None, Field(max_length=64, description="Only calls of this seat.")] = None
    enterprise: Annotated[str | None, Field(min_length=1, max_length=200, description="Part of the enterprise's name.")] = None
    number_suffix: Suffix | None = None
    since: Annotated[Moment | None, Field(validation_alias="from", description="Calls that arrived then or later.")] = None
    until: Annotated[Moment | None, Field(validation_alias="to", description="Calls that arrived before then.")] = None


class CallItem(Document):
    """A call in a list. `end_reason` is null while it goes on, and until its record tells."""

    call_id: str
    arrived: Moment
    number: Annotated[str | None, Field(description="National form; null where the caller has none.")]
    enterprise: str | None
    caller_class: Annotated[str, Field(serialization_alias="class", description="As identified; empty where nobody could tell.")]
    state: ShownState
    seat: str | None
    end_reason: str | None
    waited_s: float | None
    position: Annotated[int | None, Field(description="1 is next of those who wait for the same groups; null unless it waits.")] = None
    expected_wait_s: Annotated[
        float | None, Field(description="How long it will still wait; 0 while a seat rings, null where nobody is on duty for it.")
    ] = None
    expected_at_join_s: Annotated[
        float | None, Field(description="What its waited_s was expected to become as it began to wait; null where it did not.")
    ] = None
    ticket: Annotated[str | None, Field(description="The number of its ticket.")] = None


class CallPage(PageDocument[CallItem]):
    """Calls, the newest first, those that go on among them."""


class SpanDocument(Document):
    """Somebody was on the line. `how` is waiting, talking or held; `until` is null while he is."""

    who: str
    id: str
    name: str
    how: str
    since: Moment
    until: Moment | None


class PauseDocument(Document):
    """Silence was recorded instead of what was said. `until` is null where it was to the end, or still is."""

    since: Moment
    until: Moment | None
    by: Annotated[str, Field(description="Who asked for it: the name of his token, and the person where he is named.")]
    resumed_by: Annotated[
        str | None, Field(description="Who ended it; `recording.pause_longest_s` where its time was over, null where nobody did.")
    ]


class KeptDocument(Document):
    """A finished recording; `/calls/{call_id}/recording` is the sound, `/calls/{call_id}/recording/manifest` tells more."""

    name: str
    consult: Annotated[str | None, Field(description="Of which consult (`/calls/{call_id}/consults`); null: of the call itself.")]
    sha256: str
    size: Annotated[int, Field(description="Bytes.")]
    length_s: float
    finished: Moment
    removed: Annotated[Moment | None, Field(description="When the sound was removed; null while it is kept.")]
    why: Annotated[str | None, Field(description="By what rule it was removed.")]


class VoicemailDocument(Document):
    """The voice message (留言) that the caller left; `/calls/{call_id}/voicemail` is the sound.

    `how` it ended: key, silence, longest, hung_up; or found: an engine died over it, and the sound was found afterwards.
    """

    recording: Annotated[str, Field(description="Its name in `kept`.")]
    length_s: float
    how: str
    left: Annotated[Moment, Field(description="When he had spoken it.")]


class AttemptMade(Document):
    """A specialist's phone was rung. `outcome` is null while it rings."""

    attempt_id: str
    phone: str
    number: str
    outcome: str | None
    asked: Moment | None
    ended: Moment | None


class SpecialistPartDocument(Document):
    """A specialist's part in a call."""

    specialist_id: str
    name: str
    department: str
    joined: Moment | None
    left: Moment | None
    handed_on: Annotated[Moment | None, Field(description="When he asked for a colleague.")]
    attempts: list[AttemptMade]


class OfferDocument(Document):
    """The call was proposed to a seat. `outcome` is null while it rings."""

    seat: str
    group: str
    outcome: str | None
    cause: str | None
    offered: Moment | None
    ended: Moment | None


class RungDocument(Document):
    """From `after_s` seconds of waiting on, the seats of `group` may take the call."""

    group: str
    after_s: float


class PlaceToldDocument(Document):
    """The waiting caller was told his position, the minutes he would wait about, or both; null was not said."""

    position: int | None
    minutes: int | None
    at: Moment


class LiveDocument(Document):
    """A call that goes on, as live state has it this moment."""

    engine: str
    queued: Moment | None
    answered: Moment | None
    place: Annotated[int | None, Field(description="How many waiting calls rank before it; null where it does not wait.")]
    ladder: list[RungDocument]
    opened: Annotated[int, Field(description="How many rungs of its ladder are open.")]
    skills: Annotated[dict[str, int], Field(description="Skills the call wants: skill to least level.")]
    wants: Annotated[dict[str, int], Field(description="What is left of them at the rungs that are open.")]
    preferred: Annotated[str | None, Field(description="The seat that served this caller last; it is taken first where it is ready.")]
    awaits: Annotated[str | None, Field(description="The preferred seat, while the call waits for it alone.")]


class RecordDocument(Document):
    """What the records know of a call; the latest second may be missing."""

    trunk: str
    dialled: str
    trusted: bool
    tier: str | None
    ladder: list[str]
    ivr: str
    keys: Annotated[list[str], Field(description="What the caller pressed in menus.")]
    offers: list[OfferDocument]
    queued: Moment | None
    expected_position: int | None
    announced: list[PlaceToldDocument]
    answered: Moment | None
    ended: Moment | None
    end_detail: str | None
    specialists: list[SpecialistPartDocument]
    transfers: list[TransferDocument]
    muted: list[MutedDocument]
    rating: int | None
    recovered: bool
    kept: Annotated[list[KeptDocument], Field(description="Recordings that are finished.")]
    pauses: Annotated[list[PauseDocument], Field(description="When the recording was paused.")]
    voicemail: VoicemailDocument | None


class CallDocument(CallItem):
    """A call with all that is known of it."""

    reasons: Annotated[list[str], Field(description="Why it was routed as it was, in whole sentences.")]
    on_line: list[SpanDocument]
    recording: Annotated[str | None, Field(description="The recording's name in the recordings' folder.")]
    recordings: Annotated[list[str], Field(description="All of them, where the call was taken up by another engine.")]
    live: Annotated[LiveDocument | None, Field(description="Null once it is over.")]
    record: Annotated[RecordDocument | None, Field(description="Null while the records know nothing of it yet, or cannot be asked.")]


def item_of_live(call: LiveCall) -> CallItem:
    """A call that goes on."""
    return CallItem(
        call_id=call.call_id,
        arrived=call.arrived,
        number=call.number or None,
        enterprise=call.enterprise or None,
        caller_class=call.caller_class,
        state=ShownState(call.state),
        seat=call.seat_id or None,
        end_reason=None,
        waited_s=(call.answered - call.queued).total_seconds() if call.answered and call.queued else None,
    )


def item_of_record(record: CallRecord) -> CallItem:
    """A call that live state does not know any more."""
    return CallItem(
        call_id=record.call_id,
        arrived=record.received,
        number=record.number or None,
        enterprise=record.enterprise or None,
        caller_class=record.caller_class,
        state=ShownState.ENDED,
        seat=record.seat_id or None,
        end_reason=record.end_reason or None,
        waited_s=record.waited_s,
        expected_at_join_s=record.expected_wait_s,
    )


def with_outlook(item: CallItem, outlook: Outlook | None) -> CallItem:
    """A call with what stands before it."""
    if outlook is None:
        return item
    wait_s = None if outlook.wait_s is None else round(outlook.wait_s, 1)
    return item.model_copy(update={"position": outlook.position, "expected_wait_s": wait_s})


def live_document(call: LiveCall, outlook: Outlook | None) -> LiveDocument:
    """What only live state knows."""
    return LiveDocument(
        engine=call.engine,
        queued=call.queued,
        answered=call.answered,
        place=outlook.position - 1 if outlook is not None else None,
        ladder=[RungDocument(group=rung.group, after_s=rung.after_s) for rung in call.ladder],
        opened=call.opened,
        skills=dict(call.skills),
        wants=dict(call.wants),
        preferred=call.preferred or None,
        awaits=call.awaits or None,
    )


def record_document(record: CallRecord) -> RecordDocument:
    """What only the records know."""
    return RecordDocument(
        trunk=record.trunk,
        dialled=record.dialled,
        trusted=record.trusted,
        tier=record.tier or None,
        ladder=list(record.ladder),
        ivr=record.ivr,
        keys=[key.digit for key in record.keys],
        offers=[_offer(offer) for offer in record.offers],
        queued=record.queued,
        expected_position=record.expected_position,
        announced=[PlaceToldDocument(position=told.position, minutes=told.minutes, at=told.at) for told in record.announced],
        answered=record.answered,
        ended=record.ended,
        end_detail=record.end_detail or None,
        specialists=[specialist_part(part) for part in record.specialists],
        transfers=[transfer_of_record(made) for made in record.transfers],
        muted=[muted_document(span) for span in record.muted],
        rating=record.rating,
        recovered=record.recovered,
        kept=[kept_document(one) for one in record.kept],
        pauses=[pause_document(pause) for pause in record.pauses],
        voicemail=voicemail_document(record.voicemail),
    )


def specialist_part(part: SpecialistPart) -> SpecialistPartDocument:
    """A specialist's part."""
    return SpecialistPartDocument(
        specialist_id=part.specialist_id,
        name=part.name,
        department=part.department,
        joined=part.joined,
        left=part.left,
        handed_on=part.handed_on,
        attempts=[_attempt(attempt) for attempt in part.attempts],
    )


def span_document(span: Span) -> SpanDocument:
    """A span."""
    return SpanDocument(who=span.who, id=span.id, name=span.name, how=span.how, since=span.since, until=span.until)


def pause_document(pause: Pause) -> PauseDocument:
    """A pause of a recording."""
    return PauseDocument(since=pause.since, until=pause.until, by=pause.by, resumed_by=pause.resumed_by or None)


def voicemail_document(left: VoicemailTaken | None) -> VoicemailDocument | None:
    """The caller's voice message, if he left one."""
    return None if left is None else VoicemailDocument(recording=left.name, length_s=left.length_s, how=left.how, left=left.left)


def kept_document(one: Recording) -> KeptDocument:
    """A finished recording."""
    return KeptDocument(
        name=one.name,
        consult=one.consult or None,
        sha256=one.sha256,
        size=one.size,
        length_s=one.length_s,
        finished=one.finished,
        removed=one.removed,
        why=one.why or None,
    )


def _attempt(attempt: Attempt) -> AttemptMade:
    return AttemptMade(
        attempt_id=attempt.attempt_id,
        phone=attempt.phone,
        number=attempt.number,
        outcome=attempt.outcome or None,
        asked=attempt.asked,
        ended=attempt.ended,
    )


def _offer(offer: OfferMade) -> OfferDocument:
    return OfferDocument(
        seat=offer.seat_id,
        group=offer.group,
        outcome=offer.outcome or None,
        cause=offer.cause or None,
        offered=offer.offered,
        ended=offer.ended,
    )
