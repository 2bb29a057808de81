"""A browser's registration without a browser: REGISTER over a WebSocket (RFC 7118), with digest."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from lab.patience import PATIENCE_S
from lab.phones.digest import authorization, challenge_of
from lab.phones.errors import NotHappened
from lab.phones.sip import Message, NotSip, parse

ANSWER_S = PATIENCE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the registrar granted.

    Args:
        contact: the Contact header of its answer, which lists what is registered now.
    """

    user: str
    status: int
    contact: str
    expires_s: int


async def register_over_websocket(uri: str, user: str, password: str, *, expires_s: int = 60, domain: str = "localhost") -> Registration:
    """Register as a browser's phone does, and go: see `registered_over_websocket`."""
    async with registered_over_websocket(uri, user, password, expires_s=expires_s, domain=domain) as registration:
        return registration


@asynccontextmanager
async def registered_over_websocket(
    uri: str, user: str, password: str, *, expires_s: int = 60, domain: str = "localhost"
) -> AsyncIterator[Registration]:
    """Inside, a browser's phone is registered; Asterisk drops the contact with the connection.

    Args:
        uri: `ws://127.0.0.1:8088/ws`.
        domain: of the user's address; Asterisk looks at the user alone.

    Raises:
        NotHappened: no connection, no answer, or another answer than 200.
    """
    phone = _BrowserPhone(user=user, domain=domain, call=secrets.token_hex(8), tag=secrets.token_hex(4), expires_s=expires_s)
    async with aiohttp.ClientSession() as session:
        try:
            async with asyncio.timeout(ANSWER_S):
                socket = await session.ws_connect(uri, protocols=("sip",))
                answer = await _ask(socket, phone.register(1))
                if answer.status == 401:
                    answer = await _ask(socket, phone.register(2, phone.authorization(answer, password)))
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise NotHappened("not_registered", f"{user} could not register at {uri}: {problem or 'no answer'}.", uri=uri) from problem
        if answer.status != 200:
            sentence = f"{user} could not register at {uri}: {answer.first_line}."
            raise NotHappened("not_registered", sentence, uri=uri, status=answer.status)
        yield Registration(user=user, status=answer.status, contact=answer.header("Contact"), expires_s=expires_s)
        await socket.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _BrowserPhone:
    user: str
    domain: str
    call: str
    tag: str
    expires_s: int

    def register(self, number: int, authorization: str = "") -> Message:
        address = f"<sip:{self.user}@{self.domain}>"
        headers = (
            ("Via", f"SIP/2.0/WS {self.call}.invalid;branch=z9hG4bK{self.call}{number};rport"),
            ("Max-Forwards", "70"),
            ("From", f"{address};tag={self.tag}"),
            ("To", address),
            ("Call-ID", self.call),
            ("CSeq", f"{number} REGISTER"),
            ("Contact", f"<sip:{self.user}@{self.call}.invalid;transport=ws>"),
            ("Expires", str(self.expires_s)),
            *((("Authorization", authorization),) if authorization else ()),
            ("Content-Length", "0"),
        )
        return Message(first_line=f"REGISTER sip:{self.domain} SIP/2.0", headers=headers, body=b"")

    def authorization(self, answer: Message, password: str) -> str:
        challenge = challenge_of(answer.header("WWW-Authenticate"))
        return authorization(
            challenge, method="REGISTER", uri=f"sip:{self.domain}", user=self.user, password=password, cnonce=secrets.token_hex(8)
        )


async def _ask(socket: aiohttp.ClientWebSocketResponse, request: Message) -> Message:
    """Send the request; its final answer."""
    await socket.send_str(bytes(request).decode())
    while True:
        frame = await socket.receive()
        if frame.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            raise aiohttp.ClientConnectionError("the WebSocket was closed without an answer")
        try:
            message = parse(frame.data.encode() if isinstance(frame.data, str) else frame.data)
        except NotSip:
            continue  # a keep-alive
        if message.status >= 200 and message.header("CSeq") == request.header("CSeq"):
            return message
