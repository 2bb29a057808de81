"""A lab that was started for a process ends with it."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from lab.house.files import keeper_state, read_house, write_house
from lab.house.keeper import keep
from lab.house.part import Part
from lab.house.plan import House


@pytest.fixture
def owner() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "60"])


async def test_it_stops_everything_when_its_owner_is_gone(
    tmp_path: Path, owner: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    part = Part(name="phone", command=["sleep", "60"], log=tmp_path / "log")
    monkeypatch.setattr(House, "parts", lambda _: [part])
    write_house(House(state=tmp_path, net="127.0.7", config=tmp_path / "zhida.yaml", systemnames=[], owner=owner.pid))
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(keep(tmp_path))
        while not (tmp_path / "keeper.json").exists():  # noqa: ASYNC110  as those look who are no part of it
            await asyncio.sleep(0.01)
        owner.kill()  # and nobody buries it before the keeper sees it
    owner.wait()
    assert not (tmp_path / "keeper.json").exists()
    assert keeper_state(tmp_path) is None


def test_a_lab_of_nobodys_is_noted_as_one(tmp_path: Path) -> None:
    house = House(state=tmp_path, net="127.0.7", config=tmp_path / "zhida.yaml", systemnames=["lab"])
    write_house(house)
    assert read_house(tmp_path) == house
