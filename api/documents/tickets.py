"""Tickets as JSON."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt, WithJsonSchema

from api.documents.answers import AnswerDocument, answer_document
from api.documents.calls import (
    KeptDocument,
    SpanDocument,
    SpecialistPartDocument,
    Suffix,
    VoicemailDocument,
    kept_document,
    span_document,
    specialist_part,
    voicemail_document,
)
from api.documents.plain import Document, Moment, Paged, PageDocument, Question
from tickets.deadline import Deadline, Lane, StopOn
from tickets.ticket import LONGEST_TEXT, Disposition, Form, Ticket, TicketStatus
from tickets.types import NAMES, TicketType
from whitelist.identify import CallerClass


def _one_of(*words: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(words)})


TypeWord = Annotated[str, _one_of(*NAMES, *NAMES.values())]
"""Either word for a type; tickets.types decides, and takes a few more."""
StatusWord = Annotated[str, _one_of(*TicketStatus)]
DispositionWord = Annotated[str, _one_of(*Disposition)]


class TicketsWanted(Paged):
    """Which tickets."""

    status: Annotated[TicketStatus | None, Field(description="Only tickets of this status.")] = None
    type: Annotated[TypeWord | None, Field(description="Only tickets of this type.")] = None
    caller_class: Annotated[CallerClass | None, Field(validation_alias="class", description="Only callers of this class.")] = None
    seat: Annotated[str | None, Field(max_length=64, description="Only tickets of calls this seat answered.")] = None
    enterprise: Annotated[str | None, Field(min_length=1, max_length=200, description="Part of the enterprise's name.")] = None
    number_suffix: Suffix | None = None
    tag: Annotated[str | None, Field(max_length=40, description="Only tickets with this tag: 企业, or 留言 for voice messages.")] = None
    department: Annotated[str | None, Field(max_length=100, description="Only tickets left to this department.")] = None
    recovered: Annotated[bool | None, Field(description="Only tickets that the audit recovered (or did not).")] = None
    since: Annotated[Moment | None, Field(validation_alias="from", description="Of calls that arrived then or later.")] = None
    until: Annotated[Moment | None, Field(validation_alias="to", description="Of calls that arrived before then.")] = None


class DeadlineDocument(Document):
    """Until when, by which rule, and the article it comes from.

    `due` is null where it cannot be said, and `problem` says why. `provisional`: the ticket has no type yet, so this is the
    strictest limit. `stop_on` is what stops the clock; `preset` is the set of rules.
    """

    due: Moment | None
    rule: str
    source: str
    preset: str
    stop_on: StopOn
    provisional: bool
    problem: str | None
    lane: Lane
    received: Moment


class LeftToDocument(Document):
    """The department the ticket was left to, because no specialist could be had; what was tried stands in `specialists`."""

    department: str
    summary: str
    by: str
    at: Moment
    caller_told: bool
    sign_due: Annotated[Moment | None, Field(description="Until when the department signs for it; null where no rule says.")]
    sign_source: str | None


class TicketDocument(Document):
    """A ticket: what the call's record says, and what people write (type, status, content, answer, disposition)."""

    number: str
    version: Annotated[int, Field(description="Counts what people wrote; also the ETag.")]
    call_id: str
    created: Moment
    updated: Moment | None
    updated_by: str | None
    status: TicketStatus
    type: TicketType | None
    content: str
    answer: Annotated[str, Field(description="What the agent wrote that the caller was told.")]
    answers: Annotated[list[AnswerDocument], Field(description="What specialists answered by their links; they count no `version`.")]
    disposition: Disposition | None
    form: Annotated[Form, Field(description="How the request came: call, or voicemail (留言) where nobody talked with the caller.")]
    tags: list[str]
    caller: Annotated[str | None, Field(description="The caller's number; null where he has none.")]
    enterprise: str | None
    caller_class: Annotated[str, Field(serialization_alias="class")]
    arrived: Moment
    answered: Moment | None
    ended: Moment | None
    end_reason: str | None
    waited_s: float | None
    seat: str | None
    group: str | None
    agent: str | None
    specialists: list[SpecialistPartDocument]
    left_to: LeftToDocument | None
    on_line: list[SpanDocument]
    recording: str | None
    recordings: list[str]
    kept: Annotated[list[KeptDocument], Field(description="Recordings that are finished.")]
    voicemail: VoicemailDocument | None
    rating: int | None
    recovered: bool
    due: Annotated[Moment | None, Field(description="As in `deadline`.")]
    overdue: bool
    deadline: DeadlineDocument


class TicketPage(PageDocument[TicketDocument]):
    """Tickets, the latest call first."""


class TicketChange(Question):
    """What is to be written; a field that is not there stays as it is. `version` refuses it where somebody wrote meanwhile."""

    nullable: ClassVar = frozenset({"type", "disposition"})

    type: Annotated[TypeWord | None, Field(description="null: not decided after all.")] = None
    status: StatusWord | None = None
    content: Annotated[str | None, Field(max_length=LONGEST_TEXT)] = None
    answer: Annotated[str | None, Field(max_length=LONGEST_TEXT)] = None
    disposition: Annotated[DispositionWord | None, Field(description="null: not decided after all.")] = None
    version: Annotated[StrictInt | None, Field(ge=0)] = None
    draft: Annotated[StrictBool, Field(description="The writer goes on writing: the seat's wrap-up does not end by this.")] = False


def ticket_document(ticket: Ticket, now: datetime) -> TicketDocument:
    """A ticket."""
    record, written = ticket.record, ticket.written
    return TicketDocument(
        number=ticket.number,
        version=ticket.version,
        call_id=record.call_id,
        created=ticket.created,
        updated=ticket.updated,
        updated_by=ticket.updated_by or None,
        status=written.status,
        type=written.type,
        content=written.content,
        answer=written.answer,
        answers=[answer_document(one) for one in ticket.answers],
        disposition=written.disposition,
        form=ticket.form,
        tags=list(ticket.tags),
        caller=record.number or None,
        enterprise=record.enterprise or None,
        caller_class=record.caller_class,
        arrived=record.received,
        answered=record.answered,
        ended=record.ended,
        end_reason=record.end_reason or None,
        waited_s=record.waited_s,
        seat=record.seat_id or None,
        group=record.group or None,
        agent=record.agent or None,
        specialists=[specialist_part(part) for part in record.specialists],
        left_to=_left_to(ticket),
        on_line=[span_document(span) for span in record.on_line],
        recording=next(iter(record.recordings), None),
        recordings=list(record.recordings),
        kept=[kept_document(one) for one in record.kept],
        voicemail=voicemail_document(record.voicemail),
        rating=record.rating,
        recovered=record.recovered,
        due=ticket.deadline.due,
        overdue=ticket.overdue(now),
        deadline=_deadline(ticket.deadline),
    )


def _left_to(ticket: Ticket) -> LeftToDocument | None:
    left = ticket.record.left_to
    if left is None:
        return None
    return LeftToDocument(
        department=left.department,
        summary=left.summary,
        by=left.by,
        at=left.at,
        caller_told=left.told,
        sign_due=ticket.sign_due,
        sign_source=ticket.sign_source or None,
    )


def _deadline(deadline: Deadline) -> DeadlineDocument:
    return DeadlineDocument(
        due=deadline.due,
        rule=deadline.within,
        source=deadline.source,
        preset=deadline.rules,
        stop_on=deadline.stop_on,
        provisional=deadline.provisional,
        problem=deadline.problem or None,
        lane=deadline.lane,
        received=deadline.received,
    )
