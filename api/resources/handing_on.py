"""Handing callers on, and what another hotline may read of a caller who is handed on to it."""

from http import HTTPStatus
from typing import Final

from api.documents.calls import CallItem, item_of_live, item_of_record
from api.documents.handing_on import (
    HandOn,
    HandoverDocument,
    HotlineDocument,
    TargetsDocument,
    TransferDocument,
    transfer_document,
    transfer_of_record,
)
from api.documents.plain import Nothing
from api.rights import Right, Role
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound, PbxFault, Refused, StoreFault
from conference.inside import Inside
from conference.transfer import TargetKind, call_of_transfer
from routing.live_call import live_call


async def hand_on(asked: Asked[Nothing, HandOn]) -> TransferDocument:
    """Begin a transfer."""
    body, desk = asked.body, asked.sources.conferences
    transfer = await desk.transfer(
        asked.path["call_id"], body.target, announced=body.announced, by=asked.by, summary=body.summary
    )
    return transfer_document(transfer, asked=asked.sources.clock.now())


async def show_transfer(asked: Asked[Nothing, Nothing]) -> TransferDocument:
    """The transfer that goes on, or was the last."""
    call_id = asked.path["call_id"]
    transfer = Inside.from_json((await live_call(asked.sources.waiting, call_id)).inside).transfer
    if transfer is None:
        raise NotFound("transfer_unknown", f"Nobody has handed the caller of {call_id} on.", call_id=call_id)
    return transfer_document(transfer)


async def complete(asked: Asked[Nothing, Nothing]) -> TransferDocument:
    """The seat leaves."""
    return transfer_document(await asked.sources.conferences.complete(asked.path["call_id"]))


async def cancel(asked: Asked[Nothing, Nothing]) -> None:
    """The target is let go."""
    await asked.sources.conferences.cancel(asked.path["call_id"])


async def list_targets(asked: Asked[Nothing, Nothing]) -> TargetsDocument:
    """What the configuration allows."""
    known = asked.sources.handing_on()
    hotlines = [HotlineDocument(hotline=key, name=one.name, number=one.number) for key, one in known.hotlines.items()]
    return TargetsDocument(numbers=list(known.numbers), hotlines=hotlines)


async def show_handover(asked: Asked[Nothing, Nothing]) -> HandoverDocument:
    """A caller handed on to another hotline; that hotline's own token sees no others."""
    transfer_id = asked.path["transfer_id"]
    call_id = call_of_transfer(transfer_id)
    document = await _of_live(asked, call_id, transfer_id) or await _of_record(asked, call_id, transfer_id)
    hotline = asked.sources.handing_on().hotlines.get(document.hotline) if document is not None else None
    its_own = hotline is not None and hotline.token == asked.bearer.name
    if document is None or (asked.bearer.role is Role.HOTLINE and not its_own):
        raise NotFound("handover_unknown", f"Nobody was handed on to you as {transfer_id}.", transfer_id=transfer_id)
    return document


async def _of_live(asked: Asked[Nothing, Nothing], call_id: str, transfer_id: str) -> HandoverDocument | None:
    call = await asked.sources.waiting.call(call_id)
    transfer = Inside.from_json(call.inside).transfer if call is not None else None
    if call is None or transfer is None or transfer.transfer_id != transfer_id or transfer.kind is not TargetKind.HOTLINE:
        return None
    return await _handover(asked, transfer_document(transfer), item_of_live(call))


async def _of_record(asked: Asked[Nothing, Nothing], call_id: str, transfer_id: str) -> HandoverDocument | None:
    try:
        record = await asked.sources.records.call(call_id)
    except NotFound:
        return None
    made = next((one for one in record.transfers if one.transfer_id == transfer_id and one.target == TargetKind.HOTLINE), None)
    if made is None:
        return None
    return await _handover(asked, transfer_of_record(made), item_of_record(record))


async def _handover(asked: Asked[Nothing, Nothing], transfer: TransferDocument, call: CallItem) -> HandoverDocument:
    return HandoverDocument(
        transfer_id=transfer.transfer_id,
        call_id=call.call_id,
        hotline=transfer.to or "",
        name=transfer.name,
        number=call.number,
        enterprise=call.enterprise,
        caller_class=call.caller_class,
        summary=transfer.summary,
        seat=transfer.seat,
        arrived=call.arrived,
        handed_on=transfer.asked,
        ticket=await _ticket(asked, call.call_id),
    )


async def _ticket(asked: Asked[Nothing, Nothing], call_id: str) -> str | None:
    try:
        return (await asked.sources.records.tickets_of([call_id])).get(call_id)
    except StoreFault:
        return None  # the rest is known all the same


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="hand_on",
        method="POST",
        path="/calls/{call_id}/transfer",
        summary="Hand the caller on: to a seat, a group, a number, another hotline",
        words="At once, the seat is free and the caller hears music until he is taken; his rank stays. Where a seat or a number does not "
        "take him he waits by the ladder he came by; in a group he waits for that group alone first. Announced, the seat talks with the "
        "target while the caller hears music, and then completes it (or hangs up), or cancels it.",
        tag="transfers",
        right=Right.SERVE,
        handle=hand_on,
        answer=TransferDocument,
        query=Nothing,
        body=HandOn,
        status=HTTPStatus.ACCEPTED,
        refusals=(NotFound, Conflict, Refused, PbxFault),
        creates=True,
    ),
    Route(
        name="show_transfer",
        method="GET",
        path="/calls/{call_id}/transfer",
        summary="How far the caller's transfer is",
        tag="transfers",
        right=Right.LOOK,
        handle=show_transfer,
        answer=TransferDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
    Route(
        name="complete_transfer",
        method="POST",
        path="/calls/{call_id}/transfer/complete",
        summary="The seat leaves the caller to the target it has talked with",
        tag="transfers",
        right=Right.SERVE,
        handle=complete,
        answer=TransferDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict, PbxFault),
    ),
    Route(
        name="cancel_transfer",
        method="DELETE",
        path="/calls/{call_id}/transfer",
        summary="Let the target of an announced transfer go; the caller stays the seat's",
        tag="transfers",
        right=Right.SERVE,
        handle=cancel,
        answer=None,
        query=Nothing,
        body=Nothing,
        status=HTTPStatus.NO_CONTENT,
        refusals=(NotFound, Conflict, PbxFault),
    ),
    Route(
        name="list_targets",
        method="GET",
        path="/transfer-targets",
        summary="Numbers and hotlines that callers may be handed on to",
        tag="transfers",
        right=Right.LOOK,
        handle=list_targets,
        answer=TargetsDocument,
        query=Nothing,
        body=Nothing,
    ),
    Route(
        name="show_handover",
        method="GET",
        path="/handovers/{transfer_id}",
        summary="What comes with a caller who is handed on to another hotline",
        words="The id stands in the INVITE's X-Zhida-Handover. A token of the role hotline sees what is handed to its hotline alone.",
        tag="transfers",
        right=Right.TAKE_OVER,
        handle=show_handover,
        answer=HandoverDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
)
