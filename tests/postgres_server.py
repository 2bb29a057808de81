"""A PostgreSQL of the tests' own: its data and its socket in a temporary folder, no port, gone at the end."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import make_url

from calls.errors import Fault
from lab.setup.places import postgres_bin

START_S = 30.0
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "logging_collector": "off",
}


class PostgresServer:
    """A private server on a Unix socket. It can be stopped and started again, for stories in which it is away.

    initdb and postgres refuse to run as root; for root they run as `postgres`, or `nobody` where there is no such user.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="zhida-pg-", dir="/tmp"))  # a socket's path must stay below 108 bytes
        self._data = self.folder / "data"
        self._settings = {} if durable else SETTINGS
        self._names = count(1)
        self._free: list[str] = []
        self._as: dict[str, object] = {}
        if os.geteuid() == 0:
            user = _unprivileged()
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self._data), "-U", "zhida", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "--no-instructions")

    def start(self) -> None:
        """Start it and wait until it takes connections. It dies with the thread that starts it, so that killed tests leave nothing."""
        options = [part for name, value in {"listen_addresses": "", **self._settings}.items() for part in ("-c", f"{name}={value}")]
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [
                    "setpriv",
                    "--pdeathsig",
                    "QUIT",
                    "--",
                    str(postgres_bin() / "postgres"),
                    "-D",
                    str(self._data),
                    "-k",
                    str(self.folder),
                    *options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C at the tests is not a fast shutdown of the server under them
                **self._as,  # type: ignore[call-overload]
            )
        deadline = time.monotonic() + START_S
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start; its log says:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT cuts its connections and writes everything down, SIGQUIT is a crash."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(START_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def remove(self) -> None:
        """Stop it and delete everything it wrote."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgresql://zhida@/{name}?host={self.folder}"

    def new_database(self) -> str:
        """The URL of an empty database, which is nobody else's until it is given back."""
        if self._free:
            return self._free.pop()
        name = f"t{next(self._names)}"
        self._sql("postgres", f"CREATE DATABASE {name}")
        return self.url(name)

    def give_back(self, url: str) -> None:
        """Empty such a database, whoever is still connected to it; making a new one takes ten times as long."""
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        self._sql(make_url(url).database or "", f"{others}; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        self._free.append(url)

    def _sql(self, database: str, statements: str) -> None:
        self._run("psql", "-h", str(self.folder), "-U", "zhida", "-d", database, "-qXc", statements)

    def _ready(self) -> bool:
        asked = [str(postgres_bin() / "pg_isready"), "-q", "-h", str(self.folder)]
        return subprocess.run(asked, check=False, capture_output=True).returncode == 0

    def _run(self, program: str, *args: str) -> None:
        command = [str(postgres_bin() / program), *args]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.folder, **self._as)  # type: ignore[call-overload]
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")


def _unprivileged() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server that all tests of this process share; each takes a database of its own."""
    try:
        postgres_bin()
    except Fault as fault:
        pytest.fail(fault.sentence, pytrace=False)
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()
