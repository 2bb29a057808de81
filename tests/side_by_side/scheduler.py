"""Gives the workers of pytest-xdist their tests, part by part."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.side_by_side.parts import Part, Role, next_part, parts_of

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

_AT_LEAST = 2
"""A worker begins a test only when it knows the one after it, or that there is none."""


class SideBySide:
    """What pytest-xdist asks of a scheduler (xdist.scheduler.protocol).

    Args:
        workers: how many begin.
    """

    def __init__(self, config: pytest.Config, *, workers: int, root: Path) -> None:
        self.collection: list[str] | None = None
        self._config = config
        self._workers = workers
        self._root = root
        self._collected: dict[WorkerController, list[str]] = {}
        self._given: dict[WorkerController, list[int]] = {}
        self._labs: dict[WorkerController, str | None] = {}
        self._left: list[Part] = []

    @property
    def nodes(self) -> "list[WorkerController]":
        return list(self._given)

    @property
    def collection_is_completed(self) -> bool:
        """Whether every worker told what it collected."""
        return self.collection is not None or len(self._collected) >= self._workers

    @property
    def tests_finished(self) -> bool:
        """Whether nothing is to be given any more; a worker's last test may still be under way."""
        return self.collection is not None and not self._left and all(len(given) < _AT_LEAST for given in self._given.values())

    @property
    def has_pending(self) -> bool:
        return bool(self._left) or any(self._given.values())

    def add_node(self, node: "WorkerController") -> None:
        """A worker is there; it begins to collect."""
        self._given[node] = []
        self._labs[node] = None

    def add_node_collection(self, node: "WorkerController", collection: Sequence[str]) -> None:
        """What a worker collected: the same in all of them, or the run fails."""
        self._collected[node] = list(collection)

    def schedule(self) -> None:
        """All workers have collected: give each its first part. Called again for one that came in place of another."""
        expected = self.collection if self.collection is not None else next(iter(self._collected.values()))
        for node, collected in self._collected.items():
            if collected != expected:
                self._fails(node, sorted({*collected} ^ {*expected}))
                self.collection, self._left = expected, []
                return
        if self.collection is None:
            self.collection = expected
            self._left = parts_of(enumerate(expected), self._root)
        for node in self.nodes:
            self._feed(node)

    def mark_test_complete(self, node: "WorkerController", item_index: int, duration: float = 0) -> None:
        """A worker is through with a test."""
        del duration
        self._given[node].remove(item_index)
        self._feed(node)

    def remove_node(self, node: "WorkerController") -> str | None:
        """A worker ended. The test in which it died, if it did; what it was to do after that is for others to do."""
        given = self._given.pop(node)
        self._collected.pop(node, None)
        del self._labs[node]
        if not given or self.collection is None:
            return None
        died, *after = given
        self._left[:0] = parts_of([(test, self.collection[test]) for test in after], self._root)
        return self.collection[died]

    def mark_test_pending(self, item: str) -> NoReturn:
        """For plugins that run a test again; there is none."""
        raise NotImplementedError

    def remove_pending_tests_from_node(self, node: "WorkerController", indices: Sequence[int]) -> NoReturn:
        """The answer to a question that is never asked."""
        raise NotImplementedError

    def _feed(self, node: "WorkerController") -> None:
        while not node.shutting_down and len(self._given[node]) < _AT_LEAST:
            role = Role(node.workerinput["role"])
            elsewhere = [lab for other, lab in self._labs.items() if other is not node]
            part = next_part(self._left, role, runs=self._labs[node], elsewhere=elsewhere)
            if part is None:
                node.shutdown()
                return
            self._left.remove(part)
            self._labs[node] = part.lab
            self._given[node] += part.tests
            node.send_runtest_some(list(part.tests))

    def _fails(self, node: "WorkerController", differing: list[str]) -> None:
        said = "\n".join(["Two workers collected different tests:", *differing[:20]])
        report = pytest.CollectReport(nodeid=node.gateway.id, outcome="failed", longrepr=said, result=[])
        self._config.hook.pytest_collectreport(report=report)
