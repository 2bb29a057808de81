"""Callers who are to be called back, as JSON."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from api.documents.calls import Suffix
from api.documents.plain import Document, Moment, Paged, PageDocument, Question
from tickets.callbacks import BY_PEOPLE, LONGEST_NOTE, CallbackTask, Tried

ReasonWord = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(BY_PEOPLE)})]


class CallbacksWanted(Paged):
    """Which callers."""

    closed: Annotated[bool | None, Field(description="Those who were taken off the list; else those who are on it.")] = None
    callable: Annotated[bool | None, Field(description="Only those whose number can (or cannot) be called.")] = None
    number_suffix: Suffix | None = None
    since: Annotated[Moment | None, Field(validation_alias="from", description="Who first called then or later.")] = None
    until: Annotated[Moment | None, Field(validation_alias="to", description="Who first called before then.")] = None


class TriedDocument(Document):
    """One attempt: the proof that it was made.

    `cause` is asked (he chose it by key), left (by the engine itself) or clicked; `outcome` reached, busy, no_answer, declined,
    failed, cancelled (the seat hung up first), no_seat or withdrawn (his phone was not rung); null while it goes on.
    """

    call_id: str
    at: Moment
    cause: str
    by: str
    seat: str | None
    agent: str | None
    rung: Moment | None
    ended: Moment | None
    outcome: str | None


class MissedDocument(Document):
    """One of his calls that no seat answered."""

    call_id: str
    arrived: Moment
    left: Moment
    end_reason: str
    waited_s: float | None
    voicemail_s: Annotated[
        float | None, Field(description="So long is the voice message he left (`/calls/{call_id}/voicemail`); null: he left none.")
    ]


class CallbackDocument(Document):
    """A number somebody left from before a seat answered; once on the list, however often he called.

    `call_id` is the call he left first, and the task's id; `end_reason` how the last one ended: abandoned, ladder_end (nobody took
    it), menu_left, voicemail (he left a message), or callback (he chose by key to be called back, or a step noted it). `closed_why`
    is got_through, called_back, or a person's reason.
    """

    call_id: str
    number: Annotated[str, Field(description="National form; empty where he showed none and cannot be called back.")]
    callable: bool
    enterprise: str | None
    caller_class: Annotated[str, Field(serialization_alias="class")]
    arrived: Moment
    left: Moment | None
    waited_s: float | None
    end_reason: str
    asked: Moment | None
    missed: list[MissedDocument]
    attempts: list[TriedDocument]
    claimed_by: str | None
    closed: Moment | None
    closed_why: str | None
    closed_by: str | None
    closed_call: str | None
    note: str | None
    version: int


class CallbackPage(PageDocument[CallbackDocument]):
    """Key enterprises first, then projects, then all others, and last who cannot be called; among these by arrival."""


class CallbackClosing(Question):
    """Why a caller is taken off the list."""

    reason: ReasonWord
    note: Annotated[str, Field(max_length=LONGEST_NOTE, description="What else is to be known.")] = ""


class CallbackCall(Question):
    """Who calls him."""

    seat: Annotated[str, Field(min_length=1, max_length=64, description="The seat, which is rung first.")]


class CallbackCallDocument(Document):
    """The call that was placed. The seat is rung, then the caller; `/calls/{call_id}` follows it."""

    call_id: str
    callback: Annotated[str, Field(description="The task's id.")]
    seat: str


def callback_document(task: CallbackTask) -> CallbackDocument:
    """A caller who left."""
    last = task.missed[-1]
    return CallbackDocument(
        call_id=task.task_id,
        number=task.number,
        callable=task.callable,
        enterprise=task.enterprise or None,
        caller_class=task.caller_class,
        arrived=task.arrived,
        left=last.left,
        waited_s=last.waited_s,
        end_reason=last.reason,
        asked=task.asked,
        missed=[
            MissedDocument(
                call_id=one.call_id,
                arrived=one.arrived,
                left=one.left,
                end_reason=one.reason,
                waited_s=one.waited_s,
                voicemail_s=one.voicemail_s,
            )
            for one in task.missed
        ],
        attempts=[_tried(one) for one in task.tries],
        claimed_by=task.claimed_by or None,
        closed=task.closed,
        closed_why=task.closed_why or None,
        closed_by=task.closed_by or None,
        closed_call=task.closed_call or None,
        note=task.note or None,
        version=task.version,
    )


def _tried(tried: Tried) -> TriedDocument:
    return TriedDocument(
        call_id=tried.call_id,
        at=tried.at,
        cause=tried.cause,
        by=tried.by,
        seat=tried.seat_id or None,
        agent=tried.agent or None,
        rung=tried.rung,
        ended=tried.ended,
        outcome=tried.outcome or None,
    )
