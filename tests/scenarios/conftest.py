"""The lab and what a story is told with."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from engine.commands.options import LAB_STATE
from lab.client import LabApi
from lab.phones.phones import Phones
from lab.phones.world import World
from tests.figures import note
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import NET, House, Wanted
from tests.scenarios.turnstile import passing

HERE = Path(__file__).parent
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
            hotline = Hotline(lab=lab, api=api, phones=phones, world=world, figures={})
            yield hotline
        note(request.node, hotline.figures)
        await hotline.until_quiet()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories that want the same lab one after another, because another lab takes seconds to start; else as they were."""
    ours = [place for place, item in enumerate(items) if item.path.parent == HERE]
    labs = [getattr(items[place].getparent(pytest.Module).obj, "LAB", Wanted()) for place in ours]  # type: ignore[union-attr]
    order = sorted(range(len(ours)), key=lambda number: labs.index(labs[number]))
    for place, item in zip(ours, [items[ours[number]] for number in order], strict=True):
        items[place] = item


@pytest.hookimpl(wrapper=True, tryfirst=True)  # what is waited for at the turnstile is not the story's time
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Stories in other workers go on beside, but for one that loads the whole machine."""
    if item.path.parent != HERE:
        return (yield)
    with passing(LAB_STATE, alone=item.get_closest_marker("alone") is not None):
        return (yield)


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
