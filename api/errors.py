"""Errors as HTTP answers (RFC 9457); nothing else knows a status."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web
from pydantic import ValidationError

from calls.errors import Conflict, Fault, NotFound, Refused, ZhidaError

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


class WrongMediaType(Refused):
    """Something else than JSON was sent."""


STATUS: Final[Mapping[type[ZhidaError], HTTPStatus]] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    Unauthorized: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    NoSuchMethod: HTTPStatus.METHOD_NOT_ALLOWED,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    Conflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Fault: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""An error's own class or its nearest ancestor here gives the status."""


def status_of(error: ZhidaError) -> HTTPStatus:
    """The status that says who is to act."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), HTTPStatus.INTERNAL_SERVER_ERROR)


def problem_document(status: HTTPStatus, code: str, sentence: str, fields: Mapping[str, object]) -> dict[str, object]:
    """The problem as JSON; the type is a name, not an address that anything could be read at."""
    return {
        "type": f"urn:zhida:problem:{code}",
        "title": status.phrase,
        "status": int(status),
        "detail": sentence,
        "code": code,
        "fields": {name: _plain(value) for name, value in fields.items()},
    }


def problem_of(error: Exception) -> tuple[HTTPStatus, dict[str, object], dict[str, str]]:
    """Status, document and headers for whatever was raised."""
    if isinstance(error, web.HTTPException):
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        error = _of_aiohttp(error)
    else:
        headers = {}
    if isinstance(error, ValidationError):
        error = _of_pydantic(error)
    if not isinstance(error, ZhidaError):
        sentence = "Something that should not happen did; the engine's log has it."
        return HTTPStatus.INTERNAL_SERVER_ERROR, problem_document(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", sentence, {}), headers
    status = status_of(error)
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    return status, problem_document(status, error.code, error.sentence, error.fields), headers


def problem_response(error: Exception) -> web.Response:
    """The answer to a request that raised this."""
    status, document, headers = problem_of(error)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", exc_info=error)
    text = json.dumps(document, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type=PROBLEM_JSON, headers=headers)


def _of_aiohttp(error: web.HTTPException) -> ZhidaError | Exception:
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return TooLarge("body_too_large", "The body is larger than is taken.")
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return NoSuchMethod("method_not_allowed", f"This place does not know {error.method:.20}; allowed are {allowed}.", allowed=allowed)
    if isinstance(error, web.HTTPNotFound):
        return NotFound("path_unknown", "There is nothing at this path; /api/v1/openapi.json has them all.")
    if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Malformed("request_unreadable", f"The request cannot be read: {error.reason}.")
    return error


def _of_pydantic(error: ValidationError) -> Refused:
    told = dict(_places(error))
    place, sentence = next(iter(told.items()))
    return Refused("request_unusable", f"{place}: {sentence}", **told)


def _places(error: ValidationError) -> Iterator[tuple[str, str]]:
    for found in error.errors(include_url=False, include_context=False, include_input=False)[:20]:
        place = ".".join(str(part)[:40] for part in found["loc"]) or "body"
        yield place, found["msg"].removeprefix("Value error, ")


def _plain(value: object) -> object:
    if isinstance(value, bool | int | float) or value is None:
        return value
    return str(value)[:_LONGEST_VALUE]
