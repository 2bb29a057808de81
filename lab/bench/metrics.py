"""What an engine counts about itself, read off its /metrics."""

import urllib.request
from collections.abc import Mapping
from typing import Final

from calls.errors import Fault

AGI_COMMANDS: Final = 'zhida_agi_total{what="commands"}'
RECORDED: Final = 'zhida_facts_total{what="recorded"}'


class EngineFigures:
    """One engine's. url: where it serves HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __getitem__(self, name: str) -> float:
        """The figure of that name, labels and all. Raises: Fault: the engine does not count that."""
        with urllib.request.urlopen(f"{self._url}/metrics", timeout=5) as answer:
            figures = figures_of(answer.read().decode())
        if name not in figures:
            raise Fault("no_such_figure", f"The engine's /metrics has no {name}.", name=name)
        return figures[name]


def figures_of(text: str) -> Mapping[str, float]:
    """Name with labels -> value, from Prometheus' text format."""
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}
