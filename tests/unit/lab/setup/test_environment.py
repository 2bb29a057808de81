"""The virtual environment and its lock."""

import io
import re
from pathlib import Path

import pytest

from calls.errors import Fault
from lab.setup import environment
from lab.setup.environment import build, is_ready, locked_packages, pip_progress
from lab.setup.places import venv_dir
from lab.setup.progress import Progress

CHECKOUT = Path(__file__).resolve().parents[4]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a small lock, and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache/zhida").mkdir(parents=True)
    monkeypatch.setattr(environment, "ask_for_room", lambda *_: None)
    lock = "aiohttp==3.14.5 \\\n    --hash=sha256:00\nuvloop==0.23.0 ; python_version > '3'\n    # via x\n"
    (tmp_path / "requirements.txt").write_text(lock)
    return tmp_path


def interpreter_of(venv: Path) -> Path:
    """Stands for `python -m venv`."""
    (venv / "bin").mkdir(parents=True)
    (venv / "bin/python").touch()
    return venv / "bin/python"


def test_it_counts_only_when_all_is_installed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv, ran = venv_dir(checkout), []

    def run(_job: object, command: list[str], _progress: Progress, **_: object) -> None:
        ran.append(command)
        if "venv" in command:
            interpreter_of(venv)
        assert not is_ready(checkout)

    monkeypatch.setattr(environment, "run", run)
    build(checkout, Progress(io.StringIO()))
    assert is_ready(checkout)
    assert "--require-hashes" in ran[1]
    assert not (venv / "tmp").exists()


def test_a_failure_leaves_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> None:
        interpreter_of(venv_dir(checkout))
        raise Fault("setup_failed", "no")

    monkeypatch.setattr(environment, "run", run)
    with pytest.raises(Fault):
        build(checkout, Progress(io.StringIO()))
    assert not venv_dir(checkout).exists()


def test_an_interpreter_that_an_upgrade_took_away_makes_it_unready(checkout: Path) -> None:
    venv = venv_dir(checkout)
    python = interpreter_of(venv)
    (venv / "zhida-is-ready").touch()
    assert is_ready(checkout)
    python.unlink()
    python.symlink_to("/usr/bin/python3.0")
    assert not is_ready(checkout)


def test_another_lock_is_another_environment(checkout: Path) -> None:
    before = venv_dir(checkout)
    (checkout / "requirements.txt").write_text("aiohttp==3.14.6\n")
    assert venv_dir(checkout) != before


def test_pips_lines_tell_how_far_it_is(checkout: Path) -> None:
    how_far = pip_progress(locked_packages(checkout / "requirements.txt"))
    lines = ["Collecting aiohttp==3.14.5", "  Downloading aiohttp.whl", "Collecting uvloop==0.23.0", "Installing collected packages: x"]
    assert [how_far(line) for line in lines] == ["fetching 1 of 2", None, "fetching 2 of 2", "installing"]


def test_the_projects_lock_is_whole_and_names_no_host() -> None:
    lock = (CHECKOUT / "requirements.txt").read_text()
    inputs = "".join((CHECKOUT / name).read_text() for name in ("requirements.in", "requirements-dev.in"))
    wanted = re.findall(r"^([A-Za-z][\w.-]*)", inputs, re.MULTILINE)
    assert len(wanted) > 20
    for name in wanted:
        assert re.search(rf"^{re.escape(name.lower())}==\S+ .*\\\n    --hash=sha256:", lock, re.MULTILINE), name
    assert "://" not in lock
    assert "--index" not in lock
