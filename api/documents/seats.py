"""Seats as JSON."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.documents.calls import ShownState
from api.documents.plain import Document, Moment, Paged, PageDocument, Question
from routing.waiting import LiveCall
from seats.seat import Phone, Seat
from seats.state import SeatState


class SeatsWanted(Paged):
    """Which seats."""

    state: Annotated[SeatState | None, Field(description="Only seats in this state.")] = None
    group: Annotated[str | None, Field(max_length=64, description="Only seats that serve this group.")] = None


class SeatItem(Document):
    """A seat this moment.

    `wish` is what was asked for while it could not take effect yet, `wish_why` its reason; `call` is a call's id. `not_rung_why` tells
    why a ready seat is not rung all the same. `agent` is who is signed in.
    """

    seat_id: str
    state: SeatState
    since: Moment
    why: str
    phone: Phone
    call: str | None
    not_rung_why: str | None
    wish: SeatState | None
    wish_why: str | None
    agent: str | None
    agent_name: str | None
    groups: list[str]
    skills: Annotated[dict[str, int], Field(description="Skill to level, 1 to 9.")]
    devices: list[str]
    wrap_up_until: Moment | None


class SeatPage(PageDocument[SeatItem]):
    """Seats by id."""


class OnCall(Document):
    """The call a seat has, for its agent's screen."""

    call_id: str
    number: str | None
    enterprise: str | None
    caller_class: Annotated[str, Field(serialization_alias="class")]
    state: ShownState
    arrived: Moment


class SeatDocument(SeatItem):
    """A seat with its call; `on_call` is null where it has none, and once a call it wraps up is over.

    `wrap_up_left_s` is how long its wrap-up still lasts.
    """

    wrap_up_left_s: float | None
    on_call: OnCall | None


class AskedState(StrEnum):
    """What a person may ask of a seat."""

    READY = "ready"
    PAUSED = "paused"
    LOGGED_OUT = "logged_out"


class SeatChange(Question):
    """What the seat is to be. While it rings or talks this is kept as its wish."""

    state: AskedState
    reason: Annotated[str, Field(max_length=200, description="Why; it is shown beside the state.")] = ""
    reason_code: Annotated[str, Field(max_length=8, description="To pause: the digit of a configured reason (GET /pause-reasons).")] = ""


def seat_item(seat: Seat) -> SeatItem:
    """A seat in a list."""
    return SeatItem(
        seat_id=seat.seat_id,
        state=seat.state,
        since=seat.since,
        why=seat.why,
        phone=seat.phone,
        call=seat.call_id or None,
        not_rung_why=_not_rung_why(seat),
        wish=seat.wish,
        wish_why=seat.wish_why or None,
        agent=seat.agent or None,
        agent_name=seat.agent_name or None,
        groups=list(seat.groups),
        skills=dict(seat.skills),
        devices=list(seat.devices),
        wrap_up_until=seat.wrap_up_until,
    )


def _not_rung_why(seat: Seat) -> str | None:
    if seat.state is not SeatState.READY or seat.phone is Phone.IDLE:
        return None
    if seat.phone is Phone.IN_USE:
        return "its phone is in use by a call that the hotline did not bring"
    return "its phone is not registered"


def seat_document(seat: Seat, call: LiveCall | None, now: datetime) -> SeatDocument:
    """A seat with its call."""
    left_s = None if seat.wrap_up_until is None else max(0.0, round((seat.wrap_up_until - now).total_seconds(), 1))
    return SeatDocument(**dict(seat_item(seat)), wrap_up_left_s=left_s, on_call=None if call is None else _on_call(call))


def _on_call(call: LiveCall) -> OnCall:
    return OnCall(
        call_id=call.call_id,
        number=call.number or None,
        enterprise=call.enterprise or None,
        caller_class=call.caller_class,
        state=ShownState(call.state),
        arrived=call.arrived,
    )
