"""Calls: those that go on, by live state, and those that are over, by the records; and a specialist into one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from api.documents.asking import AskSpecialist, wanted_of
from api.documents.calls import (
    CallDocument,
    CallItem,
    CallPage,
    CallsWanted,
    ShownState,
    WantedState,
    item_of_live,
    item_of_record,
    live_document,
    record_document,
    span_document,
    with_outlook,
)
from api.documents.conferences import ConferenceDocument
from api.documents.plain import Nothing
from api.merging import Key, Strand, merged
from api.resources.conferences import conference_of
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from api.sources import Sources
from calls.errors import Conflict, NotFound, PbxFault, StoreFault
from routing.expected import Outlook
from routing.waiting import CallState, LiveCall
from tickets.record import CallRecord
from tickets.records import Page, Wanted

_WAITS: Final = frozenset({ShownState.WAITING, ShownState.OFFERED})


async def list_calls(asked: Asked[CallsWanted, Nothing]) -> CallPage:
    """Live state first, then the records: a call that ends in between is in both, never in neither."""
    sources, wanted = asked.sources, asked.query
    live = await sources.waiting.calls()
    strands = [*_live_strand(live, wanted), *_record_strand(sources, {call.call_id for call in live}, wanted)]
    page = await merged(strands, cursor=wanted.cursor, limit=wanted.limit)
    items = await _with_outlooks(sources, await _with_tickets(sources, page.items, wanted))
    return CallPage(items=items, next=page.next)


def _live_strand(live: Sequence[LiveCall], wanted: CallsWanted) -> list[Strand[CallItem]]:
    if wanted.state is WantedState.ENDED or wanted.end_reason is not None:
        return []
    items = tuple(item_of_live(call) for call in live if _is_wanted(call, wanted))

    async def read(_: str | None) -> Page[CallItem]:
        return Page(items=items, next=None)

    return [Strand(name="live", read=read, key=_key)]


def _record_strand(sources: Sources, live: set[str], wanted: CallsWanted) -> list[Strand[CallItem]]:
    """Not asked where only live calls are wanted, so that those can be had while the records are away."""
    if wanted.state not in (None, WantedState.ENDED):
        return []
    asked = Wanted(
        caller_class=wanted.caller_class,
        seat_id=wanted.seat,
        enterprise=wanted.enterprise,
        number_suffix=wanted.number_suffix,
        since=wanted.since,
        until=wanted.until,
        status=wanted.end_reason,
    )

    async def read(cursor: str | None) -> Page[CallItem]:
        page = await sources.records.calls(asked, cursor=cursor, limit=wanted.limit)
        return Page(items=tuple(item_of_record(record) for record in page.items if record.call_id not in live), next=page.next)

    return [Strand(name="records", read=read, key=_key)]


def _is_wanted(call: LiveCall, wanted: CallsWanted) -> bool:
    """The same conditions as of the records."""
    return (
        wanted.state in (None, WantedState.LIVE, WantedState(call.state))
        and wanted.caller_class in (None, call.caller_class)
        and wanted.seat in (None, call.seat_id)
        and (wanted.enterprise is None or wanted.enterprise.casefold() in call.enterprise.casefold())
        and (wanted.number_suffix is None or _digits(call.number).endswith(wanted.number_suffix))
        and (wanted.since is None or call.arrived >= wanted.since)
        and (wanted.until is None or call.arrived < wanted.until)
    )


async def _with_tickets(sources: Sources, items: Sequence[CallItem], wanted: CallsWanted) -> list[CallItem]:
    if not items or wanted.state not in (None, WantedState.ENDED):
        return list(items)
    numbers = await sources.records.tickets_of([item.call_id for item in items])
    return [item.model_copy(update={"ticket": numbers.get(item.call_id)}) for item in items]


async def _with_outlooks(sources: Sources, items: Sequence[CallItem]) -> list[CallItem]:
    waiting = [item.call_id for item in items if item.state in _WAITS]
    outlooks = await sources.waiting.outlooks(waiting) if waiting else {}
    return [with_outlook(item, outlooks.get(item.call_id)) for item in items]


def _key(item: CallItem) -> Key:
    return 0, item.arrived, item.call_id


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdecimal())


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What the records say of a call; without a record where they know nothing yet, or are away while the call goes on."""

    record: CallRecord | None
    ticket: str | None


async def show_call(asked: Asked[Nothing, Nothing]) -> CallDocument:
    """One call, from live state and records together."""
    sources, call_id = asked.sources, asked.path["call_id"]
    live = await sources.waiting.call(call_id)
    waits = live is not None and live.state in (CallState.WAITING, CallState.OFFERED)
    outlook = (await sources.waiting.outlooks([call_id])).get(call_id) if waits else None
    recorded = await _recorded(sources, call_id, goes_on=live is not None)
    return _document(call_id, live, outlook, recorded)


async def _recorded(sources: Sources, call_id: str, *, goes_on: bool) -> _Recorded:
    try:
        record = await sources.records.call(call_id)
        ticket = (await sources.records.tickets_of([call_id])).get(call_id)
    except NotFound:
        return _Recorded(None, None)
    except StoreFault:
        if not goes_on:
            raise
        return _Recorded(None, None)
    return _Recorded(record, ticket)


def _document(call_id: str, live: LiveCall | None, outlook: Outlook | None, recorded: _Recorded) -> CallDocument:
    record = recorded.record
    if live is not None:
        item = with_outlook(item_of_live(live), outlook)
    elif record is not None:
        item = item_of_record(record)
    else:
        raise NotFound("call_unknown", f"There is no call {call_id}, and no record of one.", call_id=call_id)
    recordings = list(record.recordings) if record is not None else []
    if live is not None and live.recording and live.recording not in recordings:
        recordings.append(live.recording)
    return CallDocument(
        **{**dict(item), "ticket": recorded.ticket, "expected_at_join_s": record.expected_wait_s if record is not None else None},
        reasons=list(record.reasons) if record is not None else [],
        on_line=[span_document(span) for span in record.on_line] if record is not None else [],
        recording=next(iter(recordings), None),
        recordings=recordings,
        live=live_document(live, outlook) if live is not None else None,
        record=record_document(record) if record is not None else None,
    )


async def ask_specialist(asked: Asked[Nothing, AskSpecialist]) -> ConferenceDocument:
    """Hunt for a specialist; the answer is the conference as it begins."""
    sources, call_id = asked.sources, asked.path["call_id"]
    await sources.specialists.ask(call_id, wanted_of(asked.body))
    return await conference_of(sources, call_id)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_calls",
        method="GET",
        path="/calls",
        summary="Calls, the newest first, those that go on among them",
        words="With state=live (or a live state) only live state is asked, which also answers while the records are away.",
        tag="calls",
        right=Right.LOOK,
        handle=list_calls,
        answer=CallPage,
        query=CallsWanted,
        body=Nothing,
    ),
    Route(
        name="show_call",
        method="GET",
        path="/calls/{call_id}",
        summary="A call with all that is known of it",
        tag="calls",
        right=Right.LOOK,
        handle=show_call,
        answer=CallDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
    Route(
        name="ask_specialist",
        method="POST",
        path="/calls/{call_id}/specialists",
        summary="Bring a specialist into the call",
        words="The caller hears music and the seat waits in the room, while office phone, mobile and the next specialist are rung in turn "
        "(conference.parallel specialists at once): who is on duty, then stand-ins, 分管领导 last. The first to accept ends the hunt. The "
        "seat hears each step; where nobody can be asked now the answer is a 409 `nobody_to_ask` that says why.",
        tag="calls",
        right=Right.SERVE,
        handle=ask_specialist,
        answer=ConferenceDocument,
        query=Nothing,
        body=AskSpecialist,
        status=HTTPStatus.ACCEPTED,
        refusals=(NotFound, Conflict, PbxFault),
        creates=True,
    ),
)
