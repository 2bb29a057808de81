"""Errors as HTTP answers (RFC 9457); nothing else knows a status."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web
from pydantic import ValidationError

from api.documents.problem import Problem
from calls.errors import Conflict, Fault, Gone, NotFound, Refused, ZhidaError

log = structlog.get_logger(__name__)

PROBLEM_JSON: Final = "application/problem+json"
_LONGEST_VALUE: Final = 400


class Malformed(Refused):
    """What was sent cannot be read at all."""


class Unauthorized(Refused):
    """It is not known who asks."""


class Forbidden(Refused):
    """It is known who asks, and he may not."""


class NoSuchMethod(Refused):
    """The place exists, but does not know the method."""


class TooLarge(Refused):
    """More was sent than is taken."""


class TooSlow(Refused):
    """It did not arrive in time."""


class NoSuchRange(Refused):
    """None of the bytes that were asked for are there."""


class WrongMediaType(Refused):
    """Something else than JSON was sent."""


STATUS: Final[Mapping[type[ZhidaError], HTTPStatus]] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    Unauthorized: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    NoSuchMethod: HTTPStatus.METHOD_NOT_ALLOWED,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    Gone: HTTPStatus.GONE,
    Conflict: HTTPStatus.CONFLICT,
    NoSuchRange: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Fault: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""An error's own class or its nearest ancestor here gives the status."""

_HEADERS: Final[Mapping[HTTPStatus, Mapping[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "1"},
}


def status_of_kind(kind: type[ZhidaError]) -> HTTPStatus:
    """The status that says who is to act."""
    return next((STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS), HTTPStatus.INTERNAL_SERVER_ERROR)


def problem_response(error: Exception) -> web.Response:
    """The answer to a request that raised this."""
    known = _as_known(error)
    if known is None:
        log.error("request_failed", exc_info=error)
        known = ZhidaError("internal", "Something that should not happen did; the engine's log has it.")
    status = status_of_kind(type(known))
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("request_not_possible", code=known.code, why=known.sentence)
    problem = _problem(status, known)
    headers = dict(_HEADERS.get(status, {}))
    if isinstance(error, web.HTTPMethodNotAllowed):
        headers["Allow"] = error.headers["Allow"]
    if isinstance(error, NoSuchRange):
        headers["Content-Range"] = f"bytes */{error.fields['size']}"
    return web.Response(status=status, text=problem.model_dump_json(), content_type=PROBLEM_JSON, headers=headers)


def _problem(status: HTTPStatus, error: ZhidaError) -> Problem:
    return Problem(
        type=f"urn:zhida:problem:{error.code}",
        title=status.phrase,
        status=int(status),
        detail=error.sentence,
        code=error.code,
        fields={name: _plain(value) for name, value in error.fields.items()},
    )


def _as_known(error: Exception) -> ZhidaError | None:
    """As one of Zhida's own errors; None for a fault of the program."""
    if isinstance(error, ZhidaError):
        return error
    if isinstance(error, ValidationError):
        return _of_pydantic(error)
    return _of_aiohttp(error) if isinstance(error, web.HTTPException) else None


def _of_aiohttp(error: web.HTTPException) -> ZhidaError | None:
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return TooLarge("body_too_large", "The body is larger than is taken.")
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return NoSuchMethod("method_not_allowed", f"This place does not know {error.method:.20}; allowed are {allowed}.", allowed=allowed)
    if isinstance(error, web.HTTPNotFound):
        return NotFound("path_unknown", "There is nothing at this path; /api/v1/openapi.json has them all.")
    if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Malformed("request_unreadable", f"The request cannot be read: {error.reason}.")
    return None


def _of_pydantic(error: ValidationError) -> Refused:
    told = dict(_places(error))
    place, sentence = next(iter(told.items()))
    return Refused("request_unusable", f"{place}: {sentence}", **told)


def _places(error: ValidationError) -> Iterator[tuple[str, str]]:
    for found in error.errors(include_url=False, include_context=False, include_input=False)[:20]:
        place = ".".join(str(part)[:40] for part in found["loc"]) or "body"
        yield place, found["msg"].removeprefix("Value error, ")


def _plain(value: object) -> str | int | float | bool | None:
    if isinstance(value, StrEnum) or not isinstance(value, bool | int | float | None):
        return str(value)[:_LONGEST_VALUE]
    return value
