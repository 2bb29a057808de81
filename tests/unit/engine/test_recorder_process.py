"""The recorder's process is kept running, and what it says of itself is known."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from calls.clock import SystemClock
from engine.recorder_process import RecorderProcess

SAYS = """
import sys
print('{"recorded": 3, "set_aside": 1, "faulty": 0, "fault": "the disk is full", "since": "2026-11-20T08:00:00+00:00"}', flush=True)
"""
STAYS = SAYS + "sys.stdin.read()"
STUBBORN = SAYS + "import time; time.sleep(60)"


@asynccontextmanager
async def running(script: str) -> AsyncIterator[RecorderProcess]:
    process = RecorderProcess([sys.executable, "-c", script], SystemClock())
    task = asyncio.create_task(process.run())
    try:
        yield process
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110  nothing here tells
            await asyncio.sleep(0.01)


async def test_what_it_says_is_its_state() -> None:
    async with running(STAYS) as process:
        await until(lambda: process.state.recorded == 3)
        assert process.state.fault == "the disk is full"
        assert process.state.since is not None


async def test_one_that_ended_is_started_again_and_the_totals_go_on() -> None:
    async with running(SAYS) as process:
        await until(lambda: process.state.recorded >= 6)
        assert process.state.set_aside * 3 == process.state.recorded


async def test_until_it_runs_again_that_is_the_fault() -> None:
    async with running("raise SystemExit(7)") as process:
        await until(lambda: bool(process.state.fault))
        assert process.state.fault == "The recorder's process ended (7) and is being started again."


async def test_a_renewed_one_goes_on_at_once_and_nothing_was_wrong() -> None:
    async with running(STAYS) as process:
        await until(lambda: process.state.recorded == 3)
        process.renew()
        await until(lambda: process.state.recorded == 6)
        assert process.state.set_aside == 2


async def test_a_renewed_one_that_does_not_let_go_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.recorder_process._LAST_FACTS_S", 0.05)
    async with running(STUBBORN) as process:
        await until(lambda: process.state.recorded == 3)
        process.renew()
        await until(lambda: process.state.recorded == 6)


async def test_one_that_does_not_let_go_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.recorder_process._LAST_FACTS_S", 0.05)
    async with running(STUBBORN) as process:
        await until(lambda: process.state.recorded == 3)
