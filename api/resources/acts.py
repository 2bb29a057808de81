"""The log of acts: look at it."""

from typing import Final

from api.documents.acts import ActPage, ActsAsked, act_document
from api.documents.plain import Nothing
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from tickets.acts import WantedActs


async def list_acts(asked: Asked[ActsAsked, Nothing]) -> ActPage:
    """The latest first; what was noted in this second may still be on its way."""
    query = asked.query
    wanted = WantedActs(
        who=query.who, what=query.what, subject=query.on, since=query.since, until=query.until, undone=query.undone
    )
    page = await asked.sources.act_log.acts(wanted, cursor=query.cursor, limit=query.limit)
    return ActPage(items=[act_document(act) for act in page.items], next=page.next)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_acts",
        method="GET",
        path="/acts",
        summary="What persons did that had an effect, the latest first",
        words="Every operation here that is no GET, and what the command line changes without an engine. Nothing is ever taken out.",
        tag="acts",
        right=Right.SUPERVISE,
        handle=list_acts,
        answer=ActPage,
        query=ActsAsked,
        body=Nothing,
    ),
)
