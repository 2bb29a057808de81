"""Something breaks and is mended in the middle of a rush of calls: nobody is lost, no seat is stuck, everything is written down."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.scenarios.hotline import Hotline
from tests.scenarios.rush import CALLERS, all_served, rush
from tests.scenarios.test_outages import cut_off


@asynccontextmanager
async def disk_full(hotline: Hotline) -> AsyncIterator[None]:
    """Inside, the records' disk is full, and the recorder has noticed."""
    with hotline.disk_full():
        await hotline.part_is("recorder", ok=False)
        yield
    mended = time.monotonic()
    await hotline.part_is("recorder", ok=True)
    hotline.measured("under load: the full disk has room again -> the recorder is well", time.monotonic() - mended)


@pytest.mark.parametrize("broken", [cut_off, disk_full], ids=["ami_cut", "disk_full"])
async def test_while_it_is_broken_everybody_is_served_and_nothing_is_missing_afterwards(
    hotline: Hotline, tmp_path: Path, broken: Callable[[Hotline], AbstractAsyncContextManager[None]]
) -> None:
    async with rush(hotline, tmp_path) as calls:
        async with broken(hotline):
            await calls.rung_for(8)
        await calls.rung_for(3)
        all_served(await calls.is_over())


async def test_asterisk_is_killed_and_whoever_calls_once_it_is_back_is_served(hotline: Hotline, tmp_path: Path) -> None:
    async with rush(hotline, tmp_path) as calls:
        killed = await hotline.killed("asterisk")
        await hotline.back()
        hotline.measured("under load: Asterisk killed -> it is booted, and the engine well", time.monotonic() - killed)
        before = set(calls.called)
        all_served(await calls.is_over(), set(CALLERS) - before)
