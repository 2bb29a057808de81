"""What the workers are given, until everything is done or one of them is gone."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.side_by_side.parts import Role
from tests.side_by_side.scheduler import SideBySide

NAMES = [
    *(f"tests/scenarios/test_a.py::{name}" for name in "xyz"),
    *(f"tests/scenarios/test_b.py::{name}" for name in "xy"),
    *(f"tests/unit/test_c.py::{name}" for name in "xyz"),
]


class Worker:
    """Does what it is given when it is told to; as pytest-xdist's, it begins a test only once it knows what follows."""

    def __init__(self, name: str, role: Role) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.workerinput = {"role": str(role)}
        self.given: list[int] = []
        self.did: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, tests: list[int]) -> None:
        assert not self.shutting_down
        self.given += tests

    def shutdown(self) -> None:
        self.shutting_down = True

    def step(self, scheduler: SideBySide) -> bool:
        if len(self.given) < (1 if self.shutting_down else 2):
            return False
        self.did.append(self.given.pop(0))
        scheduler.mark_test_complete(self, self.did[-1])  # type: ignore[arg-type]
        return True


class Reports:
    def __init__(self) -> None:
        self.said: list[pytest.CollectReport] = []
        self.hook = SimpleNamespace(pytest_collectreport=lambda report: self.said.append(report))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tests/scenarios").mkdir(parents=True)
    for name in "ab":
        (tmp_path / f"tests/scenarios/test_{name}.py").write_text(f"LAB = {name!r}\ndef test_x(hotline): ...\n")
    return tmp_path


def begun(root: Path, *workers: Worker, reports: Reports | None = None) -> SideBySide:
    scheduler = SideBySide(reports or Reports(), workers=len(workers), root=root)  # type: ignore[arg-type]
    for worker in workers:
        scheduler.add_node(worker)  # type: ignore[arg-type]
    for worker in workers:
        assert not scheduler.collection_is_completed
        scheduler.add_node_collection(worker, NAMES)  # type: ignore[arg-type]
    assert scheduler.collection_is_completed
    scheduler.schedule()
    return scheduler


def to_the_end(scheduler: SideBySide, *workers: Worker) -> None:
    while sum(worker.step(scheduler) for worker in workers):
        pass
    assert scheduler.tests_finished
    assert not scheduler.has_pending


def test_everything_is_done_once_and_files_stay_together(root: Path) -> None:
    one, two, rest = workers = Worker("gw0", Role.STORIES), Worker("gw1", Role.STORIES), Worker("gw2", Role.REST)
    to_the_end(begun(root, *workers), *workers)
    assert (one.did, two.did, rest.did) == ([0, 1, 2], [3, 4], [5, 6, 7])
    assert all(worker.shutting_down for worker in workers)


def test_one_worker_alone_does_everything(root: Path) -> None:
    one = Worker("gw0", Role.STORIES)
    to_the_end(begun(root, one), one)
    assert one.did == list(range(8))


def test_what_a_dead_worker_left_is_done_by_its_successor(root: Path) -> None:
    one, rest = Worker("gw0", Role.STORIES), Worker("gw1", Role.REST)
    scheduler = begun(root, one, rest)
    one.step(scheduler)
    assert scheduler.remove_node(one) == "tests/scenarios/test_a.py::y"  # type: ignore[arg-type]
    assert not scheduler.tests_finished
    again = Worker("gw2", Role.STORIES)
    scheduler.add_node(again)  # type: ignore[arg-type]
    scheduler.add_node_collection(again, NAMES)  # type: ignore[arg-type]
    scheduler.schedule()
    to_the_end(scheduler, again, rest)
    assert sorted([*one.did, 1, *again.did, *rest.did]) == list(range(8))


def test_a_worker_that_goes_when_all_is_done_died_in_nothing(root: Path) -> None:
    one = Worker("gw0", Role.STORIES)
    scheduler = begun(root, one)
    to_the_end(scheduler, one)
    assert scheduler.remove_node(one) is None  # type: ignore[arg-type]
    assert scheduler.nodes == []


def test_one_that_dies_before_it_collected_is_waited_for_in_its_successor(root: Path) -> None:
    one, two = Worker("gw0", Role.STORIES), Worker("gw1", Role.STORIES)
    scheduler = SideBySide(Reports(), workers=2, root=root)  # type: ignore[arg-type]
    for worker in (one, two):
        scheduler.add_node(worker)  # type: ignore[arg-type]
        scheduler.add_node_collection(worker, NAMES) if worker is one else None  # type: ignore[arg-type]
    assert scheduler.remove_node(one) is None  # type: ignore[arg-type]
    scheduler.add_node_collection(two, NAMES)  # type: ignore[arg-type]
    assert not scheduler.collection_is_completed


def test_workers_that_collected_different_tests_fail_the_run(root: Path) -> None:
    reports = Reports()
    one, two = Worker("gw0", Role.STORIES), Worker("gw1", Role.STORIES)
    scheduler = SideBySide(reports, workers=2, root=root)  # type: ignore[arg-type]
    for worker, names in ((one, NAMES), (two, [*NAMES[:-1], "tests/unit/test_c.py::other"])):
        scheduler.add_node(worker)  # type: ignore[arg-type]
        scheduler.add_node_collection(worker, names)  # type: ignore[arg-type]
    scheduler.schedule()
    assert (one.given, two.given, scheduler.tests_finished) == ([], [], True)
    (report,) = reports.said
    assert (report.outcome, "test_c.py::other" in str(report.longrepr)) == ("failed", True)
