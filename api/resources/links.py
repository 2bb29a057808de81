"""Specialists' links to a ticket: issue, look, show once, withdraw."""

from http import HTTPStatus
from typing import Final

from api.documents.links import CodeDocument, LinkDocument, LinksDocument, LinkWanted, link_document, links_document
from api.documents.plain import Nothing
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound


async def list_links(asked: Asked[Nothing, Nothing]) -> LinksDocument:
    """The ticket's links and what became of their messages."""
    links, sent = await asked.sources.links.links(asked.path["number"])
    return links_document(links, sent, asked.sources.clock.now())


async def issue_link(asked: Asked[Nothing, LinkWanted]) -> LinkDocument:
    """A link for a specialist, or a new code for the one he has."""
    number, wanted = asked.path["number"], asked.body
    link = await asked.sources.links.issue(number, wanted.specialist_id, by=asked.by, send=wanted.send)
    _, sent = await asked.sources.links.links(number)
    return link_document(link, sent.get(link.link_id), asked.sources.clock.now())


async def show_code(asked: Asked[Nothing, Nothing]) -> CodeDocument:
    """The code, once."""
    shown = await asked.sources.links.show(asked.path["number"], asked.path["link_id"])
    return CodeDocument(url=shown.url, code=shown.code)


async def revoke_link(asked: Asked[Nothing, Nothing]) -> None:
    """It opens nothing any more."""
    await asked.sources.links.revoke(asked.path["number"], asked.path["link_id"], by=asked.by)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_links",
        method="GET",
        path="/tickets/{number}/links",
        summary="Specialists' links to a ticket, and what became of the SMS that bring them",
        tag="tickets",
        right=Right.LOOK,
        handle=list_links,
        answer=LinksDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
    Route(
        name="issue_link",
        method="POST",
        path="/tickets/{number}/links",
        summary="Give a specialist a link by which he answers this ticket",
        words="He sees this ticket alone, and of it what he needs. The SMS goes out within seconds; `message` tells how far it is.",
        tag="tickets",
        right=Right.SERVE,
        handle=issue_link,
        answer=LinkDocument,
        query=Nothing,
        body=LinkWanted,
        status=HTTPStatus.CREATED,
        refusals=(NotFound, Conflict),
        creates=True,
    ),
    Route(
        name="show_code",
        method="POST",
        path="/tickets/{number}/links/{link_id}/code",
        summary="A link's address and code, to be read out: once for each issue",
        words="It takes no Idempotency-Key, because its answer is kept nowhere.",
        tag="tickets",
        right=Right.SERVE,
        handle=show_code,
        answer=CodeDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="revoke_link",
        method="DELETE",
        path="/tickets/{number}/links/{link_id}",
        summary="Withdraw a link: it opens nothing any more",
        words="What was answered stays in the ticket.",
        tag="tickets",
        right=Right.SERVE,
        handle=revoke_link,
        answer=None,
        query=Nothing,
        body=Nothing,
        status=HTTPStatus.NO_CONTENT,
        refusals=(NotFound,),
    ),
)
