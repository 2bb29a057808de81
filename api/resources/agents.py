"""Agents: who there is, signing in at a seat, and the end of wrap-up."""

from typing import Final

from api.documents.agents import (
    AgentList,
    BeginsAs,
    Extension,
    PauseReason,
    PauseReasonList,
    SignIn,
    agent_item,
)
from api.documents.plain import Nothing
from api.documents.seats import SeatDocument
from api.resources.seats import with_call
from api.rights import Right, Role
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound, Refused

_NEED_NO_PIN: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})


async def list_agents(asked: Asked[Nothing, Nothing]) -> AgentList:
    """Every agent, and the seat he is at."""
    at = {seat.agent: seat.seat_id for seat in await asked.sources.seats.seats() if seat.agent}
    agents = sorted(asked.sources.desk.agents, key=lambda agent: (len(agent.agent_id), agent.agent_id))
    return AgentList(items=[agent_item(agent, at.get(agent.agent_id)) for agent in agents])


async def list_pause_reasons(asked: Asked[Nothing, Nothing]) -> PauseReasonList:
    """The configured reasons."""
    return PauseReasonList(items=[PauseReason(code=code, text=text) for code, text in asked.sources.desk.pause_reasons.items()])


async def sign_in(asked: Asked[Nothing, SignIn]) -> SeatDocument:
    """An agent is at the seat from now on."""
    given = asked.body
    pin = None if asked.bearer.role in _NEED_NO_PIN or asked.bearer.agent == given.agent else given.pin.get_secret_value()
    paused = given.state is BeginsAs.PAUSED
    seat = await asked.sources.desk.sign_in(asked.path["seat_id"], given.agent, pin=pin, by=asked.by, paused=paused)
    return await with_call(asked, seat)


async def end_wrap_up(asked: Asked[Nothing, Nothing]) -> SeatDocument:
    """The agent has finished what the call left to do."""
    return await with_call(asked, await asked.sources.desk.wrapped_up(asked.path["seat_id"], by=asked.by))


async def extend_wrap_up(asked: Asked[Nothing, Extension]) -> SeatDocument:
    """He needs longer for it."""
    seat = await asked.sources.desk.extend(asked.path["seat_id"], by=asked.by, more_s=asked.body.seconds)
    return await with_call(asked, seat)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_agents",
        method="GET",
        path="/agents",
        summary="All agents, and the seat each is signed in at",
        tag="seats",
        right=Right.LOOK,
        handle=list_agents,
        answer=AgentList,
        query=Nothing,
        body=Nothing,
    ),
    Route(
        name="list_pause_reasons",
        method="GET",
        path="/pause-reasons",
        summary="The reasons to pause, by the digit that names each",
        tag="seats",
        right=Right.LOOK,
        handle=list_pause_reasons,
        answer=PauseReasonList,
        query=Nothing,
        body=Nothing,
    ),
    Route(
        name="sign_in",
        method="PUT",
        path="/seats/{seat_id}/agent",
        summary="An agent signs in at a seat, and is at no other from then on",
        words="The seat he was at is logged out, one that talks after its call; another agent who was here is signed out. The "
        "stream tells both (`agent_signed_out`, with the reason). While another agent talks here it is 409.",
        tag="seats",
        right=Right.SERVE,
        handle=sign_in,
        answer=SeatDocument,
        query=Nothing,
        body=SignIn,
        refusals=(NotFound, Conflict, Refused),
    ),
    Route(
        name="end_wrap_up",
        method="POST",
        path="/seats/{seat_id}/wrapped-up",
        summary="End a seat's wrap-up",
        words="Writing the ticket of the call that it wraps up does the same, unless it says `draft`.",
        tag="seats",
        right=Right.SERVE,
        handle=end_wrap_up,
        answer=SeatDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="extend_wrap_up",
        method="POST",
        path="/seats/{seat_id}/wrap-up/extend",
        summary="Let a seat's wrap-up last longer, up to seats.wrap_up_longest_s in all",
        tag="seats",
        right=Right.SERVE,
        handle=extend_wrap_up,
        answer=SeatDocument,
        query=Nothing,
        body=Extension,
        creates=True,
        refusals=(NotFound, Conflict),
    ),
)
