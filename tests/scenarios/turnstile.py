"""Stories side by side, and those that are told alone."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def passing(folder: Path, *, alone: bool) -> Iterator[None]:
    """Inside, no story that wants to be alone goes on beside this one; where this one wants to, none at all.

    Who waits to be alone holds the door, so that no others go in before it for ever. Locks end with the process that has them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "stories.door").open("w") as door, (folder / "stories.room").open("w") as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield
