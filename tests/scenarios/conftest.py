"""The lab and what a story is told with."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from lab.client import LabApi
from lab.phones.phones import Phones
from lab.phones.world import World
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import NET, House, Wanted

HERE = Path(__file__).parent
_FIGURES: dict[str, list[float]] = {}
_LINES_SHOWN = 60


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """Stopped at the end, whatever happened."""
    house = House()
    yield house
    asyncio.run(house.down())


@pytest.fixture(scope="module")
def wanted(request: pytest.FixtureRequest) -> Wanted:
    """The lab as the module's stories want it: its `LAB`."""
    found: Wanted = getattr(request.module, "LAB", Wanted())
    return found


@pytest.fixture
async def hotline(house: House, wanted: Wanted, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hotline]:
    """The lab, with nobody on the line and no seat signed in; and so it is left."""
    lab = await house.lab(wanted)
    logs = {log: log.stat().st_size for log in (lab.state / "log").glob("*.log")}
    request.node.stash[_LOGS] = logs
    async with LabApi(lab.url(), lab.token) as api:
        async with Phones(tmp_path / "phones", net=NET) as phones, World(phones) as world:
            hotline = Hotline(lab=lab, api=api, phones=phones, world=world, figures=_FIGURES)
            yield hotline
        await hotline.until_quiet()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories that want the same lab one after another, because another lab takes seconds to start; else as they were."""
    ours = [place for place, item in enumerate(items) if item.path.parent == HERE]
    labs = [getattr(items[place].getparent(pytest.Module).obj, "LAB", Wanted()) for place in ours]  # type: ignore[union-attr]
    order = sorted(range(len(ours)), key=lambda number: labs.index(labs[number]))
    for place, item in zip(ours, [items[ours[number]] for number in order], strict=True):
        items[place] = item


_LOGS: pytest.StashKey[dict[Path, int]] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A story that failed shows what the engines wrote meanwhile."""
    report = yield
    if report.failed:
        for log, began in item.stash.get(_LOGS, {}).items():
            said = [line for line in log.read_bytes()[began:].decode(errors="replace").splitlines() if '"method": "GET"' not in line]
            if said and "keeper" not in log.name:
                report.sections.append((log.name, "\n".join(said[-_LINES_SHOWN:])))
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:  # noqa: ANN401  pytest names no type
    """What was measured on the way."""
    for what, times_ms in sorted(_FIGURES.items()):
        shown = f"median {median(times_ms):.0f}, most {max(times_ms):.0f} ms ({len(times_ms)})"
        terminalreporter.write_line(f"{what}: {shown}")
