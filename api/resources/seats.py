"""Seats: look at them, change their states."""

from typing import Any, Final

from api.documents.plain import Nothing
from api.documents.seats import AskedState, SeatChange, SeatDocument, SeatPage, SeatsWanted, seat_document, seat_item
from api.merging import cut
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound, Refused
from seats.seat import Seat


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
    return await with_call(asked, seat)


async def change_seat(asked: Asked[Nothing, SeatChange]) -> SeatDocument:
    """What a person asks of a seat."""
    desk, seat_id, given, by = asked.sources.desk, asked.path["seat_id"], asked.body, asked.by
    if given.reason_code and given.state is not AskedState.PAUSED:
        raise Refused("reason_code_unused", "A reason_code is for a pause; to other states a reason can be given in words.")
    if given.state is AskedState.PAUSED:
        seat = await desk.pause(seat_id, by=by, why=given.reason, code=given.reason_code)
    elif given.state is AskedState.READY:
        seat = await desk.ready(seat_id, by=by, why=given.reason)
    else:
        seat = await desk.sign_out(seat_id, by=by, why=given.reason)
    return await with_call(asked, seat)


async def with_call(asked: Asked[Any, Any], seat: Seat) -> SeatDocument:
    """The seat as it is answered."""
    call = await asked.sources.waiting.call(seat.call_id) if seat.call_id else None
    return seat_document(seat, call, asked.sources.clock.now())


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
