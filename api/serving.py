"""A request on its way to an operation: who asks, what he asks, and the answer as JSON."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from aiohttp import web
from pydantic import BaseModel

from api.acting import carried_out, person_of
from api.download import Download, send
from api.errors import Malformed, TooSlow, WrongMediaType
from api.hostile import check_text, read_json
from api.repeating import once
from api.route import BEARER, PATH_PARTS, ROUTE_NAME, SOURCES, TOKENS, AnyRoute, Asked

BODY_S: Final = web.AppKey("body_s", float)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_JSON: Final = frozenset({"application/json", "application/merge-patch+json"})


def handler_of(route: AnyRoute) -> Handler:
    """What aiohttp calls for this operation."""

    async def handle(request: web.Request) -> web.StreamResponse:
        request[ROUTE_NAME] = route.name
        bearer = request.app[TOKENS].of_header(request.headers.get("Authorization"))
        request[BEARER] = bearer
        bearer.must(route.right)
        if "call_id" in request.match_info:
            structlog.contextvars.bind_contextvars(call_id=request.match_info["call_id"])
        sent = await _body(request) if route.has_body else None
        asked = Asked(
            sources=request.app[SOURCES],
            bearer=bearer,
            path=dict(request.match_info),
            query=route.query.model_validate(_query(request)),
            body=route.body.model_validate({} if sent is None else sent),
            if_match=request.headers.get("If-Match"),
            person=person_of(request),
        )
        if route.media:
            return await _sent(request, route, asked)
        if route.creates:
            return await once(request, asked, sent, lambda: _answered(route, asked, sent))
        return await _answered(route, asked, sent)

    return handle


async def _sent(request: web.Request, route: AnyRoute, asked: Asked[Any, Any]) -> web.StreamResponse:
    download = await carried_out(route, asked, None)
    if not isinstance(download, Download):
        raise TypeError(f"{route.name} answers with no file")
    return await send(request, download)


async def _answered(route: AnyRoute, asked: Asked[Any, Any], sent: object) -> web.Response:
    document = await carried_out(route, asked, sent)
    if isinstance(document, Download):
        raise TypeError(f"{route.name} answers with a file and does not say so")
    return _response(route, document)


def _response(route: AnyRoute, document: BaseModel | None) -> web.Response:
    if document is None:
        return web.Response(status=route.status)
    headers = {"ETag": f'"{document.version}"'} if route.versioned and hasattr(document, "version") else {}
    return web.json_response(text=document.model_dump_json(), status=route.status, headers=headers)


def _query(request: web.Request) -> dict[str, str]:
    """Raises: Malformed: a name is given twice, or has what no text has."""
    for name, value in request.query.items():
        check_text(value, f"The query's {name[:40]!r}")
    if len(set(request.query)) < len(request.query):
        raise Malformed("query_name_twice", "The query gives a name twice.")
    return dict(request.query)


async def _body(request: web.Request) -> Any:  # noqa: ANN401  JSON
    """Raises: WrongMediaType, TooSlow, Malformed; and aiohttp's own where it is too large."""
    if request.content_type not in _JSON:
        sentence = f"The body is to be JSON (Content-Type: application/json), not {request.content_type:.60}."
        raise WrongMediaType("not_json", sentence)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise WrongMediaType("body_encoded", "The body is to be sent as it is, without a Content-Encoding.")
    try:
        async with asyncio.timeout(request.app[BODY_S]):
            body = await request.read()
    except TimeoutError:
        raise TooSlow("body_too_slow", "The body did not arrive in time.") from None
    except (web.RequestPayloadError, ConnectionError):
        raise Malformed("body_unreadable", "The body broke off, or its chunks are malformed.") from None
    return read_json(body)


def path_of(route: AnyRoute, prefix: str) -> str:
    """The path as aiohttp's router reads it: what does not look like a part's pattern is another path, which does not exist."""
    path = prefix + route.path
    for part in route.path_parts:
        path = path.replace(f"{{{part}}}", f"{{{part}:{PATH_PARTS[part].pattern}}}")
    return path
