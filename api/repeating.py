"""Idempotency-Key: a creation that is asked for again is not carried out again, whichever engine is asked."""

import json
import re
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, Final

import structlog
from aiohttp import web

from api.errors import Malformed
from api.route import Asked
from api.sources import Known
from calls.errors import Conflict, Refused, StoreFault

log = structlog.get_logger(__name__)

HEADER: Final = "Idempotency-Key"
CLAIM_S: Final = 60.0
"""A creation that takes longer than this has died with its engine, and may be asked for again."""
KEPT_S: Final = 86_400.0

_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")


async def once(
    request: web.Request, asked: Asked[Any, Any], sent: object, carry_out: Callable[[], Awaitable[web.Response]]
) -> web.Response:
    """Carry it out; or, where this bearer's key was seen with the same request, give the answer it got then.

    A request that was refused or failed changed nothing, so its key is free again.

    Raises: Malformed: the key is none. Refused: it was used for another request. Conflict: its first is still being carried out.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return await carry_out()
    if not _KEY.fullmatch(given):
        raise Malformed("idempotency_key_unusable", f"{HEADER} is 1 to 200 visible ASCII characters.")
    memory = asked.sources.known
    key = _digest([asked.bearer.name, given])
    fingerprint = _digest([request.method, request.path, sent])
    known = await memory.claim(key, fingerprint, ttl_s=CLAIM_S)
    if known is not None:
        return _again(known, fingerprint)
    try:
        response = await carry_out()
    except BaseException:
        await memory.forget(key)
        raise
    await _remember(asked, key, Known(fingerprint, json.dumps([response.status, response.text])))
    return response


async def _remember(asked: Asked[Any, Any], key: str, known: Known) -> None:
    """It is done, so it is answered, whether or not that can be remembered; asked again, it is refused until the claim ends."""
    try:
        await asked.sources.known.remember(key, known, ttl_s=KEPT_S)
    except StoreFault as fault:
        log.warning("creation_not_remembered", why=fault.sentence)


def _again(known: Known, fingerprint: str) -> web.Response:
    if known.fingerprint != fingerprint:
        raise Refused("idempotency_key_reused", f"This {HEADER} was used for another request; take a new one.")
    if not known.answer:
        raise Conflict("request_goes_on", f"The first request with this {HEADER} is still being carried out; ask again in a moment.")
    status, text = json.loads(known.answer)
    return web.json_response(text=text, status=status, headers={"Idempotency-Replayed": "true"})


def _digest(document: object) -> str:
    return sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
