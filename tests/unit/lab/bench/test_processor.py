import os

import pytest

from calls.errors import Fault
from lab.bench.processor import Reading, parts_s, read

TICKS = os.sysconf("SC_CLK_TCK")


def a_stat(pid: int, *, parent: int = 1, user: int = 0, system: int = 0, name: str = "asterisk") -> str:
    """A line of /proc/<pid>/stat; user and system in ticks."""
    return f"{pid} ({name}) S {parent} 1 1 0 -1 0 0 0 0 0 {user} {system} 0 0 20 0 1 0 1"


def test_user_and_system_time_count() -> None:
    assert parts_s({"asterisk": 7}, [a_stat(7, user=2 * TICKS, system=TICKS)]) == {"asterisk": 3.0}


def test_a_part_is_its_process_and_what_that_has_started() -> None:
    stats = [a_stat(7, user=TICKS), a_stat(8, parent=7, user=TICKS), a_stat(9, parent=8, user=TICKS), a_stat(10, user=TICKS)]
    assert parts_s({"engine-1": 7}, stats) == {"engine-1": 3.0}


def test_a_name_with_brackets_and_blanks_is_no_obstacle() -> None:
    assert parts_s({"odd": 7}, [a_stat(7, user=TICKS, name="a) S 1 (b")]) == {"odd": 1.0}


def test_a_part_that_ended_spoils_the_measurement() -> None:
    with pytest.raises(Fault, match="redis has ended"):
        parts_s({"redis": 7}, [a_stat(8)])


def test_a_process_that_ended_while_it_was_looked_at_does_not() -> None:
    assert parts_s({"redis": 7}, ["", a_stat(7)]) == {"redis": 0.0}


def test_what_others_used_is_what_nobody_of_ours_did() -> None:
    before = Reading(parts={"engine-1": 1.0}, children=0.0, machine=10.0, at=20.0)
    after = Reading(parts={"engine-1": 2.0}, children=1.0, machine=14.0, at=28.0)
    assert after.since(before).others == pytest.approx(0.25)


def test_this_very_process_can_be_read() -> None:
    now = read({"we": os.getpid()})
    assert now.parts["we"] > 0
    assert 0 <= now.machine <= now.at
