"""Something breaks and is mended in the middle of a rush of calls: nobody is lost, no seat is stuck, everything is written down."""

import time
from pathlib import Path

import pytest

from tests.scenarios.hotline import Hotline
from tests.scenarios.rush import LONGEST_S, all_served, rush

pytestmark = pytest.mark.timeout(LONGEST_S)


async def test_while_the_records_disk_is_full_everybody_is_served_and_nothing_is_missing(hotline: Hotline, tmp_path: Path) -> None:
    async with rush(hotline, tmp_path) as calls:
        with hotline.disk_full():
            await hotline.part_is("recorder", ok=False)
            await calls.rung_for(await calls.goes_on())
        mended = time.monotonic()
        await hotline.part_is("recorder", ok=True)
        hotline.measured("under load: the full disk has room again -> the recorder is well", time.monotonic() - mended)
        await calls.goes_on()
        all_served(await calls.is_over(), calls.callers)


async def test_asterisk_is_killed_and_whoever_calls_once_it_is_back_is_served(hotline: Hotline, tmp_path: Path) -> None:
    async with rush(hotline, tmp_path) as calls:
        killed = await hotline.killed("asterisk")
        await calls.goes_on()
        await hotline.back()
        hotline.measured("under load: Asterisk killed -> it is booted, and the engine well", time.monotonic() - killed)
        later = await calls.goes_on()
        all_served(await calls.is_over(), later)
