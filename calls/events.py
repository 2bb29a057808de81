"""Facts about a call, in the order they happen, as the records keep them.

Every fact is frozen, belongs to one call and carries the moment it became true. A fact is appended to the hotline's
stream in the same step that changes the live state, and the records (call, ticket, figures) are folded from the facts
alone. Fields are plain JSON values, so that Lua can write a fact as well as Python; times travel as milliseconds.

A field may be added with a default; a field never changes its meaning. Unknown fields and kinds are passed over when
read, so that engines of two versions can share a stream.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every fact has: the call it is about (Asterisk's uniqueid of the caller's channel) and when (UTC, aware)."""

    kind: ClassVar[str]
    call_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Event):
    """A caller's channel reached the engine. `number` is the national form, or "" where there is none."""

    kind: ClassVar[str] = "arrived"
    number: str
    raw_number: str
    trunk: str
    dialled: str
    channel: str
    pbx: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified(Event):
    """Who calls, as far as the trunk can be trusted; `reasons` are whole sentences."""

    kind: ClassVar[str] = "identified"
    caller_class: str
    trusted: bool
    entry_id: str = ""
    enterprise: str = ""
    tier: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Event):
    """The ladder as "group@seconds" in order, the rank bonus and the menu that is to be played, if any."""

    kind: ClassVar[str] = "planned"
    ladder: tuple[str, ...]
    rank_bonus_s: int
    ivr: str = "none"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChosen(Event):
    """The caller pressed a key in a menu, or did not (digit "") and got what the menu does then."""

    kind: ClassVar[str] = "menu_chosen"
    menu: str
    digit: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Event):
    """The call joined the waiting room at this rank (ms; the lowest is served first)."""

    kind: ClassVar[str] = "queued"
    rank_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected(Event):
    """The call got no seat at once: its position (1 is next), and how long in all it was expected to wait.

    `wait_s` counts as `Answered.waited_s` does; with `nobody_on_duty`, who could take the call, it says nothing.
    """

    kind: ClassVar[str] = "expected"
    position: int
    wait_s: float = 0.0
    nobody_on_duty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced(Event):
    """The waiting caller was told his position (1 is next), the minutes he will wait about, or both; 0 was not said."""

    kind: ClassVar[str] = "announced"
    position: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Widened(Event):
    """The ladder's next group opened for the waiting call: in its time ("") or, `nobody_on_duty`, before it."""

    kind: ClassVar[str] = "widened"
    group: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Event):
    """The call was proposed to a seat, which is reserved for it until the offer ends."""

    kind: ClassVar[str] = "offered"
    offer_id: str
    seat_id: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded(Event):
    """The offer ended unanswered: `outcome` is declined, expired, withdrawn or unreachable."""

    kind: ClassVar[str] = "offer_ended"
    offer_id: str
    seat_id: str
    outcome: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """A seat answered; `waited_s` counts from the moment the call joined the waiting room.

    `seat_id` is "duty" where the duty phone did, and "outside" where another number of the outside world did.
    """

    kind: ClassVar[str] = "answered"
    offer_id: str
    seat_id: str
    group: str
    waited_s: float
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(Event):
    """Sound of this call is written under this name in the recordings' folder."""

    kind: ClassVar[str] = "recording_started"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingAnnounced(Event):
    """The caller was told, by this prompt, that the call will be recorded."""

    kind: ClassVar[str] = "recording_announced"
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPaused(Event):
    """From now on silence is recorded of everybody; `by` is who asked for it."""

    kind: ClassVar[str] = "recording_paused"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResumed(Event):
    """What is said is recorded again."""

    kind: ClassVar[str] = "recording_resumed"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultStarted(Event):
    """The seat went into the room to talk with a specialist; the caller hears music."""

    kind: ClassVar[str] = "consult_started"
    seat_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistAsked(Event):
    """One of a specialist's phones is rung. `phone` is "office" or "mobile"."""

    kind: ClassVar[str] = "specialist_asked"
    attempt_id: str
    specialist_id: str
    name: str
    department: str
    phone: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistAttemptEnded(Event):
    """That ringing brought nobody in: no_answer, busy, declined (answered, did not accept), failed or cancelled.

    `picked_up`: somebody, or a machine, answered the phone.
    """

    kind: ClassVar[str] = "specialist_attempt_ended"
    attempt_id: str
    specialist_id: str
    outcome: str
    picked_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistJoined(Event):
    """The specialist accepted and is in the room."""

    kind: ClassVar[str] = "specialist_joined"
    attempt_id: str
    specialist_id: str
    name: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeWayStarted(Event):
    """The caller joined the room."""

    kind: ClassVar[str] = "three_way_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistLeft(Event):
    """The specialist hung up or was taken out."""

    kind: ClassVar[str] = "specialist_left"
    attempt_id: str
    specialist_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentAssigned(Event):
    """No specialist could be had, and the ticket is the department's from now on; `by` made it so.

    `told`: the caller was told by a prompt. A later one takes the place of an earlier one.
    """

    kind: ClassVar[str] = "department_assigned"
    department: str
    summary: str = ""
    by: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistFree(Event):
    """A specialist that a seat wished for can be had now; `call_id` is the call during which it wished, which may be over."""

    kind: ClassVar[str] = "specialist_free"
    wish_id: str
    seat_id: str
    specialist_id: str
    name: str
    department: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistAnswered(Event):
    """A specialist wrote an answer into the call's ticket, while talking or long after; the ticket has it, the record has not.

    `reply` is solved_online, follow_up (until the day `until`), not_ours (it is `referred_to`'s, where that is known) or remark.
    """

    kind: ClassVar[str] = "specialist_answered"
    answer_id: str
    place: int
    ticket: str
    specialist_id: str
    name: str
    department: str
    reply: str
    text: str
    until: str = ""
    referred_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """The seat put the caller on music: `how` is "phone" where it did so by its phone's own key, else "" (by the engine)."""

    kind: ClassVar[str] = "held"
    seat_id: str
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The seat took the caller back."""

    kind: ClassVar[str] = "resumed"
    seat_id: str
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted(Event):
    """A member hears the others and is not heard: `member` is caller, seat, target or specialist; `id` names which one."""

    kind: ClassVar[str] = "muted"
    leg: str
    member: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmuted(Event):
    """That member is heard again."""

    kind: ClassVar[str] = "unmuted"
    leg: str
    member: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn(Event):
    """A specialist who is on the line asked for a colleague of his department."""

    kind: ClassVar[str] = "handed_on"
    attempt_id: str
    specialist_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAsked(Event):
    """The caller is to be handed on by `seat_id` ("": by nobody's doing; everybody had left him).

    `target` is seat, group, number, hotline or queue (the waiting room by the ladder he came by), `to` names it, `name` is what
    people call it. Who is announced talks with the seat first.
    """

    kind: ClassVar[str] = "transfer_asked"
    transfer_id: str
    target: str
    to: str
    name: str
    announced: bool
    by: str
    seat_id: str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferEnded(Event):
    """What came of it: done, no_answer, busy, declined, failed, left or cancelled."""

    kind: ClassVar[str] = "transfer_ended"
    transfer_id: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked(Event):
    """The waiting caller chose by key to be called back; he may hang up now and keeps his rank."""

    kind: ClassVar[str] = "callback_asked"
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOrdered(Event):
    """This call was placed by the engine, to call somebody of the call-back list; `call_id` is the call-back's own.

    `cause` is asked (he chose it by key), left (by configuration) or clicked (by `by`, for `seat_id`).
    """

    kind: ClassVar[str] = "callback_ordered"
    task_id: str
    cause: str
    by: str = ""
    seat_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRung(Event):
    """A seat has taken the call-back, and the caller's phone is rung."""

    kind: ClassVar[str] = "caller_rung"
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerReached(Event):
    """The caller picked up; he and the seat talk."""

    kind: ClassVar[str] = "caller_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNotReached(Event):
    """The caller was not reached: `outcome` is busy, no_answer, declined, failed, or cancelled (the seat hung up first)."""

    kind: ClassVar[str] = "caller_not_reached"
    outcome: str
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackClosed(Event):
    """Somebody took a caller off the call-back list; `call_id` is the task's: that of the call he left."""

    kind: ClassVar[str] = "callback_closed"
    by: str
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackClaimed(Event):
    """Somebody takes care of a caller on the call-back list, or (by "") gives him back; `call_id` is the task's."""

    kind: ClassVar[str] = "callback_claimed"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailLeft(Event):
    """The caller left a voice message (留言), recorded under this name; `length_s` of it.

    `how` it ended: key, silence, longest, hung_up; or found: no engine was there to see it, and the sound was found afterwards.
    """

    kind: ClassVar[str] = "voicemail_left"
    name: str
    length_s: float
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLeft(Event):
    """The seat left the call: its agent hung up, or its phone was lost. The call may go on without it."""

    kind: ClassVar[str] = "seat_left"
    seat_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Event):
    """A supervisor changed what the waiting call waits for: `to` is a group, a seat, or "first"; `how` says which of them."""

    kind: ClassVar[str] = "moved"
    how: str
    to: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAway(Event):
    """A supervisor took the waiting call out of the waiting room: to `number`, or to the end with `message`."""

    kind: ClassVar[str] = "sent_away"
    number: str
    message: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervised(Event):
    """From now on a supervisor's leg is on the call in this mode: listen, whisper or barge. `seat_id` is whom he helps, or ""."""

    kind: ClassVar[str] = "supervised"
    leg: str
    mode: str
    seat_id: str
    phone: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionEnded(Event):
    """That supervisor's leg is on the call no more."""

    kind: ClassVar[str] = "supervision_ended"
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Event):
    """What a person did that had an effect; kept apart from the calls, in the log of acts.

    It is told before it is done, so that a crash loses none. Where it was then not done after all, it is told again with the
    same `act_id` and the reason in `came_of`.

    Args:
        call_id: the call it was done to, else "acts": no call is called so.
        who: the token's name, or "shell" where no engine was asked. role: the token's. person: whom its bearer said he is.
        what: the operation's name. subject: what it was done to ("seats/8001"). detail: what was asked for (JSON).
        came_of: "" where it was done, else the code of what prevented it.
    """

    kind: ClassVar[str] = "act"
    act_id: str
    who: str
    role: str
    person: str
    what: str
    subject: str
    why: str
    detail: str
    came_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated(Event):
    """The caller's own rating by key, 1 (worst) to 5 (best)."""

    kind: ClassVar[str] = "rated"
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The caller's contact is over.

    `reason` is completed (was served), abandoned (left before a seat answered), ladder_end (nobody took it),
    callback (a call-back was noted: he chose it by key, or nobody took his call), dismissed (a supervisor ended its waiting), closed
    (he was told that the hotline is closed), voicemail (he left a voice message), menu_left (left in the menu), fallback (the
    dialplan served it without an engine) or recovered.
    A call-back that came to nothing ends as not_reached (the caller did not pick up), no_seat (no seat took it) or
    withdrawn (he got through by himself, or was taken off the list).
    """

    kind: ClassVar[str] = "ended"
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFinished(Event):
    """The sound of the call, or of a `consult` in it, is one file now, with a manifest beside it; `size` in bytes."""

    kind: ClassVar[str] = "recording_finished"
    name: str
    sha256: str
    size: int
    length_s: float
    consult: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRemoved(Event):
    """The sound was removed; `why` is a whole sentence. The manifest stays."""

    kind: ClassVar[str] = "recording_removed"
    name: str
    why: str


KINDS: Final[Mapping[str, type[Event]]] = {
    event.kind: event
    for event in (
        Arrived,
        CallbackOrdered,
        Identified,
        Planned,
        MenuChosen,
        Queued,
        Expected,
        Announced,
        Widened,
        Offered,
        OfferEnded,
        Answered,
        RecordingAnnounced,
        RecordingStarted,
        CallerRung,
        CallerReached,
        CallerNotReached,
        RecordingPaused,
        RecordingResumed,
        ConsultStarted,
        SpecialistAsked,
        SpecialistAttemptEnded,
        SpecialistJoined,
        ThreeWayStarted,
        SpecialistLeft,
        DepartmentAssigned,
        SpecialistFree,
        SpecialistAnswered,
        Held,
        Resumed,
        Muted,
        Unmuted,
        HandedOn,
        TransferAsked,
        TransferEnded,
        VoicemailLeft,
        SeatLeft,
        Moved,
        SentAway,
        Supervised,
        SupervisionEnded,
        Rated,
        CallbackAsked,
        Ended,
        RecordingFinished,
        RecordingRemoved,
        Act,
        CallbackClaimed,
        CallbackClosed,
    )
}
"""Every kind of fact by its name in the stream."""

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(field.name for field in fields(kind)) for name, kind in KINDS.items()}


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970 (UTC), as live state and stream write a time."""
    return round(at.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """The aware UTC time of `to_ms`."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def to_document(event: Event) -> dict[str, Any]:
    """The fact as one flat JSON object: `kind`, `call_id`, `at` (ms) and its own fields."""
    return {"kind": event.kind, **{name: getattr(event, name) for name in _FIELDS[event.kind]}, "at": to_ms(event.at)}


def from_document(document: Mapping[str, Any]) -> Event | None:
    """The fact of such an object; None for a kind this version does not know.

    Raises: TypeError, KeyError: a field that this kind has always had is missing.
    """
    kind = KINDS.get(document["kind"])
    if kind is None:
        return None
    known = _FIELDS[document["kind"]]
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items() if name in known
    }
    values["at"] = from_ms(int(document["at"]))
    return kind(**values)
