"""Callers who are handed on, as JSON."""

from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field, StrictBool, model_validator

from api.documents.plain import Document, Moment, Question
from conference.transfer import TargetKind, Transfer, TransferTarget
from tickets.record import MutedSpan, TransferMade

_KINDS = ("seat", "group", "number", "hotline")
LONGEST_SUMMARY = 2000


class HandOn(Question):
    """To whom the caller is handed on: name one of seat, group, number and hotline."""

    more_schema: ClassVar = {"oneOf": [{"required": [kind]} for kind in _KINDS]}

    seat: Annotated[str | None, Field(min_length=1, max_length=64, description="A seat that is ready.")] = None
    group: Annotated[str | None, Field(min_length=1, max_length=64, description="A group; announced, one of its free seats.")] = None
    number: Annotated[str | None, Field(min_length=3, max_length=40, description="A number that transfer.numbers allows.")] = None
    hotline: Annotated[str | None, Field(min_length=1, max_length=32, description="Another hotline (transfer.hotlines).")] = None
    announced: Annotated[StrictBool, Field(description="The seat talks with the target first, and then completes or cancels.")] = False
    summary: Annotated[str, Field(max_length=LONGEST_SUMMARY, description="What the target is to know of the call.")] = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in _KINDS) != 1:
            raise ValueError(f"name one of {', '.join(_KINDS)}")
        return self

    @property
    def target(self) -> TransferTarget:
        """The one that is named."""
        kind = next(kind for kind in _KINDS if getattr(self, kind) is not None)
        return TransferTarget(kind=TargetKind(kind), value=getattr(self, kind))


class TransferDocument(Document):
    """A caller handed on. `target` is seat, group, number, hotline or queue (the waiting room); `outcome` is null while it goes on.

    `transfer_id` is what another hotline asks `/handovers/{transfer_id}` with; it stands in the INVITE's X-Zhida-Handover.
    """

    transfer_id: str
    target: str
    to: str | None
    name: str | None
    announced: bool
    by: str | None
    seat: Annotated[str | None, Field(description="The seat that handed him on; null where everybody had left him.")]
    summary: str
    state: Annotated[str, Field(description="asked, ringing, joined; or what came of it.")]
    outcome: str | None
    asked: Moment | None
    ended: Moment | None


class MutedDocument(Document):
    """A member heard the others and was not heard. `until` is null while it is so."""

    member: str
    id: str
    since: Moment
    until: Moment | None


class HandoverDocument(Document):
    """What another hotline is told of a caller who is handed on to it."""

    transfer_id: str
    call_id: str
    hotline: str
    name: str | None
    number: str | None
    enterprise: str | None
    caller_class: Annotated[str, Field(serialization_alias="class")]
    summary: str
    seat: str | None
    arrived: Moment
    handed_on: Moment | None
    ticket: str | None


class HotlineDocument(Document):
    """Another hotline: `hotline` is what it is asked for by."""

    hotline: str
    name: str
    number: str


class TargetsDocument(Document):
    """Whom callers may be handed on to, beside seats and groups. `numbers`: how outside numbers may begin."""

    numbers: list[str]
    hotlines: list[HotlineDocument]


def transfer_document(transfer: Transfer, *, asked: datetime | None = None) -> TransferDocument:
    """One that goes on, or has just begun."""
    return TransferDocument(
        transfer_id=transfer.transfer_id,
        target=transfer.kind,
        to=transfer.value or None,
        name=transfer.name or None,
        announced=transfer.announced,
        by=transfer.by or None,
        seat=transfer.from_seat or None,
        summary=transfer.summary,
        state=transfer.state,
        outcome=None if transfer.under_way else transfer.state,
        asked=asked,
        ended=None,
    )


def transfer_of_record(made: TransferMade) -> TransferDocument:
    """One that the records tell of."""
    return TransferDocument(
        transfer_id=made.transfer_id,
        target=made.target,
        to=made.to or None,
        name=made.name or None,
        announced=made.announced,
        by=made.by or None,
        seat=made.seat_id or None,
        summary=made.summary,
        state=made.outcome or "asked",
        outcome=made.outcome or None,
        asked=made.asked,
        ended=made.ended,
    )


def muted_document(span: MutedSpan) -> MutedDocument:
    """A span."""
    return MutedDocument(member=span.member, id=span.id, since=span.since, until=span.until)
