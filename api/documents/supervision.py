"""What supervisors ask and are told, as JSON."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from api.documents.plain import Document, Moment, Question
from api.documents.seats import AskedState
from conference.supervision import Mode, Supervision
from routing.dispatching import How
from tickets.record import MovedTo, SupervisedBy

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Why = Annotated[_Line, Field(description="It stands in the log of acts.")]
Message = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, description="A prompt; else fallback.message.")]
SeatId = Annotated[str, Field(min_length=1, max_length=64)]


class StartSupervision(Question):
    """Ring this phone, a seat's number or one of supervision.phones; whoever answers is on the call."""

    mode: Mode
    phone: SeatId
    why: Why


class ChangeSupervision(Question):
    """What the supervisor who is on the call does from now on."""

    mode: Mode
    why: Why


class SupervisionState(StrEnum):
    """ringing: his phone rings. on: he is on the call."""

    RINGING = "ringing"
    ON = "on"


class SupervisionDocument(Document):
    """A supervisor on a call: the last change of the mode, by whom and why."""

    call_id: str
    mode: Mode
    state: SupervisionState
    phone: str
    seat: Annotated[str | None, Field(description="Whom he helps; null where only caller and specialist are left.")]
    by: str
    why: str
    asked: Moment


class SupervisedSpan(Document):
    """A supervisor was on the call in this mode, from `since` until `until` (null: still)."""

    mode: str
    phone: str
    seat: str | None
    by: str
    why: str
    since: Moment
    until: Moment | None


class MoveDocument(Document):
    """`how`: group, seat or first; or number or message, where the call was sent away."""

    how: str
    to: str | None
    by: str
    why: str
    at: Moment


class CallSupervision(Document):
    """Who supervises the call now, and all that supervisors did to it so far, as far as the records tell."""

    call_id: str
    now: SupervisionDocument | None
    supervised: list[SupervisedSpan]
    moves: list[MoveDocument]


class MoveCall(Question):
    """What a waiting call is moved to: a group alone, a seat that is free now, or the first rank."""

    more_schema: ClassVar = {"oneOf": [{"required": ["group"]}, {"required": ["seat"]}, {"required": ["rank"]}]}

    group: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    seat: SeatId | None = None
    rank: Literal["first"] | None = None
    why: Why

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(given is not None for given in (self.group, self.seat, self.rank)) != 1:
            raise ValueError("name one of group, seat and rank")
        return self

    @property
    def wanted(self) -> tuple[How, str]:
        """How, and to what."""
        if self.group is not None:
            return How.GROUP, self.group
        return (How.SEAT, self.seat) if self.seat is not None else (How.FIRST, "")


class SendAway(Question):
    """Where a waiting call is led: to a number of the outside world, and to a message where there is none or nobody answers there."""

    number: Annotated[str | None, Field(min_length=3, max_length=40)] = None
    message: Message | None = None
    why: Why


class ForceSeat(Question):
    """What the seat is to be, at once; only while it talks it is kept as its wish."""

    state: AskedState
    why: Why


def supervision_document(supervision: Supervision) -> SupervisionDocument:
    """A supervision that goes on."""
    return SupervisionDocument(
        call_id=supervision.call_id,
        mode=supervision.mode,
        state=SupervisionState.ON if supervision.on else SupervisionState.RINGING,
        phone=supervision.phone,
        seat=supervision.seat_id or None,
        by=supervision.by,
        why=supervision.why,
        asked=supervision.asked,
    )


def supervised_span(span: SupervisedBy) -> SupervisedSpan:
    """One that was."""
    return SupervisedSpan(
        mode=span.mode, phone=span.phone, seat=span.seat_id or None, by=span.by, why=span.why, since=span.since, until=span.until
    )


def move_document(move: MovedTo) -> MoveDocument:
    """A move."""
    return MoveDocument(how=move.how, to=move.to or None, by=move.by, why=move.why, at=move.at)
