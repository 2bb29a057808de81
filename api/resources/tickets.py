"""Tickets: look at them, write what people write."""

from collections.abc import Sequence
from typing import Final

import structlog

from api.documents.plain import Nothing
from api.documents.tickets import TicketChange, TicketDocument, TicketPage, TicketsWanted, ticket_document
from api.rights import Right, Role
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound, Refused, StoreFault
from calls.events import CallbackClosed
from tickets.callbacks import CallbackTask, ClosedBy
from tickets.record import CallRecord
from tickets.records import Wanted
from tickets.ticket import Form, Ticket, TicketStatus, patch_from_mapping
from tickets.types import ticket_type

log = structlog.get_logger(__name__)

_NOT_WRITTEN: Final = frozenset({"version", "draft"})
_AT_SEATS: Final = frozenset({Role.AGENT, Role.ADMIN})
"""Who writes a ticket to finish a call; a supervisor who writes does not end an agent's wrap-up."""


async def list_tickets(asked: Asked[TicketsWanted, Nothing]) -> TicketPage:
    """Tickets, the latest call first."""
    query = asked.query
    wanted = Wanted(
        caller_class=query.caller_class,
        seat_id=query.seat,
        enterprise=query.enterprise,
        number_suffix=query.number_suffix,
        since=query.since,
        until=query.until,
        status=query.status,
        tag=query.tag,
        type=None if query.type is None else ticket_type(query.type),
        recovered=query.recovered,
        department=query.department,
    )
    page = await asked.sources.records.tickets(wanted, cursor=query.cursor, limit=query.limit)
    now = asked.sources.clock.now()
    return TicketPage(items=[ticket_document(ticket, now) for ticket in page.items], next=page.next)


async def show_ticket(asked: Asked[Nothing, Nothing]) -> TicketDocument:
    """One ticket."""
    return ticket_document(await asked.sources.records.ticket(asked.path["number"]), asked.sources.clock.now())


async def write_ticket(asked: Asked[Nothing, TicketChange]) -> TicketDocument:
    """Write some fields of a ticket, if nobody wrote since the version that the writer saw."""
    given = {name: getattr(asked.body, name) for name in asked.body.model_fields_set - _NOT_WRITTEN}
    patch = patch_from_mapping(given)
    now = asked.sources.clock.now()
    expect = _expected(asked)
    ticket = await asked.sources.records.patch_ticket(asked.path["number"], patch, expect=expect, by=asked.by, at=now)
    if not asked.body.draft and asked.bearer.role in _AT_SEATS:
        await _end_wrap_up(asked, ticket.record)
    if ticket.form is Form.VOICEMAIL and ticket.written.status is not TicketStatus.OPEN:
        await _take_off_list(asked, ticket)
    return ticket_document(ticket, now)


async def _take_off_list(asked: Asked[Nothing, TicketChange], ticket: Ticket) -> None:
    """A voice message that is handled needs no call-back: its caller is off the list, unless he called again meanwhile."""
    record, sources, now = ticket.record, asked.sources, asked.sources.clock.now()
    try:
        for task in await _owed_for(asked, record):
            if task.closed is None and task.missed[-1].call_id == record.call_id:
                note = f"ticket {ticket.number}"
                await sources.callbacks.close(task.task_id, why=ClosedBy.SETTLED, by=asked.by, note=note, at=now)
                fact = CallbackClosed(call_id=task.task_id, at=now, by=asked.by, reason=ClosedBy.SETTLED, note=note)
                await sources.waiting.record([fact])
                await sources.calling_back.withdraw(task.number)
    except (StoreFault, Conflict) as fault:
        log.warning("callback_not_closed", call_id=record.call_id, code=fault.code)  # a person sees it on the list


async def _owed_for(asked: Asked[Nothing, TicketChange], record: CallRecord) -> Sequence[CallbackTask]:
    """His tasks; who showed no number has one for each call."""
    if record.number:
        return await asked.sources.callbacks.open_of([record.number])
    try:
        return [await asked.sources.callbacks.task(record.call_id)]
    except NotFound:
        return []


async def _end_wrap_up(asked: Asked[Nothing, TicketChange], record: CallRecord) -> None:
    """Of the seat that had the call. The ticket is saved whatever comes of it."""
    try:
        for seat_id in sorted({record.seat_id, *(offer.seat_id for offer in record.offers)} - {""}):
            await asked.sources.desk.ticket_saved(seat_id, record.call_id, by=asked.by, agent=asked.bearer.agent)
    except StoreFault as fault:
        log.warning("wrap_up_not_ended", call_id=record.call_id, code=fault.code)


def _expected(asked: Asked[Nothing, TicketChange]) -> int | None:
    """The version that the writer saw, by If-Match or in the body. Raises: Refused."""
    header, version = asked.if_match, asked.body.version
    if header is None or header.strip() == "*":
        return version
    seen = header.strip().removeprefix("W/").strip('"')
    if not (seen.isascii() and seen.isdecimal() and len(seen) <= 9):
        raise Refused("if_match_unusable", 'If-Match is the ETag of a ticket, like "3".', if_match=header[:40])
    if version is not None and version != int(seen):
        raise Refused("versions_differ", "If-Match and version name two versions.", if_match=header[:40], version=version)
    return int(seen)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_tickets",
        method="GET",
        path="/tickets",
        summary="Tickets, the latest call first",
        tag="tickets",
        right=Right.LOOK,
        handle=list_tickets,
        answer=TicketPage,
        query=TicketsWanted,
        body=Nothing,
    ),
    Route(
        name="show_ticket",
        method="GET",
        path="/tickets/{number}",
        summary="A ticket by its number",
        tag="tickets",
        right=Right.LOOK,
        handle=show_ticket,
        answer=TicketDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
        versioned=True,
    ),
    Route(
        name="write_ticket",
        method="PATCH",
        path="/tickets/{number}",
        summary="Write a ticket's type, content, answer, disposition or status",
        words="Give the version you saw, as If-Match or `version`: where somebody wrote meanwhile, nothing is changed (409). "
        "Where a seat wraps up this very call, its wrap-up ends, unless `draft` is true or a supervisor writes. The ticket of a voice "
        "message that is not open any more takes its caller off the call-back list, unless he called again.",
        tag="tickets",
        right=Right.SERVE,
        handle=write_ticket,
        answer=TicketDocument,
        query=Nothing,
        body=TicketChange,
        refusals=(NotFound, Conflict),
        versioned=True,
    ),
)
