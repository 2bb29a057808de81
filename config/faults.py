"""What is wrong with a configuration, one sentence each, all at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from calls.errors import Refused

Key = tuple[str, ...]
"""The way to a value: ("seats", "ring_s"); an item of a list by its number."""

ROOT: Final[Key] = ()


class Level(StrEnum):
    """How bad a finding is."""

    ERROR = "error"  # Zhida does not start with it
    WARNING = "warning"  # it works, and is probably not meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know about a configuration.

    Args:
        place: "zhida.yaml:12" or "--set seats.ring_s".
        key: the key's dotted path, "" where it is about the whole file.
        sentence: what is wrong; what is allowed.
    """

    place: str
    key: str
    sentence: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        line = self._line()
        return line if line.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in line)

    def _line(self) -> str:
        told = not self.key or self.place.endswith(f" {self.key}")  # "--set seats.ring_s" names the key itself
        return f"{self.place}: {self.sentence}" if told else f"{self.place}: {self.key}: {self.sentence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A finding before its place is looked up."""

    key: Key
    sentence: str


class ConfigFault(Refused):
    """The configuration cannot be used; `findings` holds every reason, in the order of the file."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        lines = [str(finding) for finding in findings]
        super().__init__("config_faulty", "\n".join(lines), findings=lines)
        self.findings = tuple(findings)


def unknown_name(key: Key, kind: str, name: str, known: Iterable[str]) -> Problem:
    """A name that stands for nothing; the nearest one that does, or all of them."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}" if names else "there are none yet"
    return Problem(key=key, sentence=f"there is no {kind} {name}; {hint}")


def dotted(key: Key) -> str:
    """The key as people write it."""
    return ".".join(key)


def in_file_order(finding: Finding) -> tuple[str, int]:
    """For sorting: what the command line set comes first, then the file from its top."""
    source, _, line = finding.place.rpartition(":")
    return (source, int(line)) if line.isdigit() else (finding.place, 0)
