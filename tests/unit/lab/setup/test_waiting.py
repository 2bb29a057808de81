"""One set-up at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from calls.errors import Fault
from lab.setup.waiting import alone

CHECKOUT = Path(__file__).resolve().parents[4]
HOLDER = """
import subprocess, sys
from pathlib import Path
from lab.setup.waiting import alone
with alone(Path(sys.argv[1]), print):
    {}
"""
BY_ITSELF = HOLDER.format("print('mine', flush=True); sys.stdin.readline()")
WITH_A_CHILD = HOLDER.format("subprocess.run(['sh', '-c', 'echo mine; cat'], close_fds=False)")


def a_holder(cache: Path, program: str = BY_ITSELF) -> "subprocess.Popen[str]":
    """A process that has the lock until it gets a line."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(cache)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "mine\n"
    return holder


def test_the_second_says_that_it_waits_and_goes_on_when_the_first_is_done(tmp_path: Path) -> None:
    said: list[str] = []
    with a_holder(tmp_path) as holder:

        def hear(line: str) -> None:
            said.append(line)
            assert holder.stdin is not None
            holder.stdin.write("done\n")
            holder.stdin.flush()

        with alone(tmp_path, hear):
            holder.wait()
    assert said == [f"Another set-up is at work in {tmp_path}; waiting for it."]


def test_a_killed_set_up_holds_nobody_up(tmp_path: Path) -> None:
    with a_holder(tmp_path) as holder:
        holder.kill()
        holder.wait()
        with alone(tmp_path, pytest.fail):
            pass


def test_a_program_that_outlives_its_killed_set_up_keeps_the_lock(tmp_path: Path) -> None:
    said: list[str] = []
    with a_holder(tmp_path, WITH_A_CHILD) as holder:
        holder.kill()
        os.waitpid(holder.pid, 0)

        def hear(line: str) -> None:
            said.append(line)
            assert holder.stdin is not None
            holder.stdin.close()  # the child's end of input

        with alone(tmp_path, hear):
            assert len(said) == 1
        holder.returncode = -9


def test_a_cache_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Fault, match="name another place with XDG_CACHE_HOME"), alone(tmp_path / "file/zhida", print):
        pass
