"""A small suite in two workers, as pytest runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = "[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider -p no:asyncio -p no:hypothesispytest -p no:timeout\n"
PLUGINS = 'pytest_plugins = ["tests.figures", "tests.side_by_side.plugin"]\n'
STORY = """
import os
import pytest
from tests.figures import note
LAB = {lab!r}
@pytest.fixture
def hotline():
    return None
def test_first(hotline, request):
    note(request.node, {{"a call -> a ring": [{ms}]}})
def test_second():
    {second}
def test_third():
    assert os.nice(0) == {nice}
"""
REST = "import os\ndef test_low():\n    assert os.environ['PYTEST_XDIST_WORKER']\n"

FORGETS = """
from tests.side_by_side.scheduler import SideBySide
schedule = SideBySide.schedule
def forgets(self):
    schedule(self)
    del self._left[-1:]
SideBySide.schedule = forgets
"""


def ran(folder: Path, *words: str, second: str = "pass", more: str = "") -> tuple[int, str]:
    """The exit code, and what was printed."""
    (folder / "tests/scenarios").mkdir(parents=True)
    (folder / "tests/unit").mkdir()
    (folder / "pytest.ini").write_text(SETTINGS)
    (folder / "conftest.py").write_text(PLUGINS + more)
    (folder / "tests/unit/test_rest.py").write_text(REST)
    for name, lab, ms in (("a", "one", 20.0), ("b", "two", 30.0)):
        text = STORY.format(lab=lab, ms=ms, nice=os.nice(0), second=second if name == "a" else "pass")
        (folder / f"tests/scenarios/test_{name}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("words", [("-n", "2"), ("tests",)])
def test_the_summary_has_every_test_and_the_figures_of_all_workers(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, said = ran(tmp_path, *words)
    assert (code, "7 passed" in said) == (0, True), said
    assert "a call -> a ring: median 25, most 30 ms (2)" in said


def test_a_worker_that_dies_fails_its_test_and_the_others_are_done_all_the_same(tmp_path: Path) -> None:
    code, said = ran(tmp_path, "-n", "2", second="os._exit(3)")
    assert (code, "1 failed, 6 passed" in said) == (1, True), said
    assert "test_a.py::test_second" in said


def test_without_workers_the_figures_are_shown_too(tmp_path: Path) -> None:
    code, said = ran(tmp_path, "tests/scenarios/test_a.py")
    assert (code, "3 passed" in said, "workers [" in said) == (0, True, False), said
    assert "a call -> a ring: median 20, most 20 ms (1)" in said


def test_x_stops_at_the_first_failure(tmp_path: Path) -> None:
    code, said = ran(tmp_path, "-x", "-n", "1", second="raise OSError")
    assert (code, "stopping after 1 failures" in said) == (2, True), said


def test_what_was_collected_and_not_run_fails_the_suite(tmp_path: Path) -> None:
    code, said = ran(tmp_path, "-n", "1", more=FORGETS)
    assert (code, "1 tests were collected and not run" in said) == (1, True), said
