"""What supervisors do: be on a call, move a call that waits or take it out, force a seat's state."""

from http import HTTPStatus
from typing import Final

from api.documents.plain import Nothing
from api.documents.seats import AskedState, SeatDocument
from api.documents.supervision import (
    CallSupervision,
    ChangeSupervision,
    ForceSeat,
    MoveCall,
    SendAway,
    StartSupervision,
    SupervisionDocument,
    move_document,
    supervised_span,
    supervision_document,
)
from api.resources.seats import with_call
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound, PbxFault, Refused, StoreFault
from calls.events import Moved, SentAway
from routing.dispatching import How, WayOut
from seats.state import SeatEvent
from tickets.record import CallRecord

_EVENTS: Final = {
    AskedState.READY: SeatEvent.MAKE_READY,
    AskedState.PAUSED: SeatEvent.PAUSE,
    AskedState.LOGGED_OUT: SeatEvent.LOG_OUT,
}


async def show_supervision(asked: Asked[Nothing, Nothing]) -> CallSupervision:
    """Who is on the call now, by live state, and what was, by the records."""
    call_id = asked.path["call_id"]
    live = await asked.sources.waiting.call(call_id)
    try:
        record = await asked.sources.records.call(call_id)
    except (NotFound, StoreFault):
        if live is None:
            raise
        record = CallRecord(call_id=call_id, first=live.arrived)
    try:
        now = supervision_document(await asked.sources.supervisors.of(call_id))
    except NotFound:
        now = None
    return CallSupervision(
        call_id=call_id,
        now=now,
        supervised=[supervised_span(span) for span in record.supervised],
        moves=[move_document(move) for move in record.moves],
    )


async def start_supervision(asked: Asked[Nothing, StartSupervision]) -> SupervisionDocument:
    """Ring the supervisor's phone for the call."""
    body = asked.body
    desk = asked.sources.supervisors
    started = await desk.start(asked.path["call_id"], body.mode, phone=body.phone, by=asked.by, why=body.why)
    return supervision_document(started)


async def change_supervision(asked: Asked[Nothing, ChangeSupervision]) -> SupervisionDocument:
    """Another mode."""
    changed = await asked.sources.supervisors.change(asked.path["call_id"], asked.body.mode, by=asked.by, why=asked.body.why)
    return supervision_document(changed)


async def end_supervision(asked: Asked[Nothing, Nothing]) -> None:
    """The supervisor goes."""
    await asked.sources.supervisors.end(asked.path["call_id"])


async def move_call(asked: Asked[Nothing, MoveCall]) -> None:
    """Move a waiting call."""
    call_id, (how, to) = asked.path["call_id"], asked.body.wanted
    if how is How.GROUP:
        await _check_group(asked, to)
    fact = Moved(call_id=call_id, at=asked.sources.clock.now(), how=how, to=to, by=asked.by, why=asked.body.why)
    await asked.sources.dispatch.move(call_id, how, to, [fact])


async def _check_group(asked: Asked[Nothing, MoveCall], group: str) -> None:
    groups = {served for seat in await asked.sources.seats.seats() for served in seat.groups}
    if group not in groups:
        raise Refused("group_unknown", f"There is no group {group}; there are {', '.join(sorted(groups))}.", group=group)


async def send_away(asked: Asked[Nothing, SendAway]) -> None:
    """End a call's waiting."""
    call_id, body, sources = asked.path["call_id"], asked.body, asked.sources
    message = body.message or sources.message()
    if not sources.has_prompt(message):
        raise Refused("prompt_unknown", f"There is no prompt {message}; zhida prompts lists those that are there.", message=message)
    if body.number is not None:
        sources.dial(body.number)  # Raises: Refused: it cannot be called
    way = WayOut(number=body.number or "", ring_s=sources.away_ring_s(), message=message, by=asked.by)
    fact = SentAway(call_id=call_id, at=sources.clock.now(), number=way.number, message=message, by=asked.by, why=body.why)
    await sources.dispatch.send_away(call_id, way, [fact])


async def force_seat(asked: Asked[Nothing, ForceSeat]) -> SeatDocument:
    """Change a seat's state, whatever its agent wants."""
    seat = await asked.sources.dispatch.force(asked.path["seat_id"], _EVENTS[asked.body.state], why=f"{asked.by}: {asked.body.why}")
    return await with_call(asked, seat)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="show_supervision",
        method="GET",
        path="/calls/{call_id}/supervision",
        summary="Who supervises a call now, and what supervisors did to it",
        tag="supervision",
        right=Right.SUPERVISE,
        handle=show_supervision,
        answer=CallSupervision,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
    Route(
        name="start_supervision",
        method="POST",
        path="/calls/{call_id}/supervision",
        summary="Listen to a call, whisper to its seat, or barge in",
        words="The phone named is rung; once it is answered its user is on the call. listen: nobody hears him. whisper: the seat "
        "alone. barge: caller, seat and specialists, in the call's room. It ends with the call, and where he hangs up.",
        tag="supervision",
        right=Right.SUPERVISE,
        handle=start_supervision,
        answer=SupervisionDocument,
        query=Nothing,
        body=StartSupervision,
        status=HTTPStatus.ACCEPTED,
        refusals=(NotFound, Conflict, PbxFault),
        creates=True,
    ),
    Route(
        name="change_supervision",
        method="PUT",
        path="/calls/{call_id}/supervision",
        summary="Change what the supervisor on a call does",
        tag="supervision",
        right=Right.SUPERVISE,
        handle=change_supervision,
        answer=SupervisionDocument,
        query=Nothing,
        body=ChangeSupervision,
        refusals=(NotFound, Conflict, PbxFault),
    ),
    Route(
        name="end_supervision",
        method="DELETE",
        path="/calls/{call_id}/supervision",
        summary="Take the supervisor off the call; the others talk on",
        tag="supervision",
        right=Right.SUPERVISE,
        handle=end_supervision,
        answer=None,
        query=Nothing,
        body=Nothing,
        status=HTTPStatus.NO_CONTENT,
        refusals=(NotFound, PbxFault),
    ),
    Route(
        name="move_call",
        method="POST",
        path="/calls/{call_id}/move",
        summary="Move a call that waits: to a group, to a free seat, or to the first rank",
        words="group: it waits for that group alone, at its rank. seat: it is offered to that seat now, and waits on as before where that "
        "brings no talk. rank: it goes before all others. A call that rings at a seat is taken from there for the former two.",
        tag="calls",
        right=Right.SUPERVISE,
        handle=move_call,
        answer=None,
        query=Nothing,
        body=MoveCall,
        status=HTTPStatus.NO_CONTENT,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="send_away",
        method="POST",
        path="/calls/{call_id}/send-away",
        summary="Take a call out of the waiting room: to a number, or to its end with a message",
        words="He hears music while the number rings; where nobody answers, or none is given, he hears the message and the call ends.",
        tag="calls",
        right=Right.SUPERVISE,
        handle=send_away,
        answer=None,
        query=Nothing,
        body=SendAway,
        status=HTTPStatus.ACCEPTED,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="force_seat",
        method="POST",
        path="/seats/{seat_id}/force",
        summary="Change a seat's state at once, whatever its agent wants",
        words="A call that rings there goes to another seat. A seat that talks keeps its call; the state is then its `wish`.",
        tag="seats",
        right=Right.SUPERVISE,
        handle=force_seat,
        answer=SeatDocument,
        query=Nothing,
        body=ForceSeat,
        refusals=(NotFound, Conflict),
    ),
)
