"""Without more words than `pytest`, the suite runs in several workers; a part of it, or one that is to be looked into, in none."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.side_by_side.machine import processors
from tests.side_by_side.parts import Role
from tests.side_by_side.scheduler import SideBySide

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

_LABS_AT_MOST: Final = 4
_REST_AT_MOST: Final = 4
_LOW_PRIORITY: Final = 5  # a third of a phone's share where both want a processor; much lower, and Redis misses its time limits
_WITHOUT: Final = ("keyword", "markexpr", "lf", "collectonly", "usepdb", "trace", "setupplan", "setuponly", "stepwise")
"""Options with which a part of the tests runs, or is looked at."""


def roles(folders: set[str], count: int) -> list[Role]:
    """The workers for the tests in these folders on a machine with so many processors; none for anything less than a folder.

    Stories wait for phones most of the time: a lab and all who call in it take a quarter of a processor. More labs would only
    make engines start slowly, for which stories of dying engines wait.
    """
    labs = min(count + 1, _LABS_AT_MOST)
    rest = min(max(1, count // 2), _REST_AT_MOST)
    if folders == {"tests/scenarios"}:
        return [Role.STORIES] * labs
    if folders == {"tests/unit"}:
        return [Role.REST] * count if count > 1 else []
    if folders and folders <= {"tests", "tests/unit", "tests/scenarios"}:
        return [Role.REST] * rest + [Role.STORIES] * labs
    return []


@pytest.hookimpl(tryfirst=True)  # before xdist looks
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Asks xdist for workers; whoever asked for a number of them himself (-n 3, -n 0) gets that."""
    option = config.option
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput") or option.tx:
        return
    if isinstance(option.numprocesses, int):
        config.stash[_ROLES] = [Role.STORIES] * option.numprocesses
        return
    partly = option.capture == "no" or any(getattr(option, name, None) for name in _WITHOUT)
    config.stash[_ROLES] = [] if partly else roles({_folder(config, arg) for arg in config.args}, processors())
    option.numprocesses = len(config.stash[_ROLES])


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """In a worker: its priority. Where the workers are led: what leads them."""
    told = getattr(config, "workerinput", None)
    if told is not None and told.get("role") == Role.REST:
        os.nice(_LOW_PRIORITY)
    if found := config.stash.get(_ROLES, []):
        config.pluginmanager.register(_Crew(config, found), "side by side")


class _Crew:
    """Leads the workers and sees to it that nothing is left out."""

    def __init__(self, config: pytest.Config, found: list[Role]) -> None:
        self._free = list(found)
        self._has: dict[str, Role] = {}
        self._scheduler = SideBySide(config, workers=len(found), root=config.rootpath)
        self._seen: set[str] = set()
        self._left_out: list[str] = []

    def pytest_xdist_make_scheduler(self) -> SideBySide:
        return self._scheduler

    def pytest_configure_node(self, node: "WorkerController") -> None:
        """The role of one that ended is its successor's."""
        role = self._has[node.gateway.id] = self._free.pop(0)
        node.workerinput["role"] = str(role)

    def pytest_testnodedown(self, node: "WorkerController") -> None:
        if role := self._has.pop(node.gateway.id, None):
            self._free.append(role)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seen.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A run that came to its end has done every test that was collected."""
        if exitstatus not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            return
        self._left_out = [name for name in self._scheduler.collection or () if name not in self._seen]
        if self._left_out:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:  # noqa: ANN401  pytest names no type
        if self._left_out:
            terminalreporter.section("not run")
            for name in self._left_out[:20]:
                terminalreporter.write_line(name)
            terminalreporter.write_line(f"{len(self._left_out)} tests were collected and not run.")


_ROLES: pytest.StashKey[list[Role]] = pytest.StashKey()


def _folder(config: pytest.Config, arg: str) -> str:
    path = Path(os.path.abspath(config.invocation_params.dir / arg))  # noqa: PTH100  resolve() would follow links
    return "tests" if path == config.rootpath else str(path.relative_to(config.rootpath)) if path.is_relative_to(config.rootpath) else arg
