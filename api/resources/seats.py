"""Seats: look at them, change their states."""

from typing import Final

from api.documents.plain import Nothing
from api.documents.seats import AskedState, SeatChange, SeatDocument, SeatPage, SeatsWanted, seat_document, seat_item
from api.merging import cut
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound
from seats.seat import Seat
from seats.state import SeatEvent

EVENTS: Final = {
    AskedState.READY: SeatEvent.MAKE_READY,
    AskedState.PAUSED: SeatEvent.PAUSE,
    AskedState.LOGGED_OUT: SeatEvent.LOG_OUT,
}
"""What a person asks of a seat, as its table has it."""


async def list_seats(asked: Asked[SeatsWanted, Nothing]) -> SeatPage:
    """Seats by id."""
    wanted = asked.query
    seats = [
        seat
        for seat in sorted(await asked.sources.seats.seats(), key=_id)
        if wanted.state in (None, seat.state) and (wanted.group is None or wanted.group in seat.groups)
    ]
    page = cut(seats, key=_id, cursor=wanted.cursor, limit=wanted.limit)
    return SeatPage(items=[seat_item(seat) for seat in page.items], next=page.next)


async def show_seat(asked: Asked[Nothing, Nothing]) -> SeatDocument:
    """One seat with its call."""
    seat_id = asked.path["seat_id"]
    seat = await asked.sources.seats.seat(seat_id)
    if seat is None:
        raise NotFound("seat_unknown", f"There is no seat {seat_id}.", seat_id=seat_id)
    return await _with_call(asked, seat)


async def change_seat(asked: Asked[Nothing, SeatChange]) -> SeatDocument:
    """What a person asks of a seat."""
    why = asked.body.reason or f"{asked.body.state} by {asked.by}"
    seat = await asked.sources.seats.ask(asked.path["seat_id"], EVENTS[asked.body.state], why=why, by=asked.by)
    return await _with_call(asked, seat)


async def _with_call(asked: Asked[Nothing, Nothing] | Asked[Nothing, SeatChange], seat: Seat) -> SeatDocument:
    call = await asked.sources.waiting.call(seat.call_id) if seat.call_id else None
    return seat_document(seat, call)


def _id(seat: Seat) -> str:
    return seat.seat_id


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_seats",
        method="GET",
        path="/seats",
        summary="Seats by id, as they are this moment",
        tag="seats",
        right=Right.LOOK,
        handle=list_seats,
        answer=SeatPage,
        query=SeatsWanted,
        body=Nothing,
    ),
    Route(
        name="show_seat",
        method="GET",
        path="/seats/{seat_id}",
        summary="A seat: state, since when, why, its phone and its call",
        tag="seats",
        right=Right.LOOK,
        handle=show_seat,
        answer=SeatDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
    Route(
        name="change_seat",
        method="PUT",
        path="/seats/{seat_id}/state",
        summary="Make a seat ready, pause it or sign its agent out",
        words="While the seat rings or talks this is kept as its `wish` and takes effect afterwards.",
        tag="seats",
        right=Right.SERVE,
        handle=change_seat,
        answer=SeatDocument,
        query=Nothing,
        body=SeatChange,
        refusals=(NotFound, Conflict),
    ),
)
