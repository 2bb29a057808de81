"""The whitelist: look at it."""

import re
from typing import Final

from api.documents.enterprises import EnterpriseDocument, EnterprisePage, EnterprisesWanted, enterprise_document
from api.documents.plain import Nothing
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import NotFound
from whitelist.keeping import WantedEntries
from whitelist.numbers import parse_number

_SEPARATORS: Final = re.compile(r"[\s()（）-]")


async def list_enterprises(asked: Asked[EnterprisesWanted, Nothing]) -> EnterprisePage:
    """Entries by name."""
    query = asked.query
    number = None if query.number is None else sought(query.number, asked.sources.area_code)
    wanted = WantedEntries(kind=query.kind, name=query.q, number=number)
    page = await asked.sources.enterprises.find(wanted, cursor=query.cursor, limit=query.limit)
    return EnterprisePage(items=[enterprise_document(entry) for entry in page.items], next=page.next)


async def show_enterprise(asked: Asked[Nothing, Nothing]) -> EnterpriseDocument:
    """One entry."""
    return enterprise_document(await asked.sources.enterprises.get(asked.path["entry_id"]))


def sought(number: str, area_code: str) -> str:
    """A whole number in E.164, so that blocks are found too; of anything else its digits, as they stand in E.164."""
    read = parse_number(number, area_code=area_code)
    return read.e164 or _SEPARATORS.sub("", number).removeprefix("0")


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_enterprises",
        method="GET",
        path="/enterprises",
        summary="The whitelist's enterprises and projects by name, or whose a number is",
        tag="enterprises",
        right=Right.LOOK,
        handle=list_enterprises,
        answer=EnterprisePage,
        query=EnterprisesWanted,
        body=Nothing,
    ),
    Route(
        name="show_enterprise",
        method="GET",
        path="/enterprises/{entry_id}",
        summary="An enterprise or a project",
        tag="enterprises",
        right=Right.LOOK,
        handle=show_enterprise,
        answer=EnterpriseDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
)
