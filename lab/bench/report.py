"""The figures of a run, as a table for people and as a document."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from lab.bench.catching_up import CatchingUp
from lab.bench.directory import DirectoryFigures
from lab.bench.importing import ImportFigures
from lab.bench.matching import MatchingFigures
from lab.bench.queueing import BesideQueue
from lab.bench.ringing import Highest, Pair, Side
from lab.bench.round_trips import RoundTrips
from lab.bench.scale import Scale
from lab.bench.steps import StepFigures

_PERCENTILES: Final = ("p50_ms", "p95_ms", "p99_ms")
ALLOWED_MS: Final = 100.0
"""From a cause to its ring, at the most."""
_PARTS: Final = ("engine-1", "redis", "asterisk", "sipp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one run measured. recorded: a pair of which Zhida's talks are recorded; in the others they are not."""

    scale: Scale
    processors: int
    load: float
    seconds: float
    pairs: tuple[Pair, ...]
    recorded: Pair
    highest: Highest
    behind: CatchingUp
    round_trips: RoundTrips
    recorded_round_trips: RoundTrips
    directory: DirectoryFigures
    imports: ImportFigures
    steps: StepFigures
    matching: MatchingFigures
    beside_queue: BesideQueue

    def document(self) -> dict[str, Any]:
        """For `--json`: the figures as they are, and what is made of them."""
        document = asdict(self)
        for told, pair in zip((*document["pairs"], document["recorded"]), (*self.pairs, self.recorded), strict=True):
            told["difference_ms"] = {name: value for name, value, _ in _compared(pair)}
            told["ratio"] = {name: ratio for name, _, ratio in _compared(pair)}
        for told, row in zip(document["beside_queue"]["rows"], self.beside_queue.rows, strict=True):
            told["ratio"] = {name: _ratio(getattr(row.zhida, name), getattr(row.queue, name)) for name in _PERCENTILES}
            told["within_100_ms"] = row.zhida.max_ms <= ALLOWED_MS and not row.zhida.missing
        document["highest"]["ratio"] = _ratio(self.highest.zhida, self.highest.bare)
        document["matching"]["growth"] = self.matching.growth
        document["scale"]["criterion"]["text"] = str(self.scale.criterion)
        return document

    def text(self) -> str:
        """For people."""
        return "\n".join([*self._head(), *self._times(), *self._processor(), *self._highest(), *self._queue(), *self._rest()]) + "\n"

    def _head(self) -> Iterable[str]:
        yield f"Zhida (12345, a whitelisted caller) beside Asterisk's own Dial() (12399), in turns; {self.seconds:.0f} s on"
        yield f"{self.processors} processors, load {self.load:.1f} before; `others` is what something else used of the machine meanwhile."

    def _times(self) -> Iterable[str]:
        yield ""
        yield "From the caller's INVITE to the seat's (ms), nothing recorded"
        yield f"  {'calls/s':>7}  {'':12}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}   calls  lost  failed  others"
        for pair in self.pairs:
            yield from _rows(pair)
        yield "The same with every talk of Zhida's recorded (bare Dial() records nothing)"
        yield from _rows(self.recorded)

    def _processor(self) -> Iterable[str]:
        yield ""
        yield "Processor time for a call (ms); the engine also hears of the calls it has nothing to do with"
        yield f"  {'calls/s':>7}  {'':8}" + "".join(f"{part:>10}" for part in _PARTS) + f"{'in all':>10}"
        for pair in (*self.pairs, self.recorded):
            for name, side in (("bare", pair.bare), ("Zhida", pair.zhida)):
                cells = "".join(f"{side.cpu_ms.get(part, 0):>10.2f}" for part in _PARTS)
                yield f"  {pair.rate:>7g}  {name:8}{cells}{sum(side.cpu_ms.values()):>10.2f}{'  recorded' if pair is self.recorded else ''}"

    def _highest(self) -> Iterable[str]:
        found = self.highest
        yield ""
        yield f"Highest rate held for {self.scale.sure_s:g} s ({self.scale.criterion})"
        yield f"  bare {found.bare:.0f}/s, Zhida {found.zhida:.0f}/s: {_ratio(found.zhida, found.bare):.0%} of it"
        behind, end = self.behind, "done" if self.behind.all_of_them else "not done"
        yield f"  after the search {behind.facts:,} facts were left to record; {end} in {behind.seconds:.1f} s"

    def _queue(self) -> Iterable[str]:
        yield ""
        yield f"From its cause to the ring (ms), Zhida and Asterisk's app_queue (12398) in turns; others {self.beside_queue.others:.0%}"
        yield f"  {'':38}{'':11}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}  rings  none"
        for row in self.beside_queue.rows:
            for name, cause, times in (("app_queue", row.cause, row.queue), ("Zhida", "", row.zhida)):
                cells = f"{times.p50_ms:>8.1f}{times.p95_ms:>8.1f}{times.p99_ms:>8.1f}{times.max_ms:>8.1f}"
                yield f"  {cause:38}{name:11}{cells}{times.count:>7}{times.missing:>6}"

    def _rest(self) -> Iterable[str]:
        trips, recorded = self.round_trips, self.recorded_round_trips
        yield ""
        yield f"AGI commands until the seat rings, the Dial among them: {trips.before_ringing} ({recorded.before_ringing} with recording);"
        yield f"  in the whole call: {trips.in_all} ({recorded.in_all})"
        directory, imports, steps = self.directory, self.imports, self.steps
        yield ""
        yield f"Whitelist of {directory.entries:,} entries, {directory.numbers:,} numbers: built in {directory.build_s:.1f} s,"
        yield f"  {directory.memory_mb:.0f} MB; a number found in {_us(directory.known_us)}, not found in {_us(directory.unknown_us)},"
        yield f"  the caller identified in {_us(directory.identify_us)}; an entry changed in {directory.change_us:.0f} µs"
        yield f"Import, seconds per 100,000 rows (measured with {imports.rows:,}): read {imports.read_s:.1f},"
        yield f"  compared {imports.compare_s:.1f}, applied {imports.apply_s:.1f}; loaded into an engine {imports.load_s:.1f}"
        yield ""
        yield "A step of the waiting room, to Redis and back (p50, p99)"
        for name, times in asdict(steps).items():
            yield f"  {name.replace('_', ' '):20}{_us(times)}"
        yield from self.matching.lines()


def _rows(pair: Pair) -> Iterable[str]:
    yield _row(f"{pair.rate:g}", "bare", pair.bare, pair.others)
    yield _row("", "Zhida", pair.zhida, pair.others)
    yield f"  {'':7}  {'difference':12}" + "".join(f"{value:>+8.1f}" for _, value, _ in _compared(pair))
    yield f"  {'':7}  {'ratio':12}" + "".join(f"{ratio:>8.2f}" for _, _, ratio in _compared(pair))


def _row(rate: str, name: str, side: Side, others: float) -> str:
    times = side.times
    cells = f"{times.p50_ms:>8.1f}{times.p95_ms:>8.1f}{times.p99_ms:>8.1f}{times.max_ms:>8.1f}"
    return f"  {rate:>7}  {name:12}{cells}{times.count + times.missing:>8}{times.missing:>6}{side.failed:>8}{others:>8.0%}"


def _compared(pair: Pair) -> Sequence[tuple[str, float, float]]:
    """Percentile, Zhida less bare, Zhida over bare."""
    both = [(name, getattr(pair.zhida.times, name), getattr(pair.bare.times, name)) for name in _PERCENTILES]
    return [(name, zhida - bare, _ratio(zhida, bare)) for name, zhida, bare in both]


def _ratio(one: float, other: float) -> float:
    return one / other if other else 0.0


def _us(times: tuple[float, float]) -> str:
    return f"{times[0]:.0f} µs (p99 {times[1]:.0f})"
