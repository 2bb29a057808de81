"""What conferences use, as a table for people and as a document."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from lab.phones.latency import Latency

_PARTS: Final = {"asterisk": "Asterisk", "engine-1": "engine", "redis": "Redis"}
BARE: Final = "bare ConfBridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the lab's parts use, by part.

    Args:
        processor: share of one processor, 0 to as many as there are. memory_mb: held at the end.
        set_up_s: processor seconds for each conference until all were there. machine: share of the whole machine, phones and
            all others included, 0 to 1.
    """

    processor: Mapping[str, float]
    memory_mb: Mapping[str, float]
    set_up_s: Mapping[str, float]
    machine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceReport:
    """One run. loads: by what went on. joined: from the wish for all three to the caller in the room, by what went on."""

    conferences: int
    window_s: float
    processors: int
    load: float
    loads: Mapping[str, Load]
    joined: Mapping[str, Latency]

    def document(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "ratio": {name: self._ratio(name) for name in self.joined}}

    def text(self) -> str:
        """For people."""
        return "\n".join([*self._head(), *self._loads(), *self._joins()]) + "\n"

    def _head(self) -> Iterable[str]:
        yield f"{self.conferences} conferences of three at once, all of whom send sound; measured for {self.window_s:g} s each"
        yield f"{self.processors} processors, load {self.load:.1f} before; `machine`: what share of them was used, phones and all."

    def _loads(self) -> Iterable[str]:
        yield ""
        yield f"{'':16}{'processor, % of one':>24}  {'memory, MB':>24}  {'to set one up, ms':>24}"
        heads = "".join(f"{shown:>8}" for shown in _PARTS.values())
        yield f"{'':16}{heads}  {heads}  {heads} machine"
        for name, load in self.loads.items():
            cells = (_cells(load.processor, 100), _cells(load.memory_mb, 1), _cells(load.set_up_s, 1000))
            yield f"{name:16}{'  '.join(cells)} {load.machine:>7.0%}"
        for name in self.joined:
            yield f"{name}: Asterisk uses {self._ratio(name):.2f} times what it does for the bare ConfBridge"

    def _joins(self) -> Iterable[str]:
        yield ""
        yield "From the wish (PUT …/state three_way) to the caller in the room"
        for name, times in self.joined.items():
            yield f"  {name:20}{times}"

    def _ratio(self, name: str) -> float:
        bare = self.loads[BARE].processor["asterisk"]
        return self.loads[name].processor["asterisk"] / bare if bare else 0.0


def _cells(values: Mapping[str, float], times: float) -> str:
    return "".join(f"{values.get(part, 0) * times:>8.1f}" for part in _PARTS)
