"""A Redis of the tests' own: its data and its socket in a temporary folder, no port, gone at the end."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from calls.errors import Fault
from lab.setup.places import redis_server as redis_program

START_S = 30.0


class RedisServer:
    """A private server on a Unix socket. It can be stopped and started again, for stories in which it is away.

    Args:
        appendonly: keep what was written when it is stopped; without, a restart finds nothing.
        options: further settings, as on redis-server's command line.
    """

    def __init__(self, *, appendonly: bool = False, options: tuple[str, ...] = ()) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="zhida-redis-", dir="/tmp"))  # a socket's path must stay below 108 bytes
        self.socket = self.folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._options = ("--appendonly", "yes" if appendonly else "no", *options)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        log = (self.folder / "log").open("ab")
        mortal = ["setpriv", "--pdeathsig", "KILL", "--"]  # with the thread that starts it, so that killed tests leave nothing
        command = [*mortal, str(redis_program()), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", ""]
        with log:
            self._process = subprocess.Popen(
                [*command, *self._options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_S
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Redis did not start; its log says:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.01)

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Stop it: SIGKILL is a crash, SIGTERM writes everything down."""
        if self._process is None:
            return
        self._process.send_signal(how)
        self._process.wait(START_S)
        self._process = None

    def signal(self, what: signal.Signals) -> None:
        """SIGSTOP makes it hang, SIGCONT go on."""
        if self._process is not None:
            self._process.send_signal(what)

    def remove(self) -> None:
        """Stop it and delete everything it wrote."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self) -> "redis.Redis":
        """A plain, blocking client, to look and to meddle."""
        return redis.Redis(unix_socket_path=str(self.socket), decode_responses=True)

    def _ready(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The server that all tests of this process share."""
    try:
        redis_program()
    except Fault as fault:
        pytest.fail(fault.sentence, pytrace=False)
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def empty_redis(redis_server: RedisServer) -> RedisServer:
    """The shared server, with nothing in it."""
    with redis_server.client() as client:
        client.flushall()
    return redis_server
