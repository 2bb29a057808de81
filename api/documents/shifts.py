"""Shifts as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.documents.explained import LocalMoment
from api.documents.plain import Document, Moment, Question
from api.sources import Shifts
from seats.seat import Seat
from seats.shifts import Lack, OnDuty, Shortage, missing, signed_in


class ShiftsWanted(Question):
    """Which shifts."""

    group: Annotated[str | None, Field(max_length=64, description="Only this group's.")] = None
    at: Annotated[LocalMoment | None, Field(description="When; without a zone in the hotline's own, by default now.")] = None


class DutyDocument(Document):
    """Who is on duty."""

    seats: list[str]
    agents: list[str]


class GapDocument(Document):
    """A time at which nobody is on duty though somebody must be."""

    since: Moment
    until: Moment


class ShiftDocument(Document):
    """A group's shift at a moment.

    `wanted` is how many of its seats should be signed in. `signed_in` and `missing` are null where another moment than now is asked about.
    """

    group: str
    label: str
    on_duty: DutyDocument
    until: Annotated[Moment | None, Field(description="When others will be on duty; null: not within a week.")]
    then: Annotated[DutyDocument | None, Field(description="Who will be.")]
    wanted: int
    signed_in: Annotated[list[str] | None, Field(description="Its seats at which somebody is signed in.")]
    gaps: Annotated[list[GapDocument], Field(description="In the week from then on.")]
    missing: Annotated[list[str] | None, Field(description="Who is on duty and not signed in: seats, agents.")]


class ShortageDocument(Document):
    """What a group lacks: nobody or too few are signed in (`nobody`, `short`), or nobody is on duty from `since` on (`gap`)."""

    group: str
    lack: Lack
    why: str
    missing: list[str]
    since: Moment | None


class ShiftsDocument(Document):
    """The shifts at a moment, and what is to be warned of now."""

    at: Moment
    groups: list[ShiftDocument]
    warnings: list[ShortageDocument]


def shift_document(shifts: Shifts, duty: OnDuty, at: datetime, seats: Sequence[Seat] | None) -> ShiftDocument:
    """A group's shift at that moment; `seats` are None where it is not about now."""
    then = shifts.relief(duty)
    return ShiftDocument(
        group=duty.group,
        label=shifts.label(duty.group),
        on_duty=_who(duty),
        until=duty.until,
        then=None if then is None else _who(then),
        wanted=duty.wanted,
        signed_in=None if seats is None else sorted(seat.seat_id for seat in signed_in(duty.group, seats)),
        gaps=[GapDocument(since=gap.since, until=gap.until) for gap in shifts.gaps(duty.group, at)],
        missing=None if seats is None else missing(duty, seats),
    )


def shortage_document(shortage: Shortage) -> ShortageDocument:
    """What a group lacks."""
    return ShortageDocument(
        group=shortage.group, lack=shortage.lack, why=shortage.sentence, missing=list(shortage.missing), since=shortage.since
    )


def _who(duty: OnDuty) -> DutyDocument:
    return DutyDocument(seats=list(duty.seats), agents=list(duty.agents))
