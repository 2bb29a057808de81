"""What people send who do not mean well, or whose program is broken."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.errors import Malformed
from api.hostile import MAX_BYTES, MAX_DEPTH, read_json
from tests.unit.api.conftest import TOKENS, Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import a_seat

CHANGE = "/seats/8001/state"
JSON = {"Content-Type": "application/json"}

BODIES = {
    "json_unreadable": [b"", b"{", b"{'state': 1}", b"\xef\xbb\xbf{}", b'{"state": "ready",}', b"{} {}", b'"\x01"'],
    "json_not_utf8": [b'{"state": "\xff"}', b'{"state": "\xed\xa0\x80"}', b"\xff\xfe{\x00}\x00"],
    "json_too_deep": [b"[" * 60_000, b"[" * 17 + b"]" * 17, b'{"a":' * 17 + b"1" + b"}" * 17],
    "json_number_too_long": [b'{"state": ' + b"9" * 5000 + b"}", b"-" + b"1" * 19],
    "json_number_unusable": [b'{"state": NaN}', b"[Infinity]", b"-Infinity", b"1e999"],
    "json_key_twice": [b'{"state": "ready", "state": "paused"}', b'{"a": {"b": 1, "b": 2}}'],
    "text_not_unicode": [rb'{"state": "\ud800"}', rb'{"\udfff": 1}'],
    "text_with_nul": [rb'{"state": "\u0000"}', rb'{"reason": "a\u0000b"}'],
}


@pytest.mark.parametrize(("code", "body"), [(code, body) for code, bodies in BODIES.items() for body in bodies])
async def test_a_body_that_cannot_be_read(hotline: Hotline, agent: Asker, code: str, body: bytes) -> None:
    hotline.seats.add(a_seat())
    assert (await agent.refused("PUT", CHANGE, 400, data=body, headers=JSON))["code"] == code
    assert hotline.seats.asked == []


async def test_a_body_that_is_too_large(hotline: Hotline, agent: Asker) -> None:
    hotline.seats.add(a_seat())
    body = json.dumps({"state": "ready", "reason": "x" * MAX_BYTES}).encode()
    assert (await agent.refused("PUT", CHANGE, 413, data=body, headers=JSON))["code"] == "body_too_large"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Type": "text/plain"}, "not_json"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "not_json"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, "body_encoded"),
    ],
)
async def test_something_else_than_plain_json(agent: Asker, headers: dict[str, str], code: str) -> None:
    problem = await agent.refused("PUT", CHANGE, 415, data=b'{"state": "ready"}', headers=headers)
    assert problem["code"] == code


async def test_a_body_that_does_not_arrive(agent: Asker) -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b'{"state": '
        await never.wait()

    never = asyncio.Event()
    response = await agent.ask("PUT", CHANGE, data=drip(), headers=JSON)
    assert (response.status, (await response.json())["code"]) == (408, "body_too_slow")


QUERIES = [
    ("limit=0", "request_unusable"),
    ("limit=201", "request_unusable"),
    ("limit=many", "request_unusable"),
    ("limit=1e9", "request_unusable"),
    ("limit=" + "9" * 5000, "request_unusable"),
    ("class=vip", "request_unusable"),
    ("state=gone", "request_unusable"),
    ("from=yesterday", "request_unusable"),
    ("from=2026-11-20T00:00:00", "request_unusable"),
    ("from=0001-01-01T00:00:00%2B14:00", "request_unusable"),
    ("from=1700000000", "request_unusable"),
    ("number_suffix=abcd", "request_unusable"),
    ("number_suffix=%D9%A1%D9%A2%D9%A3", "request_unusable"),
    ("enterprise=" + "x" * 201, "request_unusable"),
    ("unknown=1", "request_unusable"),
    ("limit=1&limit=2", "query_name_twice"),
    ("enterprise=%00", "text_with_nul"),
]


@pytest.mark.parametrize(("query", "code"), QUERIES, ids=[query[:40] for query, _ in QUERIES])
async def test_a_query_that_cannot_be_read(observer: Asker, query: str, code: str) -> None:
    response = await observer.ask("GET", f"/calls?{query}")
    assert (response.status // 100, (await response.json())["code"]) == (4, code)


async def test_bytes_in_a_query_that_are_no_text(observer: Asker) -> None:
    assert (await observer.ask("GET", "/calls?enterprise=%ED%A0%80%FF")).status in (200, 400)


PATHS = ["/calls/%0d%0aX-Evil:1", "/calls/..%2f..%2fetc", "/calls/" + "x" * 161, "/calls/a%00b", "/calls//", "/tickets/é"]


@pytest.mark.parametrize("path", PATHS)
async def test_paths_that_do_not_exist(observer: Asker, path: str) -> None:
    assert (await observer.refused("GET", path, 404))["code"] == "path_unknown"


async def test_methods_a_place_does_not_know(observer: Asker) -> None:
    for method in ("POST", "DELETE", "OPTIONS", "TRACE", "MKCOL"):
        response = await observer.ask(method, "/calls")
        assert (response.status, (await response.json())["code"]) == (405, "method_not_allowed")
        assert set(response.headers["Allow"].split(",")) == {"GET", "HEAD"}
    assert (await observer.ask("HEAD", "/calls")).status == 200


async def test_a_fault_of_the_program_tells_nothing_of_itself(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    async def broken() -> None:
        raise RuntimeError("secret inside")

    hotline.seats.seats = broken  # type: ignore[assignment]
    response = await client.get("/api/v1/seats", headers={"Authorization": f"Bearer {TOKENS['admin'].secret}"})
    problem = await response.text()
    assert response.status == 500
    assert "secret" not in problem
    assert response.content_type == "application/problem+json"


async def test_an_error_of_aiohttps_own_is_a_problem_too(hotline: Hotline, observer: Asker) -> None:
    async def teapot() -> None:
        raise web.HTTPExpectationFailed

    hotline.seats.seats = teapot  # type: ignore[assignment]
    assert (await observer.refused("GET", "/seats", 400))["code"] == "request_unreadable"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXTS


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner), max_leaves=20))
def test_what_is_plain_json_is_read_as_it_is(document: object) -> None:
    text = json.dumps(document)
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        assert read_json(text.encode()) == document


@given(st.binary(max_size=200))
def test_whatever_the_bytes_they_are_read_or_refused(body: bytes) -> None:
    try:
        read_json(body)
    except Malformed:
        pass
