"""Programs that end with us, and their ports."""

import os
import re
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from lab.phones.errors import PhoneFault
from lab.phones.ports import FIRST, LAST, free_port, taken
from lab.phones.programs import start

ROOT = Path(__file__).parents[4]


async def test_a_program_runs_in_its_folder_and_leaves_its_last_words(tmp_path: Path) -> None:
    running = await start(["sh", "-c", "pwd; echo gone >&2; exit 3"], folder=tmp_path, log=tmp_path / "log")
    assert await running.process.wait() == 3
    assert running.ended
    assert running.last_words() == f"{tmp_path} / gone"
    await running.stop()
    await running.kill()


async def test_a_program_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.phones.programs.STOP_S", 0.05)
    deaf = await start(["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"], folder=tmp_path, log=tmp_path / "log")
    while "deaf" not in deaf.last_words():
        os.sched_yield()  # a few milliseconds, until it has stopped listening
    await deaf.stop()
    assert deaf.process.returncode == -9


async def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(PhoneFault, match="The program no-such-phone is not installed"):
        await start(["no-such-phone"], folder=tmp_path, log=tmp_path / "log")


def test_what_we_started_does_not_outlive_us(tmp_path: Path) -> None:
    script = """
        import asyncio, os
        from pathlib import Path
        from lab.phones.programs import start

        async def main():
            running = await start(["sleep", "600"], folder=Path("."), log=Path("log"))
            print(running.process.pid, flush=True)
            os.kill(os.getpid(), 9)

        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, check=False)
    assert killed.returncode == -9
    state = Path(f"/proc/{int(killed.stdout)}/stat")
    while state.exists() and not re.search(r"\) [ZX] ", state.read_text()):
        os.sched_yield()  # the kernel is at it


def test_ports_are_free_even_and_never_the_same() -> None:
    ports = [free_port("127.9.1.1") for _ in range(50)]
    assert len(set(ports)) == 50
    assert all(FIRST <= port <= LAST and port % 2 == 0 for port in ports)


@pytest.mark.parametrize("above", [0, 1])
@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_taken_port_is_passed_over(kind: socket.SocketKind, above: int) -> None:
    following = free_port("127.9.1.1") + 2
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.9.1.1", following + above))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        assert free_port("127.9.1.1") != following
        assert taken("127.9.1.1", following + above) == (kind == socket.SOCK_DGRAM)


def test_an_address_of_another_machine_has_no_ports() -> None:
    with pytest.raises(OSError, match="assign requested address"):
        free_port("192.0.2.1")
