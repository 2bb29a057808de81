"""What surrounds every request: its log line, its figures, and errors turned into answers."""

import time
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram

from api.errors import problem_response
from api.route import BEARER, ROUTE_NAME
from api.serving import Handler

log = structlog.get_logger(__name__)

_QUIET: Final = frozenset({"healthz", "metrics"})
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Figures:
    """What /metrics tells of the API itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "zhida_api_requests", "Requests by operation and status.", ("operation", "method", "status"), registry=registry
        )
        self._seconds = Histogram(
            "zhida_api_request_seconds", "Time to the answer.", ("operation",), registry=registry, buckets=_BUCKETS
        )

    def served(self, operation: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(operation, method, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)


FIGURES: Final = web.AppKey("figures", Figures)


@web.middleware
async def surround(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer whatever is raised, then note the request. Neither query nor path is logged: numbers may stand there."""
    structlog.contextvars.clear_contextvars()
    began = time.perf_counter()
    response = await _answer(request, handler)
    _note(request, response, time.perf_counter() - began)
    return response


def _note(request: web.Request, response: web.StreamResponse, seconds: float) -> None:
    operation = request.get(ROUTE_NAME, "unknown")
    bearer = request.get(BEARER)
    asked = {"who": bearer.name if bearer else "", "remote": request.remote}
    if isinstance(response, web.WebSocketResponse):
        log.info("stream_closed", close_code=response.close_code, open_s=round(seconds, 1), **asked)
        return
    request.app[FIGURES].served(operation, _method(request), response.status, seconds)
    note = log.debug if operation in _QUIET else log.info
    note("request_served", operation=operation, method=_method(request), status=response.status, ms=round(seconds * 1000, 1), **asked)


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Exception as error:
        return problem_response(error)


def _method(request: web.Request) -> str:
    """One of few: a caller's invention must not become a label."""
    return request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
