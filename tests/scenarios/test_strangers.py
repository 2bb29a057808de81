"""Who is no caller connects to the engine: port scans, half a line, floods, slow readers. No call notices."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from lab.patience import PATIENCE_S
from tests.scenarios.hotline import OTHER_KEYS, Hotline

Stranger = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
MANY = 300  # more than the engine grants to those who do not say who they are
FLOOD = b"x" * 65_536
TOTAL = 10_000_000


async def scans(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def says_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def says_half_a_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"agi_network: ye")
    await reader.read()


async def says_half_a_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /api/v1/calls HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    await reader.read()


async def floods(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(TOTAL // len(FLOOD)):
        writer.write(FLOOD)
        await writer.drain()


async def reads_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader
    for _ in range(2000):
        writer.write(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        await writer.drain()


@asynccontextmanager
async def strangers(host: str, port: int, does: Stranger, count: int) -> AsyncIterator[None]:
    """So many of them are connected, and do it for as long as the block lasts or they are let."""

    async def one() -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(host, port, limit=1024)
            try:
                connected.release()
                await does(reader, writer)
            finally:
                writer.close()

    connected = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(one()) for _ in range(count)]
    try:
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(count):
                await connected.acquire()
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


AT_AGI = {scans: 50, says_nothing: MANY, says_half_a_line: MANY, floods: 2}
AT_API = {scans: 50, says_nothing: MANY, says_half_a_request: 50, floods: 2, reads_nothing: 2}


@pytest.mark.parametrize("door", ["agi", "api"])
async def test_calls_are_served_beside_them(hotline: Hotline, door: str) -> None:
    settings = hotline.lab.settings
    at = settings.engine.agi.listen if door == "agi" else settings.api
    first, second = await hotline.seats(8001, 8002)
    talking, talk_id = await hotline.talking(first)
    async with AsyncExitStack() as stack:
        for does, count in (AT_AGI if door == "agi" else AT_API).items():
            await stack.enter_async_context(strangers(at.host, at.port, does, count))
        caller = await hotline.calls(OTHER_KEYS[0])
        await hotline.talk(caller, second)
        waiting, call_id = await hotline.waiting(OTHER_KEYS[1])
        await caller.hang_up()
        await hotline.talk(waiting, second)
        await asyncio.gather(talking.hears(first), first.hears(talking))
        await waiting.hang_up()
        await talking.hang_up()
        await hotline.ended(talk_id, "completed")
        assert (await hotline.ended(call_id, "completed"))["seat"] == "8002"
    assert (await asyncio.to_thread(hotline.lab.health))["status"] == "ok"
