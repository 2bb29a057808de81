"""Room on the disk, asked for before a step begins."""

import shutil
from pathlib import Path

from lab.setup.failures import no_room


def ask_for_room(what: str, place: Path, needed_mb: int) -> None:
    """Raises: Fault: the disk of `place`, an existing directory, has less than this free."""
    free_mb = shutil.disk_usage(place).free // 1_000_000
    if free_mb < needed_mb:
        raise no_room(what, place, free_mb, needed_mb)
