"""What this machine, or the container on it, has to offer."""

import os
from pathlib import Path


def processors(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """How many processors may be used: those this process may run on, or less where a container's share is less."""
    count = len(os.sched_getaffinity(0))
    share = _share(cgroup)
    return count if share is None else max(1, min(count, round(share)))


def _share(cgroup: Path) -> float | None:
    """cpu.max of cgroup v2, cpu.cfs_quota_us of v1; None without a limit."""
    try:
        if (both := cgroup / "cpu.max").is_file():
            quota, period = both.read_text().split()
        else:
            quota, period = ((cgroup / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        return int(quota) / int(period) if quota != "max" and int(quota) > 0 else None
    except (OSError, ValueError):
        return None
