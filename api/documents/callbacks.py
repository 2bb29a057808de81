"""Callers who are to be called back, as JSON."""

from typing import Annotated

from pydantic import Field

from api.documents.plain import Document, Moment, Paged, PageDocument
from tickets.record import CallRecord


class CallbacksWanted(Paged):
    """Which callers."""

    since: Annotated[Moment | None, Field(validation_alias="from", description="Calls that arrived then or later.")] = None
    until: Annotated[Moment | None, Field(validation_alias="to", description="Calls that arrived before then.")] = None


class CallbackDocument(Document):
    """A caller who left before a seat answered.

    `end_reason` is abandoned, callback (nobody took it, and a call-back was noted), ladder_end (nobody took it) or menu_left.
    """

    call_id: str
    number: str
    enterprise: str | None
    caller_class: Annotated[str, Field(serialization_alias="class")]
    arrived: Moment
    left: Moment | None
    waited_s: float | None
    end_reason: str


class CallbackPage(PageDocument[CallbackDocument]):
    """Key enterprises first, then projects, then all others; among these the latest first."""


def callback_document(record: CallRecord) -> CallbackDocument:
    """A caller who left."""
    return CallbackDocument(
        call_id=record.call_id,
        number=record.number,
        enterprise=record.enterprise or None,
        caller_class=record.caller_class,
        arrived=record.received,
        left=record.ended,
        waited_s=record.waited_s,
        end_reason=record.end_reason,
    )
