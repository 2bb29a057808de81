"""What the set-up shows while it works: step k of n, how far, how long.

On stderr; one line that is redrawn on a terminal, plain lines otherwise.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from calls.clock import Clock, SystemClock

REDRAWN_EVERY_S = 0.25
PLAIN_LINE_EVERY_S = 5.0


class Progress:
    """The steps of one set-up.

    Args:
        out: stderr, or what stands for it in a test.
    """

    def __init__(self, out: TextIO | None = None, clock: Clock | None = None) -> None:
        self._out = out or sys.stderr
        self._clock = clock or SystemClock()
        self._terminal = self._out.isatty()
        self._number = self._total = 0
        self._title = ""
        self._at = ""
        self._since = self._shown = 0.0

    def begin(self, total: int) -> None:
        """So many steps are to come."""
        self._number, self._total = 0, total

    def say(self, line: str) -> None:
        """A line that stays."""
        self._out.write(f"\r\033[K{line}\n" if self._terminal else f"{line}\n")
        self._out.flush()

    @contextmanager
    def step(self, title: str, detail: str = "") -> Iterator[None]:
        """The next step: `title` is shown with how far it is, and how long it took when it is done; `detail` once, at its start."""
        self._number += 1
        self._title, self._at = title, ""
        self._since = self._shown = self._clock.monotonic()
        if detail or not self._terminal:
            self.say(f"{self._head()}: {detail or 'begun'}")
        if self._terminal:
            self._redraw()
        try:
            yield
        except BaseException:
            self.say(f"{self._head()}: not done after {self._elapsed_s():.0f} s")
            raise
        self.say(f"{self._head()}: done in {self._elapsed_s():.0f} s")

    def at(self, text: str) -> None:
        """How far the step is, in words ("downloading 45 %"); shown when the next line is due."""
        self._at = text
        self.tick()

    def tick(self) -> None:
        """To be called often: shows that time goes on."""
        now = self._clock.monotonic()
        if now - self._shown < (REDRAWN_EVERY_S if self._terminal else PLAIN_LINE_EVERY_S):
            return
        self._shown = now
        if self._terminal:
            self._redraw()
        else:
            self.say(self._line())

    def _redraw(self) -> None:
        width = shutil.get_terminal_size().columns - 1
        self._out.write(f"\r\033[K{self._line()[:width]}")
        self._out.flush()

    def _head(self) -> str:
        return f"[{self._number}/{self._total}] {self._title}"

    def _line(self) -> str:
        how_far = f"{self._at}, " if self._at else ""
        return f"{self._head()}: {how_far}{self._elapsed_s():.0f} s"

    def _elapsed_s(self) -> float:
        return self._clock.monotonic() - self._since
