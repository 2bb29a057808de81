"""A browser's registration, against a registrar of our own."""

import re
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from lab.phones.digest import UnknownDigest, authorization, challenge_of
from lab.phones.errors import NotHappened
from lab.phones.sip import Message, parse, response
from lab.phones.websocket import register_over_websocket

CHALLENGE = 'Digest realm="asterisk",nonce="17952/5052",opaque="0639",algorithm=MD5,qop="auth"'
Answer = Callable[[Message], list[bytes]]


def test_the_example_of_rfc_2617() -> None:
    challenge = challenge_of(
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    made = authorization(
        challenge, method="GET", uri="/dir/index.html", user="Mufasa", password="Circle Of Life", cnonce="0a4f113b"
    )
    assert 'response="6629fae49393a05397450978507c4ef1"' in made
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in made


def test_the_example_of_rfc_7616_with_sha_256() -> None:
    challenge = challenge_of(
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    made = authorization(
        challenge,
        method="GET",
        uri="/dir/index.html",
        user="Mufasa",
        password="Circle of Life",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    assert 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"' in made


def test_without_protection_the_old_digest_is_made() -> None:
    made = authorization({"realm": "r", "nonce": "n"}, method="REGISTER", uri="sip:x", user="u", password="p", cnonce="c")
    assert "cnonce" not in made
    assert re.search(r'response="[0-9a-f]{32}"', made)


@pytest.mark.parametrize("header", ['Basic realm="x"', 'Digest realm="x", nonce="y", algorithm=MD2'])
def test_other_challenges_are_refused(header: str) -> None:
    with pytest.raises(UnknownDigest):
        authorization(challenge_of(header), method="REGISTER", uri="sip:x", user="u", password="p", cnonce="c")


def registrar(answer: Answer) -> Callable[[web.Request], Awaitable[web.WebSocketResponse]]:
    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                for data in answer(parse(frame.data.encode())):
                    await socket.send_str(data.decode())
        return socket

    return serve


async def registered_at(answer: Answer) -> tuple[int, str]:
    app = web.Application()
    app.router.add_get("/ws", registrar(answer))
    async with TestServer(app, host="127.0.0.1") as server:
        registration = await register_over_websocket(f"ws://127.0.0.1:{server.port}/ws", "9001", "lab-9001")
    return registration.status, registration.contact


async def test_a_browser_seat_registers_with_its_password() -> None:
    def answer(request: Message) -> list[bytes]:
        assert request.header("Via").startswith("SIP/2.0/WS ")
        if not request.header("Authorization"):
            challenge = response(request, 401, "Unauthorized", to_tag="t").with_header("WWW-Authenticate", CHALLENGE)
            return [b"\r\n\r\n", bytes(response(request, 100, "Trying", to_tag="t")), bytes(challenge)]
        given = challenge_of(request.header("Authorization"))
        right = authorization(
            challenge_of(CHALLENGE), method="REGISTER", uri=given["uri"], user="9001", password="lab-9001", cnonce=given["cnonce"]
        )
        assert request.header("Authorization") == right
        return [bytes(response(request, 200, "OK", to_tag="t").with_header("Contact", request.header("Contact")))]

    status, contact = await registered_at(answer)
    assert status == 200
    assert re.fullmatch(r"<sip:9001@\w+\.invalid;transport=ws>", contact)


async def test_a_wrong_password_is_told() -> None:
    def answer(request: Message) -> list[bytes]:
        return [bytes(response(request, 401, "Unauthorized", to_tag="t").with_header("WWW-Authenticate", CHALLENGE))]

    with pytest.raises(NotHappened, match=r"9001 could not register at .*: SIP/2\.0 401 Unauthorized"):
        await registered_at(answer)


async def test_nobody_there_is_told() -> None:
    with pytest.raises(NotHappened, match=r"9001 could not register at ws://127\.0\.0\.1:1/ws"):
        await register_over_websocket("ws://127.0.0.1:1/ws", "9001", "x")
