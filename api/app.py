"""The application put together."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.access import FIGURES, Figures, surround
from api.health import healthz, metrics
from api.hostile import MAX_BYTES
from api.route import PREFIX, SOURCES
from api.routes import ROUTES
from api.serving import BODY_S, ROUTE_NAME, TOKENS, Handler, handler_of, path_of
from api.sources import Sources
from api.tokens import Token, Tokens

BODY_WAIT_S: Final = 10.0


def build_app(sources: Sources, *, tokens: Mapping[str, Token], body_s: float = BODY_WAIT_S) -> web.Application:
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
    app.on_response_prepare.append(_headers)
    app.router.add_get("/healthz", _named("healthz", healthz))
    app.router.add_get("/metrics", _named("metrics", metrics))
    for route in ROUTES:
        app.router.add_route(route.method, path_of(route, PREFIX), handler_of(route))
    return app


async def _headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "Zhida"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")


def _named(name: str, handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        request[ROUTE_NAME] = name
        return await handler(request)

    return handle
