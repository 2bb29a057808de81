"""The application put together."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Final

from aiohttp import web

from api.access import FIGURES, Figures, surround
from api.hostile import MAX_BYTES
from api.openapi import openapi_document
from api.page.serving import add_page
from api.receipts import add_receipts
from api.route import PREFIX, ROUTE_NAME, SOURCES, TOKENS, Open
from api.routes import DESCRIPTION, OTHERS, ROUTES
from api.serving import BODY_S, Handler, handler_of, path_of
from api.sources import Sources
from api.stream import StreamLimits, add_stream
from api.tokens import Token, Tokens

BODY_WAIT_S: Final = 10.0


def build_app(
    sources: Sources, *, tokens: Mapping[str, Token], body_s: float = BODY_WAIT_S, stream: StreamLimits | None = None
) -> web.Application:
    """The whole API.

    Args:
        tokens: by the names that the log calls their bearers.
        body_s: a body that takes longer to arrive is not waited for.
    """
    app = web.Application(middlewares=[surround], client_max_size=MAX_BYTES)
    app[SOURCES] = sources
    app[TOKENS] = Tokens(tokens)
    app[BODY_S] = body_s
    app[FIGURES] = Figures(sources.registry)
    app[DESCRIPTION] = _description()
    app.on_response_prepare.append(_headers)
    add_stream(app, stream or StreamLimits())
    for route in ROUTES:
        path, handle = path_of(route, PREFIX), handler_of(route)
        app.router.add_route(route.method, path, handle)
        if route.method == "GET":
            app.router.add_route("HEAD", path, handle)
    add_page(app)
    add_receipts(app)
    for other in OTHERS:
        app.router.add_get(other.path, _named(other))
    return app


@cache
def _description() -> str:
    return json.dumps(openapi_document(ROUTES, OTHERS), ensure_ascii=False)


async def _headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "Zhida"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")


def _named(other: Open) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        request[ROUTE_NAME] = other.name
        return await other.handle(request)

    return handle
