"""A lab engine's API, as the demo and the scenarios ask it."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Self

import aiohttp

from calls.errors import Fault
from lab.patience import PATIENCE_S

_LOOK_EVERY_S: Final = 0.05


class Unexpected(Fault):
    """The API answered with a problem, or what was waited for did not come."""


class LabApi:
    """One engine's. Use it as `async with LabApi(url, token) as api`."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=aiohttp.ClientTimeout(total=PATIENCE_S))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def answer(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:  # noqa: ANN401  JSON
        """Status and document."""
        if self._session is None:
            raise RuntimeError("LabApi is used with `async with`")
        async with self._session.request(method, f"{self.url}/api/v1{path}", json=body, params=query) as response:
            return response.status, await response.json(content_type=None) if response.content_length != 0 else None

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:  # noqa: ANN401  JSON
        """The document. Raises: Unexpected: it is a problem."""
        status, document = await self.answer(method, path, body, **query)
        if status >= 400:
            raise Unexpected("api_refused", f"{method} {path} was answered {status}: {document}")
        return document

    async def get(self, path: str, **query: str) -> Any:  # noqa: ANN401  JSON
        """See `ask`."""
        return await self.ask("GET", path, **query)

    async def until(self, path: str, fits: Callable[[Any], bool], *, within_s: float = PATIENCE_S) -> Any:  # noqa: ANN401  JSON
        """The document at the path once it fits. Raises: Unexpected: it does not in time; shows what it was."""
        document: Any = None
        try:
            async with asyncio.timeout(within_s):
                while True:
                    try:
                        status, document = await self.answer("GET", path)
                    except aiohttp.ClientConnectionError as error:  # the engine is being started again
                        status, document = 503, str(error)
                    if status < 400 and fits(document):
                        return document
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            raise Unexpected("not_seen", f"GET {path} did not come to what was expected within {within_s:g} s; it is {document}") from None
