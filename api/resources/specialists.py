"""The specialists' roster: look at it."""

from collections.abc import Collection, Sequence
from typing import Final

from api.documents.plain import Nothing
from api.documents.specialists import SpecialistDocument, SpecialistPage, SpecialistsWanted, specialist_document
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from api.sources import Sources
from calls.errors import NotFound, StoreFault
from conference.roster import Specialist


async def list_specialists(asked: Asked[SpecialistsWanted, Nothing]) -> SpecialistPage:
    """Specialists in the roster's order."""
    query = asked.query
    page = await asked.sources.roster.find(department=query.department, q=query.q, cursor=query.cursor, limit=query.limit)
    return SpecialistPage(items=await shown(asked.sources, page.items), next=page.next)


async def show_specialist(asked: Asked[Nothing, Nothing]) -> SpecialistDocument:
    """One specialist."""
    return (await shown(asked.sources, [await asked.sources.roster.specialist(asked.path["specialist_id"])]))[0]


async def shown(sources: Sources, specialists: Sequence[Specialist]) -> list[SpecialistDocument]:
    """These specialists, and whether each can be asked now."""
    now = sources.clock.now()
    standing, busy = await sources.specialists.standing(now), await _busy(sources)
    return [specialist_document(one, standing(one), busy=one.specialist_id in busy) for one in specialists]


async def _busy(sources: Sources) -> Collection[str]:
    """The roster can be looked at also while live state is away."""
    try:
        return await sources.specialists.busy()
    except StoreFault:
        return ()


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
