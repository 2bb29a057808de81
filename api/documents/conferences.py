"""Conferences as JSON."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.documents.handing_on import TransferDocument, transfer_document
from api.documents.plain import Document, Moment, Paged, PageDocument, Question
from conference.errand import Attempt, AttemptState, Errand
from conference.inside import Inside
from conference.members import member_of
from conference.table import WHERE, Place, possible
from routing.waiting import LiveCall


class ConferenceState(StrEnum):
    """consult: the caller hears music. three_way: he is in the room with others. talking_in_room: he is there with his seat alone.

    held: he hears music, and the seat is alone.
    """

    HELD = "held"
    CONSULT = "consult"
    THREE_WAY = "three_way"
    TALKING_IN_ROOM = "talking_in_room"


class ConferencesWanted(Paged):
    """Which conferences."""

    state: Annotated[ConferenceState | None, Field(description="Only conferences in this state.")] = None


class Member(Document):
    """Who is in the room. `member` is what DELETE …/members/{member} takes; `kind` is caller, seat, specialist or target."""

    member: str
    kind: str
    id: str
    name: str | None
    muted: Annotated[bool, Field(description="Hears the others, and is not heard.")]


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
    transfer: Annotated[TransferDocument | None, Field(description="The one that goes on, or was the last; null where there was none.")]
    possible: Annotated[list[str], Field(description="What can be asked of it now.")]


class ConferencePage(PageDocument[ConferenceDocument]):
    """Conferences by the rank of their calls."""


class WantedConference(StrEnum):
    """What a conference can be changed to."""

    CONSULT = "consult"
    THREE_WAY = "three_way"


class ConferenceChange(Question):
    """three_way: bring the caller into the room (talking_in_room, where only his seat is there). consult: take him back to music."""

    state: WantedConference


def conference_document(call: LiveCall, errand: Errand) -> ConferenceDocument:
    """The conference of a call that has one."""
    inside = Inside.from_json(call.inside)
    return ConferenceDocument(
        call_id=call.call_id,
        state=ConferenceState(call.state),
        arrived=call.arrived,
        number=call.number or None,
        enterprise=call.enterprise or None,
        seat=call.seat_id or None,
        hunting=errand.hunting,
        members=list(_members(call, errand, inside)),
        attempts=[_attempt(attempt) for attempt in errand.attempts],
        transfer=transfer_document(inside.transfer) if inside.transfer is not None else None,
        possible=[str(act) for act in possible(call)],
    )


def _members(call: LiveCall, errand: Errand, inside: Inside) -> Iterator[Member]:
    def member(name: str, leg: str, kind: str, ident: str, called: str | None = None) -> Member:
        return Member(member=name, kind=kind, id=ident, name=called, muted=leg in inside.muted)

    if WHERE[call.state].caller is Place.ROOM:
        yield member("caller", call.call_id, "caller", call.number, call.enterprise or None)
    if call.seat_leg:
        yield member("seat", call.seat_leg, "seat", call.seat_id)
    for attempt in errand.attempts:
        if attempt.state is AttemptState.JOINED:
            yield member(attempt.attempt_id, attempt.attempt_id, "specialist", attempt.specialist_id, attempt.name)
    if (target := member_of(call, "target")) is not None and target.leg != call.seat_leg:
        yield member("target", target.leg, "target", target.id, inside.transfer.name if inside.transfer is not None else None)


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
