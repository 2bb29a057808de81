"""The call-back desk (漏接回拨): who left before a seat answered, and what is done about it."""

from http import HTTPStatus
from typing import Final

from api.documents.callbacks import (
    CallbackCall,
    CallbackCallDocument,
    CallbackClosing,
    CallbackDocument,
    CallbackPage,
    CallbacksWanted,
    callback_document,
)
from api.documents.plain import Nothing
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound, PbxFault, Refused
from calls.events import CallbackClaimed, CallbackClosed
from seats.seat import Phone
from seats.state import SeatState
from tickets.callbacks import WantedTasks, callable_task

_MAY_CALL: Final = frozenset({SeatState.READY, SeatState.PAUSED, SeatState.WRAP_UP})
"""A seat in one of these can call back: its phone is free, and its agent wants to."""


async def list_callbacks(asked: Asked[CallbacksWanted, Nothing]) -> CallbackPage:
    """Who is on the list."""
    query = asked.query
    wanted = WantedTasks(
        open=not query.closed, callable=query.callable, since=query.since, until=query.until, number_suffix=query.number_suffix
    )
    page = await asked.sources.callbacks.tasks(wanted, cursor=query.cursor, limit=query.limit)
    return CallbackPage(items=[callback_document(task) for task in page.items], next=page.next)


async def show_callback(asked: Asked[Nothing, Nothing]) -> CallbackDocument:
    """One of them."""
    return callback_document(await asked.sources.callbacks.task(asked.path["task_id"]))


async def claim_callback(asked: Asked[Nothing, Nothing]) -> CallbackDocument:
    """Somebody takes care of him."""
    return await _claimed(asked, asked.bearer.name)


async def give_callback_back(asked: Asked[Nothing, Nothing]) -> CallbackDocument:
    """Nobody does any more."""
    return await _claimed(asked, "")


async def _claimed(asked: Asked[Nothing, Nothing], by: str) -> CallbackDocument:
    sources, now = asked.sources, asked.sources.clock.now()
    task = await sources.callbacks.claim(asked.path["task_id"], by=by, at=now)
    await sources.waiting.record([CallbackClaimed(call_id=task.task_id, at=now, by=by)])
    return callback_document(task)


async def close_callback(asked: Asked[Nothing, CallbackClosing]) -> CallbackDocument:
    """He is taken off the list; a call-back that still waits for a seat ends."""
    sources, now, given = asked.sources, asked.sources.clock.now(), asked.body
    task = await sources.callbacks.close(asked.path["task_id"], why=given.reason, by=asked.by, note=given.note, at=now)
    await sources.waiting.record(
        [CallbackClosed(call_id=task.task_id, at=now, by=asked.by, reason=given.reason, note=given.note)]
    )
    await sources.calling_back.withdraw(task.number)
    return callback_document(task)


async def call_back(asked: Asked[Nothing, CallbackCall]) -> CallbackCallDocument:
    """Ring the seat, then him."""
    sources, seat_id = asked.sources, asked.body.seat
    task = callable_task(await sources.callbacks.task(asked.path["task_id"]))
    sources.dial(task.number)
    seat = await sources.seats.seat(seat_id)
    if seat is None:
        raise NotFound("seat_unknown", f"There is no seat {seat_id}.", seat_id=seat_id)
    if seat.state not in _MAY_CALL or seat.phone is not Phone.IDLE:
        sentence = f"Seat {seat_id} is {seat.state}, its phone {seat.phone}; it can call back while it is ready, paused or in wrap-up."
        raise Conflict("seat_not_free", sentence, state=seat.state, phone=seat.phone)
    call_id = await sources.calling_back.call(task, seat_id, asked.bearer.name)
    return CallbackCallDocument(call_id=call_id, callback=task.task_id, seat=seat_id)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_callbacks",
        method="GET",
        path="/callbacks",
        summary="Callers who left before a seat answered, once a number, key enterprises first",
        tag="callbacks",
        right=Right.LOOK,
        handle=list_callbacks,
        answer=CallbackPage,
        query=CallbacksWanted,
        body=Nothing,
        refusals=(Refused,),
    ),
    Route(
        name="show_callback",
        method="GET",
        path="/callbacks/{task_id}",
        summary="One of them, with the proof of each attempt",
        tag="callbacks",
        right=Right.LOOK,
        handle=show_callback,
        answer=CallbackDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
    Route(
        name="call_back",
        method="POST",
        path="/callbacks/{task_id}/calls",
        summary="Call him back from a seat",
        words="The seat's phone rings first (its name begins with 回拨); when it is answered the caller's is rung. Where he is busy or "
        "does not answer the seat is told and freed, and the attempt is on the list.",
        tag="callbacks",
        right=Right.SERVE,
        handle=call_back,
        answer=CallbackCallDocument,
        query=Nothing,
        body=CallbackCall,
        status=HTTPStatus.CREATED,
        refusals=(NotFound, Conflict, Refused, PbxFault),
        creates=True,
    ),
    Route(
        name="claim_callback",
        method="PUT",
        path="/callbacks/{task_id}/claim",
        summary="Take care of him: the engine does not call him by itself meanwhile",
        tag="callbacks",
        right=Right.SERVE,
        handle=claim_callback,
        answer=CallbackDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="give_callback_back",
        method="DELETE",
        path="/callbacks/{task_id}/claim",
        summary="Give him back",
        tag="callbacks",
        right=Right.SERVE,
        handle=give_callback_back,
        answer=CallbackDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="close_callback",
        method="POST",
        path="/callbacks/{task_id}/close",
        summary="Take him off the list, with a reason",
        tag="callbacks",
        right=Right.SERVE,
        handle=close_callback,
        answer=CallbackDocument,
        query=Nothing,
        body=CallbackClosing,
        refusals=(NotFound, Conflict, Refused),
    ),
)
