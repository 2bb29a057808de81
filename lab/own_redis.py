"""A Redis for as long as a block lasts: no port, its socket and its data in a temporary folder."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from calls.errors import Fault
from lab.house.part import end_with_parent
from lab.setup.places import redis_server

_START_S: Final = 30.0
_LOOK_EVERY_S: Final = 0.005


@contextmanager
def own_redis() -> Iterator[Path]:
    """Its socket, once it takes connections. Raises: Fault: there is no Redis on this machine, or it does not start."""
    program = redis_server()
    folder = Path(tempfile.mkdtemp(prefix="zhida-redis-", dir="/tmp"))  # a socket's path must stay below 108 bytes
    path = folder / "redis.sock"
    command = [str(program), "--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", "", "--appendonly", "no"]
    try:
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509  one call into libc
            )
        try:
            _until_there(process, path, folder / "log")
            yield path
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _until_there(process: "subprocess.Popen[bytes]", path: Path, log: Path) -> None:
    """The socket is there once Redis listens on it."""
    deadline = time.monotonic() + _START_S
    while not path.is_socket():
        if process.poll() is not None or time.monotonic() > deadline:
            words = log.read_text(errors="replace").splitlines()[-1:]
            raise Fault("redis_not_up", f"A Redis of the simulation's own did not start: {' '.join(words) or 'it says nothing'}.")
        time.sleep(_LOOK_EVERY_S)
