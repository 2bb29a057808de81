"""Callers who left before a seat answered (漏接), as the call records tell."""

from typing import Final

from api.documents.callbacks import CallbackPage, CallbacksWanted, callback_document
from api.documents.plain import Nothing
from api.merging import Key, Strand, merged
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from tickets.record import CallRecord
from tickets.records import Page, Wanted
from whitelist.identify import CallerClass

_PRECEDENCE: Final = {CallerClass.KEY_ENTERPRISE: 2, CallerClass.PROJECT: 1, CallerClass.PUBLIC: 0}
"""Anonymous callers cannot be called back."""
_REASONS: Final = ("abandoned", "callback", "ladder_end", "menu_left")


async def list_callbacks(asked: Asked[CallbacksWanted, Nothing]) -> CallbackPage:
    """Each class and reason is a list of its own in the records; they are read as one."""
    strands = [_strand(asked, caller_class, reason) for caller_class in _PRECEDENCE for reason in _REASONS]
    page = await merged(strands, cursor=asked.query.cursor, limit=asked.query.limit)
    return CallbackPage(items=[callback_document(record) for record in page.items], next=page.next)


def _strand(asked: Asked[CallbacksWanted, Nothing], caller_class: CallerClass, reason: str) -> Strand[CallRecord]:
    wanted = Wanted(caller_class=caller_class, status=reason, since=asked.query.since, until=asked.query.until)

    async def read(cursor: str | None) -> Page[CallRecord]:
        page = await asked.sources.records.calls(wanted, cursor=cursor, limit=asked.query.limit)
        return Page(items=tuple(record for record in page.items if record.number), next=page.next)

    def key(record: CallRecord) -> Key:
        return _PRECEDENCE[caller_class], record.received, record.call_id

    return Strand(name=f"{caller_class}/{reason}", read=read, key=key)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_callbacks",
        method="GET",
        path="/callbacks",
        summary="Callers who left before a seat answered, key enterprises first",
        tag="callbacks",
        right=Right.LOOK,
        handle=list_callbacks,
        answer=CallbackPage,
        query=CallbacksWanted,
        body=Nothing,
    ),
)
