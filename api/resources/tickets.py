"""Tickets: look at them, write what people write."""

from typing import Final

from api.documents.plain import Nothing
from api.documents.tickets import TicketChange, TicketDocument, TicketPage, TicketsWanted, ticket_document
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound, Refused
from tickets.records import Wanted
from tickets.ticket import patch_from_mapping
from tickets.types import ticket_type


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
    )
    page = await asked.sources.records.tickets(wanted, cursor=query.cursor, limit=query.limit)
    now = asked.sources.clock.now()
    return TicketPage(items=[ticket_document(ticket, now) for ticket in page.items], next=page.next)


async def show_ticket(asked: Asked[Nothing, Nothing]) -> TicketDocument:
    """One ticket."""
    return ticket_document(await asked.sources.records.ticket(asked.path["number"]), asked.sources.clock.now())


async def write_ticket(asked: Asked[Nothing, TicketChange]) -> TicketDocument:
    """Write some fields of a ticket, if nobody wrote since the version that the writer saw."""
    given = {name: getattr(asked.body, name) for name in asked.body.model_fields_set if name != "version"}
    patch = patch_from_mapping(given)
    now = asked.sources.clock.now()
    expect = _expected(asked)
    ticket = await asked.sources.records.patch_ticket(asked.path["number"], patch, expect=expect, by=asked.bearer.name, at=now)
    return ticket_document(ticket, now)


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
        words="Give the version you saw, as If-Match or `version`: where somebody wrote meanwhile, nothing is changed (409).",
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
