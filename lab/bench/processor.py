"""Processor time and memory, of processes and of the whole machine, as the kernel counts them."""

import os
import resource
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from calls.errors import Fault

_TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / 1e6
_BUSY_FIELDS: Final = (0, 1, 2, 5, 6, 7)  # proc(5) /proc/stat: user nice system, then irq softirq steal; idle and iowait left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Processor seconds used so far.

    Args:
        parts: by name. children: of programs this process started and that have ended. machine: by everything there is.
        at: seconds of the machine's time in all, busy or not, summed over its processors.
    """

    parts: Mapping[str, float]
    children: float
    machine: float
    at: float

    def since(self, before: "Reading") -> "Reading":
        """What was used between the two."""
        return Reading(
            parts={name: used - before.parts[name] for name, used in self.parts.items()},
            children=self.children - before.children,
            machine=self.machine - before.machine,
            at=self.at - before.at,
        )

    @property
    def others(self) -> float:
        """The share of the machine that was used by what is not part of the measurement; 0 to 1."""
        ours = sum(self.parts.values()) + self.children
        return max(0.0, (self.machine - ours) / self.at) if self.at > 0 else 0.0


def read(pids: Mapping[str, int]) -> Reading:
    """Now; a part is its process and what that has started. Raises: Fault: a process is gone."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    fields = [int(field) for field in _text(Path("/proc/stat")).splitlines()[0].split()[1:9]]  # guest time, behind, is in user already
    return Reading(
        parts=parts_s(pids, _stats()),
        children=children.ru_utime + children.ru_stime,
        machine=sum(fields[field] for field in _BUSY_FIELDS) * _TICK_S,
        at=sum(fields) * _TICK_S,
    )


def parts_s(pids: Mapping[str, int], stats: Iterable[str]) -> dict[str, float]:
    """User and system time of each part, out of every process's /proc/<pid>/stat.

    Raises: Fault: one of the parts is not among them.
    """
    return _families(pids, stats, lambda fields: (int(fields[11]) + int(fields[12])) * _TICK_S)


def memory_mb(pids: Mapping[str, int]) -> dict[str, float]:
    """What each part holds in memory now (the resident set). Raises: Fault: a process is gone."""
    return _families(pids, _stats(), lambda fields: int(fields[21]) * _PAGE_MB)


def _families(pids: Mapping[str, int], stats: Iterable[str], measure: Callable[[Sequence[str]], float]) -> dict[str, float]:
    """A measure of each part's process and all it has started, out of the fields of /proc/<pid>/stat behind the name."""
    used: dict[int, float] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for stat in stats:
        fields = stat.rpartition(")")[2].split()  # a program's name may hold anything, also blanks and brackets
        if fields:
            pid = int(stat.split(maxsplit=1)[0])
            used[pid] = measure(fields)
            children[int(fields[1])].append(pid)

    def family_s(pid: int) -> float:
        return used[pid] + sum(family_s(child) for child in children[pid])

    if missing := [name for name, pid in pids.items() if pid not in used]:
        raise Fault("part_gone", f"The lab's {missing[0]} has ended while it was being measured.", part=missing[0])
    return {name: family_s(pid) for name, pid in pids.items()}


def _stats() -> Iterable[str]:
    return (_text(Path(f"/proc/{name}/stat")) for name in os.listdir("/proc") if name.isdecimal())  # noqa: PTH208  names


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # it has ended since it was listed
