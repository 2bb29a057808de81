"""Departments with their figures, and what a seat does where no specialist can be had, as JSON."""

from typing import Annotated, Final

from pydantic import Field, StrictBool, WithJsonSchema

from api.documents.asking import AskSpecialist
from api.documents.plain import Document, Moment, Question
from calls.events import DepartmentAssigned
from conference.figures import DepartmentFigures
from conference.leaving import LONGEST_SUMMARY
from conference.wishes import FreeWish

_ZONED: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})$"
_MOMENT: Final = {"type": "string", "format": "date-time", "pattern": _ZONED}


class DepartmentsWanted(Question):
    """Over which time."""

    since: Annotated[Moment | None, Field(validation_alias="from", description="From then on; by default the last 30 days.")] = None
    until: Annotated[Moment | None, Field(validation_alias="to", description="Before then; by default until now.")] = None
    department: Annotated[str | None, Field(min_length=1, max_length=100, description="Only this one, by its short name.")] = None


class FiguresDocument(Document):
    """How a department answers. Counted are calls; a share is null where it would be of nothing."""

    asked: Annotated[int, Field(description="Calls for which a phone of its specialists was rung.")]
    answered: Annotated[int, Field(description="Of them, those in which one of its phones was picked up.")]
    accepted: Annotated[int, Field(description="Of them, those into which one of its specialists came.")]
    share_accepted: Annotated[float | None, Field(description="accepted / asked.")]
    seconds_median: Annotated[float | None, Field(description="From its first phone's ringing to the specialist's coming: the median.")]
    seconds_p90: Annotated[float | None, Field(description="The same: nine of ten are as quick, or quicker.")]
    solved_online: Annotated[
        int,
        Field(
            description="Accepted calls that its specialist's last answer says are solved_online; where it wrote none, those whose "
            "ticket was answered_online, or closed with an answer that day. Not counted: tickets left to a department."
        ),
    ]
    share_solved_online: Annotated[float | None, Field(description="solved_online / accepted.")]
    assigned: Annotated[int, Field(description="Calls whose ticket was left to it because nobody could be had.")]


class DepartmentDocument(Document):
    """A department of the roster, or one that was asked while it was on it."""

    department: Annotated[str, Field(description="Its short name, by which a seat asks for it.")]
    units: list[str]
    specialists: Annotated[int, Field(description="On the roster, 分管领导 not counted.")]
    on_duty: Annotated[int, Field(description="Of them, those who can be asked now.")]
    figures: FiguresDocument


class DepartmentList(Document):
    """Departments by name, and the time that the figures are over."""

    since: Moment
    until: Moment
    items: list[DepartmentDocument]


class TicketLeaving(Question):
    """Whose the ticket is to be."""

    department: Annotated[str | None, Field(min_length=1, max_length=100, description="By default that of the latest hunt.")] = None
    summary: Annotated[str | None, Field(max_length=LONGEST_SUMMARY, description="What the department is to see to.")] = None
    tell_caller: Annotated[StrictBool, Field(description="Whether the caller hears a prompt about it.")] = True


class TicketLeft(Document):
    """The ticket is the department's. `ticket` is null until the recorder has made it, within a second or so."""

    call_id: str
    department: str
    summary: str
    by: str
    at: Moment
    caller_told: bool
    ticket: str | None


class WishDocument(Document):
    """A seat wishes to be told when a specialist can be had; `told` with whom and why, once that is so."""

    wish_id: str
    seat: str
    call_id: str
    wanted: str
    made: Moment
    told: Moment | None
    specialist_id: str | None
    name: str | None
    why: str | None


class WishList(Document):
    """Wishes, the latest first."""

    items: list[WishDocument]


class WishesWanted(Question):
    """Whose wishes."""

    seat: Annotated[str | None, Field(max_length=64, description="Only this seat's.")] = None
    hours: Annotated[float, Field(gt=0, le=720, description="Besides the open ones, those that came true in the last hours.")] = 12


class WishMaking(AskSpecialist):
    """For whom the seat wishes."""


class AwayMarking(Question):
    """Until when the specialist is away."""

    until: Annotated[Moment, WithJsonSchema(_MOMENT)]
    why: Annotated[str | None, Field(max_length=200)] = None


def figures_document(figures: DepartmentFigures) -> FiguresDocument:
    """A department's figures."""
    return FiguresDocument(
        asked=figures.asked,
        answered=figures.answered,
        accepted=figures.accepted,
        share_accepted=figures.share_accepted,
        seconds_median=figures.seconds_at(0.5),
        seconds_p90=figures.seconds_at(0.9),
        solved_online=figures.solved_online,
        share_solved_online=figures.share_solved_online,
        assigned=figures.assigned,
    )


def left_document(fact: DepartmentAssigned, ticket: str | None) -> TicketLeft:
    """A ticket that was just left to a department."""
    return TicketLeft(
        call_id=fact.call_id, department=fact.department, summary=fact.summary, by=fact.by, at=fact.at, caller_told=fact.told, ticket=ticket
    )


def wish_document(wish: FreeWish) -> WishDocument:
    """A wish."""
    return WishDocument(
        wish_id=wish.wish_id,
        seat=wish.seat_id,
        call_id=wish.call_id,
        wanted=wish.wanted,
        made=wish.made,
        told=wish.told,
        specialist_id=wish.specialist_id or None,
        name=wish.name or None,
        why=wish.why or None,
    )
