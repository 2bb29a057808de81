"""The specialists' roster: look at it."""

from typing import Final

from api.documents.plain import Nothing
from api.documents.specialists import SpecialistDocument, SpecialistPage, SpecialistsWanted, specialist_document
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import NotFound


async def list_specialists(asked: Asked[SpecialistsWanted, Nothing]) -> SpecialistPage:
    """Specialists in the roster's order."""
    query = asked.query
    page = await asked.sources.roster.find(department=query.department, q=query.q, cursor=query.cursor, limit=query.limit)
    return SpecialistPage(items=[specialist_document(one) for one in page.items], next=page.next)


async def show_specialist(asked: Asked[Nothing, Nothing]) -> SpecialistDocument:
    """One specialist."""
    return specialist_document(await asked.sources.roster.specialist(asked.path["specialist_id"]))


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_specialists",
        method="GET",
        path="/specialists",
        summary="The policy specialists, in the roster's order",
        tag="specialists",
        right=Right.LOOK,
        handle=list_specialists,
        answer=SpecialistPage,
        query=SpecialistsWanted,
        body=Nothing,
    ),
    Route(
        name="show_specialist",
        method="GET",
        path="/specialists/{specialist_id}",
        summary="A policy specialist",
        tag="specialists",
        right=Right.LOOK,
        handle=show_specialist,
        answer=SpecialistDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
)
