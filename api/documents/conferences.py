"""Conferences as JSON."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.documents.plain import Document, Moment, Paged, PageDocument, Question
from conference.errand import Attempt, AttemptState, Errand
from routing.waiting import CallState, LiveCall


class ConferenceState(StrEnum):
    """consult: the caller hears music. three_way: he is in the room."""

    CONSULT = "consult"
    THREE_WAY = "three_way"


class ConferencesWanted(Paged):
    """Which conferences."""

    state: Annotated[ConferenceState | None, Field(description="Only conferences in this state.")] = None


class Member(Document):
    """Who is in the room. `member` is what DELETE …/members/{member} takes; `kind` is caller, seat or specialist."""

    member: str
    kind: str
    id: str
    name: str | None


class AttemptDocument(Document):
    """One phone of one specialist; they are tried in this order."""

    attempt_id: str
    specialist_id: str
    name: str
    department: str
    phone: str
    number: str
    ring_s: float
    state: AttemptState
    role: Annotated[str, Field(description="specialist, stand_in or leader (分管领导).")]
    hunt: Annotated[int, Field(description="Which hunt of the call it is of, from 0.")]
    wanted: Annotated[str | None, Field(description="The department or topic that was asked for.")]
    about: Annotated[str | None, Field(description="What the specialist is told it is about.")]


class ConferenceDocument(Document):
    """The conference of a call; its id is the call's. `hunting`: a phone rings or waits for its turn."""

    call_id: str
    state: ConferenceState
    arrived: Moment
    number: str | None
    enterprise: str | None
    seat: str | None
    hunting: bool
    members: list[Member]
    attempts: list[AttemptDocument]


class ConferencePage(PageDocument[ConferenceDocument]):
    """Conferences by the rank of their calls."""


class ConferenceChange(Question):
    """three_way: bring the caller into the room. consult: take him back to music."""

    state: ConferenceState


def conference_document(call: LiveCall, errand: Errand) -> ConferenceDocument:
    """The conference of a call that has one."""
    return ConferenceDocument(
        call_id=call.call_id,
        state=ConferenceState(call.state),
        arrived=call.arrived,
        number=call.number or None,
        enterprise=call.enterprise or None,
        seat=call.seat_id or None,
        hunting=errand.hunting,
        members=list(_members(call, errand)),
        attempts=[_attempt(attempt) for attempt in errand.attempts],
    )


def _members(call: LiveCall, errand: Errand) -> Iterator[Member]:
    if call.state is CallState.THREE_WAY:
        yield Member(member="caller", kind="caller", id=call.number, name=call.enterprise or None)
    if call.seat_leg:
        yield Member(member="seat", kind="seat", id=call.seat_id, name=None)
    for attempt in errand.attempts:
        if attempt.state is AttemptState.JOINED:
            yield Member(member=attempt.attempt_id, kind="specialist", id=attempt.specialist_id, name=attempt.name)


def _attempt(attempt: Attempt) -> AttemptDocument:
    return AttemptDocument(
        attempt_id=attempt.attempt_id,
        specialist_id=attempt.specialist_id,
        name=attempt.name,
        department=attempt.department,
        phone=attempt.phone,
        number=attempt.number,
        ring_s=attempt.ring_s,
        state=attempt.state,
        role=attempt.role,
        hunt=attempt.hunt,
        wanted=attempt.wanted or None,
        about=attempt.about or None,
    )
