"""Every operation, once: the application serves these tables and the OpenAPI document is made of them."""

from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.documents.problem import Problem
from api.errors import PROBLEM_JSON
from api.health import HealthDocument, healthz, metrics
from api.resources import (
    acts,
    agents,
    callbacks,
    calls,
    conferences,
    departments,
    enterprises,
    explained,
    handing_on,
    in_call,
    links,
    recordings,
    reload,
    seats,
    shifts,
    specialists,
    supervision,
    tickets,
)
from api.route import PREFIX, AnyRoute, Open, OpenAnswer
from api.stream import stream

DESCRIPTION: Final = web.AppKey("description", str)
_JSON: Final = "application/json"

ROUTES: Final[tuple[AnyRoute, ...]] = (
    *calls.ROUTES,
    *recordings.ROUTES,
    *conferences.ROUTES,
    *in_call.ROUTES,
    *handing_on.ROUTES,
    *callbacks.ROUTES,
    *tickets.ROUTES,
    *links.ROUTES,
    *seats.ROUTES,
    *shifts.ROUTES,
    *agents.ROUTES,
    *enterprises.ROUTES,
    *specialists.ROUTES,
    *departments.ROUTES,
    *explained.ROUTES,
    *reload.ROUTES,
    *supervision.ROUTES,
    *acts.ROUTES,
)


async def _describe(request: web.Request) -> web.Response:
    return web.json_response(text=request.app[DESCRIPTION])


OTHERS: Final[tuple[Open, ...]] = (
    Open(
        name="healthz",
        path="/healthz",
        summary="Whether every part the engine depends on is well, and which is not",
        handle=healthz,
        answers=(
            OpenAnswer(status=HTTPStatus.OK, words="Everything is well.", media=_JSON, model=HealthDocument),
            OpenAnswer(status=HTTPStatus.SERVICE_UNAVAILABLE, words="Something is not.", media=_JSON, model=HealthDocument),
        ),
    ),
    Open(
        name="metrics",
        path="/metrics",
        summary="Figures for Prometheus",
        handle=metrics,
        answers=(OpenAnswer(status=HTTPStatus.OK, words="The figures.", media="text/plain"),),
    ),
    Open(
        name="describe",
        path=f"{PREFIX}/openapi.json",
        summary="This document",
        handle=_describe,
        answers=(OpenAnswer(status=HTTPStatus.OK, words="OpenAPI 3.1.", media=_JSON),),
    ),
    Open(
        name="stream",
        path=f"{PREFIX}/stream",
        summary="What happens, as it happens, over a WebSocket",
        words='The token comes in the Authorization header or in the first message, `{"type": "auth", "token": …}`. Then come '
        '`{"type": "ready"}`; `{"type": "event", "kind", "call_id", "at", …}` for each fact, `kind` `seat_changed` with `seat` for each '
        "change of a seat, `agent_signed_in` and `agent_signed_out` with `agent`, `seat_id`, `why` and `by`; "
        '`{"type": "gap", "why"}` where something may be missing. Who reads too slowly is closed with 1013, '
        "whose token is not known with 4401; 1001 says that the engine stops.",
        handle=stream,
        may_have_token=True,
        answers=(
            OpenAnswer(status=HTTPStatus.SWITCHING_PROTOCOLS, words="The stream."),
            OpenAnswer(status=HTTPStatus.BAD_REQUEST, words="No upgrade was asked for.", media=PROBLEM_JSON, model=Problem),
            OpenAnswer(status=HTTPStatus.UNAUTHORIZED, words="The header's token is not known.", media=PROBLEM_JSON, model=Problem),
            OpenAnswer(status=HTTPStatus.FORBIDDEN, words="The token may not look.", media=PROBLEM_JSON, model=Problem),
        ),
    ),
)
