from collections.abc import AsyncIterator

import pytest_asyncio

from tests.unit.conference.stage import Stage


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    yield stage
    if stage.task is not None and not stage.task.done():
        stage.task.cancel()
