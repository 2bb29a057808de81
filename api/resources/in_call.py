"""What a seat does in a call: hold, mute; and a specialist who hands on to a colleague."""

from http import HTTPStatus
from typing import Final

from api.documents.conferences import ConferenceDocument
from api.documents.plain import Nothing
from api.resources.conferences import conference_of
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound, PbxFault, Refused


async def hold(asked: Asked[Nothing, Nothing]) -> ConferenceDocument:
    """The caller hears music, the seat is alone."""
    await asked.sources.conferences.hold(asked.path["call_id"])
    return await conference_of(asked.sources, asked.path["call_id"])


async def resume(asked: Asked[Nothing, Nothing]) -> ConferenceDocument:
    """And is taken back."""
    await asked.sources.conferences.resume(asked.path["call_id"])
    return await conference_of(asked.sources, asked.path["call_id"])


async def mute(asked: Asked[Nothing, Nothing]) -> ConferenceDocument:
    """A member hears and is not heard."""
    await asked.sources.conferences.mute(asked.path["call_id"], asked.path["member"])
    return await conference_of(asked.sources, asked.path["call_id"])


async def unmute(asked: Asked[Nothing, Nothing]) -> ConferenceDocument:
    """He is heard again."""
    await asked.sources.conferences.unmute(asked.path["call_id"], asked.path["member"])
    return await conference_of(asked.sources, asked.path["call_id"])


async def ask_colleague(asked: Asked[Nothing, Nothing]) -> ConferenceDocument:
    """Another hunt through the department of the specialist who asks, who is left out of it."""
    sources, call_id = asked.sources, asked.path["call_id"]
    await sources.specialists.colleague(call_id, asked.path["member"])
    return await conference_of(sources, call_id)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="hold",
        method="PUT",
        path="/calls/{call_id}/hold",
        summary="Put the caller on music; the seat is alone",
        words="Where somebody is with seat and caller, they go on without him: that is a consult.",
        tag="calls",
        right=Right.SERVE,
        handle=hold,
        answer=ConferenceDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict, PbxFault),
    ),
    Route(
        name="resume",
        method="DELETE",
        path="/calls/{call_id}/hold",
        summary="Take the caller back",
        tag="calls",
        right=Right.SERVE,
        handle=resume,
        answer=ConferenceDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="mute",
        method="PUT",
        path="/conferences/{call_id}/members/{member}/mute",
        summary="Let a member hear the others, and not be heard",
        words="The caller is `caller`, the target of an announced transfer `target`. A caller on music is muted when he comes back.",
        tag="conferences",
        right=Right.SERVE,
        handle=mute,
        answer=ConferenceDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict, PbxFault),
    ),
    Route(
        name="unmute",
        method="DELETE",
        path="/conferences/{call_id}/members/{member}/mute",
        summary="Let a member be heard again",
        tag="conferences",
        right=Right.SERVE,
        handle=unmute,
        answer=ConferenceDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict, PbxFault),
    ),
    Route(
        name="ask_colleague",
        method="POST",
        path="/conferences/{call_id}/members/{member}/colleague",
        summary="A specialist who is on the line hands on to a colleague of his department",
        words="His colleagues are rung as in a hunt. He may leave meanwhile, also where the seat has left: the caller then hears music.",
        tag="conferences",
        right=Right.SERVE,
        handle=ask_colleague,
        answer=ConferenceDocument,
        query=Nothing,
        body=Nothing,
        status=HTTPStatus.ACCEPTED,
        refusals=(NotFound, Conflict, Refused),
        creates=True,
    ),
)
