"""One set-up at a time for a cache."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from calls.errors import Fault


@contextmanager
def alone(cache: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the cache's lock; wait, and say so, while another set-up has it.

    The lock is inherited by the programs the set-up starts and ends with the last of them, however this process ends.
    """
    make_cache(cache)
    lock = os.open(cache / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    os.set_inheritable(lock, True)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another set-up is at work in {cache}; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def make_cache(cache: Path) -> None:
    """Create the directory, or say in one sentence why that cannot be."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(
            "setup_no_cache",
            f"{cache} cannot be made ({error.strerror}): Zhida keeps there what it fetches; name another place with XDG_CACHE_HOME.",
            cache=str(cache),
        ) from error
