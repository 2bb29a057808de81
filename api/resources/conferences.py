"""Conferences: a call with a specialist in it, or on the way into it. A conference's id is its call's."""

from http import HTTPStatus
from typing import Final

from api.documents.conferences import (
    ConferenceChange,
    ConferenceDocument,
    ConferencePage,
    ConferencesWanted,
    WantedConference,
    conference_document,
)
from api.documents.plain import Nothing
from api.merging import cut
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from api.sources import Sources
from calls.errors import Conflict, NotFound, PbxFault
from conference.errand import Errand
from conference.errand_store import IN_CONFERENCE
from routing.live_call import live_call
from routing.waiting import CallState, LiveCall


async def conference_of(sources: Sources, call_id: str) -> ConferenceDocument:
    """The conference of a call. Raises: NotFound: no such call, or it has none."""
    call = await live_call(sources.waiting, call_id)
    if call.state not in IN_CONFERENCE:
        raise NotFound("conference_unknown", f"Call {call_id} is {call.state}; it has no conference.", call_id=call_id, state=call.state)
    return conference_document(call, Errand.from_json(call.errand))


async def list_conferences(asked: Asked[ConferencesWanted, Nothing]) -> ConferencePage:
    """Conferences by their calls' ids, which is about the order in which the calls arrived."""
    wanted = asked.query
    states = IN_CONFERENCE if wanted.state is None else {CallState(wanted.state)}
    held = [call for call in await asked.sources.waiting.calls() if call.state in states]
    page = cut(sorted(held, key=_id), key=_id, cursor=wanted.cursor, limit=wanted.limit)
    return ConferencePage(items=[conference_document(call, Errand.from_json(call.errand)) for call in page.items], next=page.next)


async def show_conference(asked: Asked[Nothing, Nothing]) -> ConferenceDocument:
    """One conference."""
    return await conference_of(asked.sources, asked.path["call_id"])


async def change_conference(asked: Asked[Nothing, ConferenceChange]) -> ConferenceDocument:
    """Bring the caller in, or take him out to music."""
    call_id = asked.path["call_id"]
    if asked.body.state is WantedConference.THREE_WAY:
        await asked.sources.conferences.join(call_id)
    else:
        await asked.sources.conferences.consult(call_id)
    return await conference_of(asked.sources, call_id)


async def cancel_hunt(asked: Asked[Nothing, Nothing]) -> ConferenceDocument:
    """Ring no more phones; who is in the room stays."""
    await asked.sources.conferences.cancel(asked.path["call_id"])
    return await conference_of(asked.sources, asked.path["call_id"])


async def take_out(asked: Asked[Nothing, Nothing]) -> None:
    """End one member's part."""
    await asked.sources.conferences.take_out(asked.path["call_id"], asked.path["member"])


def _id(call: LiveCall) -> str:
    return call.call_id


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_conferences",
        method="GET",
        path="/conferences",
        summary="Calls with a specialist, or on the way to one",
        tag="conferences",
        right=Right.LOOK,
        handle=list_conferences,
        answer=ConferencePage,
        query=ConferencesWanted,
        body=Nothing,
    ),
    Route(
        name="show_conference",
        method="GET",
        path="/conferences/{call_id}",
        summary="Who is in a call's room, and what became of each phone that was tried",
        tag="conferences",
        right=Right.LOOK,
        handle=show_conference,
        answer=ConferenceDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
    Route(
        name="change_conference",
        method="PUT",
        path="/conferences/{call_id}/state",
        summary="Bring the caller into the room, or take him back to music",
        tag="conferences",
        right=Right.SERVE,
        handle=change_conference,
        answer=ConferenceDocument,
        query=Nothing,
        body=ConferenceChange,
        refusals=(NotFound, Conflict, PbxFault),
    ),
    Route(
        name="cancel_hunt",
        method="DELETE",
        path="/conferences/{call_id}/hunt",
        summary="Stop looking for a specialist; who is in the room stays",
        tag="conferences",
        right=Right.SERVE,
        handle=cancel_hunt,
        answer=ConferenceDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="take_out",
        method="DELETE",
        path="/conferences/{call_id}/members/{member}",
        summary="Take the seat or a specialist out; the others go on",
        words="The leg is hung up; that it has gone shows in the conference a moment later.",
        tag="conferences",
        right=Right.SERVE,
        handle=take_out,
        answer=None,
        query=Nothing,
        body=Nothing,
        status=HTTPStatus.NO_CONTENT,
        refusals=(NotFound, PbxFault),
    ),
)
