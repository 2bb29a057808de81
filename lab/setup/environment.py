"""The virtual environment with the locked Python packages, outside the checkout and shared by all that have the same lock."""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from lab.setup.places import cache_dir, venv_dir
from lab.setup.progress import Progress
from lab.setup.room import ask_for_room
from lab.setup.running import Job, run

NEEDED_MB = 400
READY = "zhida-is-ready"
# The lock is complete and exact: pip need not resolve. Wheels only: nothing is compiled or run while installing.
PIP_INSTALL = "-m pip install --no-input --progress-bar off --no-deps --only-binary :all: --require-hashes --requirement".split()


def python_of(venv: Path) -> Path:
    """Its interpreter."""
    return venv / "bin/python"


def is_ready(checkout: Path) -> bool:
    """The mark is the last thing `build` makes. The interpreter is a link, which an upgrade of Debian may have cut."""
    venv = venv_dir(checkout)
    return (venv / READY).exists() and python_of(venv).exists()


def build(checkout: Path, progress: Progress) -> None:
    """Make it anew in its place; it counts only once the mark is there.

    It is not made beside and renamed, because the scripts in its bin/ (ruff, mypy, lint-imports) name its path.
    """
    venv, lock = venv_dir(checkout), checkout / "requirements.txt"
    job = Job(what="The Python packages", where=str(cache_dir()), log="pip.log")
    shutil.rmtree(venv, ignore_errors=True)
    ask_for_room(job.what, cache_dir(), NEEDED_MB)
    temporary = venv / "tmp"  # pip unpacks where there is room, not in a small /tmp
    try:
        run(job, [sys.executable, "-m", "venv", str(venv)], progress)
        temporary.mkdir()
        install = [str(python_of(venv)), *PIP_INSTALL, str(lock)]
        run(job, install, progress, how_far=pip_progress(locked_packages(lock)), env={"TMPDIR": str(temporary), "PIP_USER": "0"})
        shutil.rmtree(temporary)
        (venv / READY).touch()
    except BaseException:
        shutil.rmtree(venv, ignore_errors=True)
        raise


def locked_packages(lock: Path) -> int:
    """How many packages the lock names."""
    return len(re.findall(r"^\w[\w.-]*==", lock.read_text(encoding="utf-8"), re.MULTILINE))


def pip_progress(total: int) -> Callable[[str], str | None]:
    """Reads pip's lines as they come and says how far it is."""
    collected = 0

    def how_far(line: str) -> str | None:
        nonlocal collected
        if line.startswith("Collecting "):
            collected += 1
            return f"fetching {collected} of {total}"
        return "installing" if line.startswith("Installing collected") else None

    return how_far
