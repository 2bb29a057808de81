"""Where a gateway tells what became of SMS: POST /sms/receipts/SECRET, or /sms/receipts with the secret as a bearer's token or password.

It has no token of the API, and can do nothing else. Its address holds a secret, so no log has it (api.access logs operations).
"""

import asyncio
import base64
import binascii
import hmac
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.page.limits import WRONG_CODES, Limit, who_asks
from api.route import ROUTE_NAME, SOURCES
from api.serving import BODY_S
from calls.errors import Refused, StoreFault
from tickets.receipts import receipts_in

PATH: Final = "/sms/receipts"
_FORM: Final = "application/x-www-form-urlencoded"


def add_receipts(app: web.Application) -> None:
    """The routes."""
    wrong = Limit(WRONG_CODES, app[SOURCES].clock)

    async def take(request: web.Request) -> web.Response:
        request[ROUTE_NAME] = "sms_receipts"
        sources = request.app[SOURCES]
        rules = sources.links.receipts
        who = who_asks(request.remote, request.headers.getall("X-Forwarded-For", []), sources.page().proxies)
        if wrong.passed(who):
            return _said(HTTPStatus.TOO_MANY_REQUESTS, "asked too often with another secret")
        if not rules.secret or not any(hmac.compare_digest(shown.encode(), rules.secret.encode()) for shown in _shown(request)):
            wrong.count(who)
            return _said(HTTPStatus.NOT_FOUND, "not found")
        try:
            async with asyncio.timeout(request.app[BODY_S]):
                body = await request.text()
            await sources.links.reported(receipts_in(body, rules, form=request.content_type == _FORM))
        except TimeoutError:
            return _said(HTTPStatus.REQUEST_TIMEOUT, "the receipts did not arrive in time")
        except (UnicodeDecodeError, LookupError, web.RequestPayloadError, ConnectionError):
            return _said(HTTPStatus.BAD_REQUEST, "the receipts cannot be read")
        except Refused as refused:
            return _said(HTTPStatus.BAD_REQUEST, refused.sentence)
        except StoreFault:
            return _said(HTTPStatus.SERVICE_UNAVAILABLE, "the database is away; send them again")
        media = "application/json" if rules.answer.startswith(("{", "[")) else "text/plain"
        return web.Response(text=rules.answer, content_type=media)

    for path in (PATH, PATH + "/{secret}"):
        app.router.add_post(path, take)


def _said(status: HTTPStatus, sentence: str) -> web.Response:
    return web.Response(status=status, text=sentence)


def _shown(request: web.Request) -> list[str]:
    """Every secret that the request shows: in its address, as a bearer's token, as a password."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    shown = [request.match_info.get("secret", "")]
    if kind.lower() == "bearer":
        shown.append(value.strip())
    if kind.lower() == "basic":
        try:
            shown.append(base64.b64decode(value, validate=True).decode().partition(":")[2])
        except (binascii.Error, UnicodeDecodeError):
            return shown
    return shown
