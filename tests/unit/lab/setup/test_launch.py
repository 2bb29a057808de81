"""From `./zhida COMMAND` to the running command."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from calls.errors import Fault
from lab.setup import launch as launching
from lab.setup.launch import command_line, launch, make_ready, sentence_for, steps_for, surroundings
from lab.setup.parts import LAB, Part
from lab.setup.places import venv_dir
from lab.setup.progress import Progress

CHECKOUT = Path(__file__).resolve().parents[4]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a machine that has every Debian package."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ZHIDA_ASTERISK", raising=False)
    monkeypatch.setattr(launching, "missing_packages", lambda _: ())
    return tmp_path / "zhida"


def test_the_steps_come_in_an_order_in_which_each_finds_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "missing_packages", lambda parts: ("mmdebstrap",) if Part.ASTERISK in parts else ())
    assert [step.title for step in steps_for(CHECKOUT, LAB)] == ["Debian packages", "Python packages", "Asterisk"]


def test_what_is_ready_needs_no_step_and_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[frozenset[Part]] = []
    monkeypatch.setattr(launching, "missing_packages", lambda parts: asked.append(parts) or ())
    monkeypatch.setattr("lab.setup.environment.is_ready", lambda _: True)
    monkeypatch.setattr("lab.setup.asterisk.is_ready", lambda: True)
    assert steps_for(CHECKOUT, LAB) == []
    assert asked == [frozenset({Part.PROGRAMS})]


def test_a_command_that_only_serves_never_looks_at_asterisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.setup.asterisk.is_ready", lambda: pytest.fail("it looked"))
    assert [step.title for step in steps_for(CHECKOUT, frozenset({Part.PYTHON}))] == ["Python packages"]


def test_a_set_up_done_by_another_meanwhile_is_not_done_again(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answers = iter([False, True])
    monkeypatch.setattr("lab.setup.environment.is_ready", lambda _: next(answers))
    monkeypatch.setattr("lab.setup.environment.build", lambda *_: pytest.fail("it was built twice"))
    make_ready(CHECKOUT, frozenset({Part.PYTHON}))
    assert capsys.readouterr().err == ""


def test_the_engine_runs_in_its_environment_and_from_the_checkout() -> None:
    python = str(venv_dir(CHECKOUT) / "bin/python")
    assert command_line(CHECKOUT, ["explain", "051588880001"]) == [python, "-P", "-m", "engine", "explain", "051588880001"]
    assert command_line(CHECKOUT, ["test", "-k", "ladder"]) == [python, "-P", "-m", "pytest", "-k", "ladder"]
    assert surroundings(CHECKOUT)["PYTHONPATH"] == str(CHECKOUT)


def becomes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the launcher turns into, as a list that is filled when it does."""
    became: list[str] = []
    monkeypatch.setattr(os, "execve", lambda _path, command, _environment: became.extend(command))
    monkeypatch.setattr(launching, "make_ready", lambda *_: None)
    return became


def test_it_becomes_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    became = becomes(monkeypatch)
    launch(CHECKOUT, ["demo"])
    assert became[-3:] == ["-m", "engine", "demo"]


def test_the_tests_run_in_the_checkout_wherever_one_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    becomes(monkeypatch)
    monkeypatch.chdir(tmp_path)
    launch(CHECKOUT, ["test"])
    assert Path.cwd() == CHECKOUT


def raising(error: BaseException) -> Callable[..., None]:
    """A set-up that ends so."""

    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Fault("setup_no_network", "There is no network."), "zhida: There is no network."),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/cache/pip.log"), "zhida: The disk is full (/cache/pip.log): make room in "),
        (PermissionError(errno.EACCES, "Permission denied", "/cache"), "zhida: The set-up could not go on: Permission denied (/cache)."),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_1(monkeypatch: pytest.MonkeyPatch, error: Exception, said: str) -> None:
    monkeypatch.setattr(launching, "make_ready", raising(error))
    with pytest.raises(SystemExit) as left:
        launch(CHECKOUT, ["demo"])
    assert str(left.value).startswith(said)  # sys.exit of a text prints it on stderr and ends with 1


def test_breaking_off_is_told_kindly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(launching, "make_ready", raising(KeyboardInterrupt()))
    with pytest.raises(SystemExit) as left:
        launch(CHECKOUT, ["demo"])
    assert left.value.code == 130
    assert "the same command goes on from here" in capsys.readouterr().err


def test_a_full_disk_names_the_way_out() -> None:
    assert "XDG_CACHE_HOME" in sentence_for(OSError(errno.EDQUOT, "Disk quota exceeded"))


def test_a_step_that_fails_leaves_the_lock_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.setup.environment.build", raising(Fault("setup_failed", "no")))
    for _ in range(2):
        with pytest.raises(Fault):
            make_ready(CHECKOUT, frozenset({Part.PYTHON}))


def test_the_set_up_runs_under_a_bare_python() -> None:
    program = "import sys; before = set(sys.modules); import lab.setup.launch; print(*sorted(set(sys.modules) - before))"
    ran = subprocess.run(
        [sys.executable, "-S", "-c", program], env={"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=True, cwd="/"
    )
    foreign = {name.partition(".")[0] for name in ran.stdout.split()} - set(sys.stdlib_module_names)
    assert foreign == {"lab", "calls"}


def test_the_progress_is_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.begin(1)
    with progress.step("Asterisk"):
        pass
    assert capsys.readouterr().out == ""
