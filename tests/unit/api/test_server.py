"""The application behind a port of this machine, as telephones' networks reach it."""

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
from structlog.testing import capture_logs

import api.server
from api.app import build_app
from api.server import ApiServer
from tests.unit.api.conftest import TOKENS
from tests.unit.api.hotline import Hotline


@pytest.fixture
async def server(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ApiServer]:
    monkeypatch.setattr(api.server, "IDLE_S", 0.2)
    server = ApiServer(build_app(hotline.sources(), tokens=TOKENS), "127.0.0.1", 0)
    await server.start()
    yield server
    await server.close()


async def send(server: ApiServer, request: bytes) -> str:
    """All that comes back until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    return answer.decode()


async def test_it_serves(server: ApiServer) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{server.port}/healthz") as response:
        assert (await response.json())["status"] == "ok"


async def test_who_sends_half_a_request_is_not_waited_for(server: ApiServer) -> None:
    assert await send(server, b"GET /healthz HTTP/1.1\r\nHost: zhi") == ""


async def test_who_says_nothing_is_not_waited_for(server: ApiServer) -> None:
    assert await send(server, b"") == ""


async def test_encoded_bodies_are_refused_unread(server: ApiServer) -> None:
    secret = TOKENS["agent"].secret
    head = f"PUT /api/v1/seats/8001/state HTTP/1.1\r\nHost: zhida\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\n"
    for encoding in ("gzip", "br", "deflate", "zstd"):
        request = f"{head}Content-Encoding: {encoding}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nxx"
        assert "415 Unsupported Media Type" in await send(server, request.encode())


async def test_bodies_that_break_off_are_the_senders_fault(server: ApiServer) -> None:
    secret = TOKENS["agent"].secret
    head = f"PUT /api/v1/seats/8001/state HTTP/1.1\r\nHost: zhida\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\n"
    answer = await send(server, f"{head}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\nno length\r\n\r\n".encode())
    assert "400 Bad Request" in answer
    with capture_logs() as lines:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"{head}Content-Length: 20\r\n\r\n{{".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        while not lines:  # noqa: ASYNC110  nothing tells when the far end has noticed
            await asyncio.sleep(0.01)
    assert [(line["event"], line["status"]) for line in lines] == [("request_served", 400)]


async def test_what_is_no_http_is_refused_and_its_content_not_logged(server: ApiServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await send(server, b"GET /healthz HTTP/1.1\r\nAuthorization\x00: Bearer s3cret\r\n\r\n")
        await send(server, b"INVITE sip:12345@zhida SIP/2.0\r\nAuthorization: s3cret\r\n\r\n")
        await send(server, b"\x16\x03\x01\x02s3cret\r\n\r\n")
    assert answer.startswith(("HTTP/1.1 400", "HTTP/1.0 400"))
    assert "request_unreadable" in caplog.text
    assert "s3cret" not in caplog.text


async def test_a_port_that_is_taken(hotline: Hotline, server: ApiServer) -> None:
    second = ApiServer(build_app(Hotline().sources(), tokens=TOKENS), "127.0.0.1", server.port)
    with pytest.raises(OSError, match="address already in use"):
        await second.start()
    await second.close()


async def test_closing_what_was_never_started(hotline: Hotline) -> None:
    await ApiServer(build_app(hotline.sources(), tokens=TOKENS), "127.0.0.1", 0).close()
