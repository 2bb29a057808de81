"""A process of the lab that dies is started again, and one that is to stop stops."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.house.part import Part, Running


async def until(seen: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not seen():  # noqa: ASYNC110  another process
            await asyncio.sleep(0.01)


def a_part(tmp_path: Path, script: str) -> Running:
    return Running(Part(name="part", command=[sys.executable, "-c", script], log=tmp_path / "part.log"))


async def test_what_dies_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.house.part._RESTART_AFTER_S", 0.01)
    part = a_part(tmp_path, "print('began', flush=True)")
    part.start()
    await until(lambda: part.restarts >= 2)
    await part.stop()
    assert (tmp_path / "part.log").read_text().count("began") >= 2
    assert part.state() == {"pid": None, "running": False, "restarts": part.restarts}


async def test_what_does_not_go_by_itself_is_ended_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.house.part._STOP_WITHIN_S", 0.2)
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    part = a_part(tmp_path, script)
    part.start()
    await until(lambda: (tmp_path / "part.log").exists() and "deaf" in (tmp_path / "part.log").read_text())
    assert part.state()["running"]
    await part.stop()
    assert not part.state()["running"]


async def test_a_part_whose_program_is_missing_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.house.part._RESTART_AFTER_S", 0.01)
    part = Running(Part(name="part", command=["/nowhere/program"], log=tmp_path / "part.log"))
    part.start()
    await until(lambda: part.restarts >= 2)
    await part.stop()
    assert "/nowhere/program" in (tmp_path / "part.log").read_text()
