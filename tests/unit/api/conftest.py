"""The API in front of a hotline in memory, and those who ask it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from api.app import build_app
from api.rights import Role
from api.stream import StreamLimits
from api.tokens import Token
from tests.unit.api.hotline import Hotline

Json = Any  # what stands in a query, a body or an answer

TOKENS = {role.value: Token(secret=f"{role.value}-secret-0123456789", role=role) for role in Role}


class Asker:
    """Somebody with a token; "" is somebody without one."""

    def __init__(self, client: TestClient[Any, Any], name: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {TOKENS[name].secret}"} if name else {}

    async def ask(self, method: str, path: str, **more: Json) -> ClientResponse:
        headers = self.headers | more.pop("headers", {})
        return await self.client.request(method, path if path.startswith("/h") else f"/api/v1{path}", headers=headers, **more)

    async def get(self, path: str, **query: Json) -> Json:
        response = await self.ask("GET", path, params=query)
        assert response.status == 200, await response.text()
        return await response.json()

    async def refused(self, method: str, path: str, status: int, **more: Json) -> dict[str, Any]:
        """The problem document of a request that is not carried out."""
        response = await self.ask(method, path, **more)
        assert response.status == status, await response.text()
        assert response.content_type == "application/problem+json"
        problem: dict[str, Any] = await response.json()
        assert problem["status"] == status
        assert problem["type"] == f"urn:zhida:problem:{problem['code']}"
        return problem


@pytest.fixture
def hotline() -> Hotline:
    return Hotline()


@pytest.fixture
async def client(hotline: Hotline) -> AsyncIterator[TestClient[Any, Any]]:
    limits = StreamLimits(token_s=0.2, heartbeat_s=20, close_s=0.2, queued=5, retry_s=0)
    app = build_app(hotline.sources(), tokens=TOKENS, body_s=0.2, stream=limits)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def observer(client: TestClient[Any, Any]) -> Asker:
    return Asker(client, "observer")


@pytest.fixture
def agent(client: TestClient[Any, Any]) -> Asker:
    return Asker(client, "agent")


@pytest.fixture
def supervisor(client: TestClient[Any, Any]) -> Asker:
    return Asker(client, "supervisor")


@pytest.fixture
def admin(client: TestClient[Any, Any]) -> Asker:
    return Asker(client, "admin")


@pytest.fixture
def stranger(client: TestClient[Any, Any]) -> Asker:
    return Asker(client, "")
