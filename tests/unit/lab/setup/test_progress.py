"""What the set-up shows while it works."""

import io

import pytest

from lab.setup.progress import Progress


class Ticking:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def now(self) -> None:
        raise NotImplementedError("the progress measures intervals only")

    def monotonic(self) -> float:
        return self.at_s


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_log_gets_plain_lines_with_step_progress_and_time() -> None:
    out, clock = io.StringIO(), Ticking()
    progress = Progress(out, clock)
    progress.begin(2)
    with progress.step("Debian packages", "sox, espeak-ng"):
        clock.at_s += 1
        progress.at("downloading 10 %")  # too early for another line
        clock.at_s += 5
        progress.at("downloading 45 %")
    with progress.step("Asterisk"):
        clock.at_s += 7
    assert out.getvalue().splitlines() == [
        "[1/2] Debian packages: sox, espeak-ng",
        "[1/2] Debian packages: downloading 45 %, 6 s",
        "[1/2] Debian packages: done in 6 s",
        "[2/2] Asterisk: begun",
        "[2/2] Asterisk: done in 7 s",
    ]


def test_a_step_that_says_nothing_still_shows_that_time_goes_on() -> None:
    out, clock = io.StringIO(), Ticking()
    progress = Progress(out, clock)
    progress.begin(1)
    with progress.step("Asterisk"):
        for _ in range(12):
            clock.at_s += 1
            progress.tick()
    assert "[1/1] Asterisk: 5 s" in out.getvalue()
    assert "[1/1] Asterisk: 10 s" in out.getvalue()


def test_a_terminal_gets_one_line_that_is_redrawn() -> None:
    out, clock = Terminal(), Ticking()
    progress = Progress(out, clock)
    progress.begin(1)
    with progress.step("Python packages"):
        clock.at_s += 2
        progress.at("fetching 3 of 74")
    assert out.getvalue().count("\n") == 1
    assert "\r\033[K[1/1] Python packages: fetching 3 of 74, 2 s" in out.getvalue()
    assert out.getvalue().endswith("\r\033[K[1/1] Python packages: done in 2 s\n")


def test_a_step_that_fails_says_so_and_raises() -> None:
    out = io.StringIO()
    progress = Progress(out, Ticking())
    progress.begin(1)
    with pytest.raises(ValueError, match="no"), progress.step("Asterisk"):
        raise ValueError("no")
    assert out.getvalue().endswith("[1/1] Asterisk: not done after 0 s\n")
