"""What was measured on the way, by whichever worker, is shown at the end."""

from statistics import median
from typing import Any, Final

import pytest

MEASURED: Final = "measured: "
_FIGURES: dict[str, list[float]] = {}


def note(node: pytest.Item, figures: dict[str, list[float]]) -> None:
    """A test's figures, in ms; they travel with its report."""
    node.user_properties += [(MEASURED + what, ms) for what, found in figures.items() for ms in found]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The last of a test's reports has them all."""
    if report.when == "teardown":
        for name, ms in report.user_properties:
            if name.startswith(MEASURED) and isinstance(ms, float):
                _FIGURES.setdefault(name.removeprefix(MEASURED), []).append(ms)


def pytest_terminal_summary(terminalreporter: Any) -> None:  # noqa: ANN401  pytest names no type
    for what, times_ms in sorted(_FIGURES.items()):
        shown = f"median {median(times_ms):.0f}, most {max(times_ms):.0f} ms ({len(times_ms)})"
        terminalreporter.write_line(f"{what}: {shown}")
