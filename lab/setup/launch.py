"""From `./zhida COMMAND ARGS` to the running command."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from calls.errors import ZhidaError
from lab.setup import asterisk, environment, packages
from lab.setup.parts import Part, missing_packages, parts_for
from lab.setup.places import cache_dir, redis_link, venv_dir
from lab.setup.progress import Progress
from lab.setup.waiting import alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to be done before the command can run."""

    title: str
    work: Callable[[Progress], None]
    detail: str = ""


def launch(checkout: Path, args: Sequence[str]) -> NoReturn:
    """Make ready what the command needs and become it; does not return. What cannot be is one sentence on stderr and exit code 1."""
    try:
        parts = parts_for(args)
        make_ready(checkout, parts)
        command = command_line(checkout, args)
        if args[:1] == ["test"]:
            os.chdir(checkout)
        os.execve(command[0], command, surroundings(checkout))  # noqa: S606  (to become the command is the launcher's purpose)
    except ZhidaError as error:
        sys.exit(f"zhida: {error}")
    except OSError as error:
        sys.exit(f"zhida: {sentence_for(error)}")
    except KeyboardInterrupt:
        print("\nzhida: stopped; the same command goes on from here.", file=sys.stderr)
        sys.exit(130)


def make_ready(checkout: Path, parts: frozenset[Part]) -> None:
    """Do what is missing, one step after another; a few looks at the file system where nothing is."""
    if steps_for(checkout, parts):
        progress = Progress()
        with alone(cache_dir(), progress.say):
            work_through(steps_for(checkout, parts), progress)  # asked again: another set-up may just have done them
    if parts & {Part.PROGRAMS, Part.REDIS}:
        packages.link_redis()


def work_through(steps: Sequence[Step], progress: Progress) -> None:
    """The steps, with what is shown of them."""
    for log in cache_dir().glob("*.log"):
        log.unlink()
    progress.begin(len(steps))
    for step in steps:
        with progress.step(step.title, step.detail):
            step.work(progress)
    if steps:
        progress.say(f"Zhida is set up; what was fetched is kept in {cache_dir()} for every checkout.")


def steps_for(checkout: Path, parts: frozenset[Part]) -> list[Step]:
    """What is still to be done for these parts, in order."""
    ready = {Part.PYTHON} if environment.is_ready(checkout) else set()
    if Part.ASTERISK in parts and asterisk.is_ready():
        ready.add(Part.ASTERISK)
    missing = tuple(dict.fromkeys((*packages.interrupted(), *missing_packages(parts - ready))))
    steps: list[Step] = []
    if missing:
        steps.append(Step(title="Debian packages", detail=", ".join(missing), work=partial(packages.install, missing)))
    if Part.PYTHON not in ready:
        steps.append(Step(title="Python packages", work=partial(environment.build, checkout)))
    if Part.ASTERISK in parts - ready:
        steps.append(Step(title="Asterisk", work=asterisk.fetch))
    return steps


def command_line(checkout: Path, args: Sequence[str]) -> list[str]:
    """The command, run by the environment's Python. `-P`: the current directory holds no modules of ours."""
    python = str(environment.python_of(venv_dir(checkout)))
    if args[:1] == ["test"]:
        return [python, "-P", "-m", "pytest", *args[1:]]
    return [python, "-P", "-m", "engine", *args]


def surroundings(checkout: Path) -> dict[str, str]:
    """The environment variables of the command."""
    path = f"{os.environ.get('PATH', os.defpath)}:{redis_link().parent}"
    return {**os.environ, "PYTHONPATH": str(checkout), "PATH": path}


def sentence_for(error: OSError) -> str:
    """The set-up's own reading and writing failed."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk is full{where}: make room in {cache_dir()}, or name another place with XDG_CACHE_HOME."
    return f"The set-up could not go on: {error.strerror}{where}."
