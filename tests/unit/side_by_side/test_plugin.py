"""How many workers there are, and for what."""

from pathlib import Path

import pytest

from tests.side_by_side.machine import processors
from tests.side_by_side.parts import Role
from tests.side_by_side.plugin import roles

REST, STORIES = Role.REST, Role.STORIES


@pytest.mark.parametrize(
    ("count", "there"),
    [
        (1, [REST, *[STORIES] * 2]),
        (2, [REST, *[STORIES] * 3]),
        (4, [*[REST] * 2, *[STORIES] * 4]),
        (64, [*[REST] * 4, *[STORIES] * 4]),
    ],
)
def test_the_whole_suite_has_labs_and_a_worker_for_the_rest(count: int, there: list[Role]) -> None:
    assert roles({"tests"}, count) == there
    assert roles({"tests/unit", "tests/scenarios"}, count) == there


def test_stories_alone_need_nobody_for_the_rest_and_the_rest_no_lab() -> None:
    assert roles({"tests/scenarios"}, 2) == [STORIES] * 3
    assert roles({"tests/unit"}, 2) == [REST] * 2
    assert roles({"tests/unit"}, 1) == []


@pytest.mark.parametrize("asked", [{"tests/unit/store"}, {"tests", "tests/scenarios/test_offers.py"}, {"elsewhere"}, set()])
def test_anything_less_runs_as_it_is(asked: set[str]) -> None:
    assert roles(asked, 8) == []


def test_a_containers_share_counts_where_it_is_less_than_the_machine(tmp_path: Path) -> None:
    here = processors(tmp_path)
    assert here >= 1
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("-1\n")
    assert processors(tmp_path) == here
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("50000\n")
    assert processors(tmp_path) == 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert processors(tmp_path) == here
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    assert processors(tmp_path) == 1
