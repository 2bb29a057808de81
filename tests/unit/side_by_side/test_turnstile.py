"""Who wants to be alone waits for the others, and is not waited out by them."""

import fcntl
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.scenarios.turnstile import passing


def test_stories_go_on_beside_each_other(tmp_path: Path) -> None:
    with passing(tmp_path, alone=False), passing(tmp_path, alone=False):
        pass


def test_one_that_wants_to_be_alone_waits_and_who_comes_after_it_waits_for_it(tmp_path: Path) -> None:
    said: list[str] = []

    def tells(what: str, *, alone: bool) -> None:
        with passing(tmp_path, alone=alone):
            said.append(what)

    with ThreadPoolExecutor() as pool:
        with passing(tmp_path, alone=False):
            stress = pool.submit(tells, "alone", alone=True)
            while _is_open(tmp_path / "stories.door"):
                time.sleep(0.001)
            after = pool.submit(tells, "after", alone=False)
            said.append("before")
        for told in (stress, after):
            told.result(timeout=20)
    assert said == ["before", "alone", "after"]


def _is_open(door: Path) -> bool:
    with door.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
