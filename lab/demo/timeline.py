"""What happened, with times: each line is printed when the thing was seen, never before."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Timeline:
    """Times count from the step's beginning."""

    chapter: str = ""
    facts: int = 0
    _began: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step of the story; an exception in it names the step."""
        self.chapter = title
        self._began = time.monotonic()
        _say(f"\n{title}")
        yield

    def seen(self, what: str) -> None:
        """This was seen just now."""
        self.facts += 1
        _say(f"  {time.monotonic() - self._began:7.3f} s  {what}")

    def show(self, text: str) -> None:
        """Something to read, indented below what was seen."""
        for line in text.splitlines():
            _say(f"             {line}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
