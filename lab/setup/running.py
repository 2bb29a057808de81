"""Running apt-get, pip and mmdebstrap: their output read line by line for the progress, and kept whole for the case of need."""

import os
import selectors
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, cast

from lab.setup.failures import step_failed
from lab.setup.places import cache_dir
from lab.setup.progress import Progress

LOOK_EVERY_S = 0.2
READ_BYTES = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A step that fetches and installs.

    Args:
        what: as the sentence for the user names it ("The Debian packages").
        where: the place that must have room, likewise.
        log: name of the file in the cache that keeps the output.
    """

    what: str
    where: str
    log: str


def run(
    job: Job,
    command: Sequence[str],
    progress: Progress,
    *,
    how_far: Callable[[str], str | None] = lambda _: None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a command of the job to its end; it gets no input. `how_far` reads the progress, if any, off a line of output.

    The child inherits the set-up's lock (`waiting.alone`): if this process is killed, the next set-up waits until
    the child, which goes on, has ended too.

    Raises: Fault: it ended with another code than 0.
    """
    log = cache_dir() / job.log
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **(env or {})}
    lines: list[str] = []
    with (
        log.open("a", encoding="utf-8") as kept,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, close_fds=False
        ) as child,
    ):
        for line in _lines(cast("IO[bytes]", child.stdout), progress.tick):
            lines.append(line)
            kept.write(line + "\n")
            news = how_far(line)
            if news:
                progress.at(news)
    if child.returncode != 0:
        raise step_failed(job.what, job.where, "\n".join(lines), log)


def _lines(pipe: IO[bytes], tick: Callable[[], None]) -> Iterator[str]:
    """What comes through the pipe; `tick` is called while nothing comes."""
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            tick()
            if not selector.select(LOOK_EVERY_S):
                continue
            data = os.read(pipe.fileno(), READ_BYTES)
            *complete, pending = (pending + data).replace(b"\r", b"\n").split(b"\n")
            yield from (line.decode(errors="replace") for line in complete)
            if not data:
                break
    if pending:
        yield pending.decode(errors="replace")
