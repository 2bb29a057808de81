"""The configuration, read again without a restart."""

from typing import Final

from api.documents.plain import Nothing
from api.documents.reload import ReloadDocument, ReloadWanted, reload_document
from api.rights import Right
from api.route import AnyRoute, Asked, Route


async def reload_configuration(asked: Asked[Nothing, ReloadWanted]) -> ReloadDocument:
    """Read it again, in every engine; or only say what would change."""
    report = await asked.sources.reload(dry_run=asked.body.dry_run, by=asked.by)
    return reload_document(report)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="reload",
        method="POST",
        path="/reload",
        summary="Read the configuration again: no call and no log-in is lost",
        words="A faulty file changes nothing: 422 names file, line and key. Every engine of the hotline follows with its own file.",
        tag="configuration",
        right=Right.CONFIGURE,
        handle=reload_configuration,
        answer=ReloadDocument,
        query=Nothing,
        body=ReloadWanted,
    ),
)
