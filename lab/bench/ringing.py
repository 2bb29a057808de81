"""From the caller's INVITE to the seat's: Zhida and a bare Dial() in turns, so that what the machine does meanwhile hits both."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from lab.bench.scale import Criterion
from lab.bench.search import Search
from lab.bench.traffic import Burst, Line
from lab.phones.latency import Latency, latency

MakeBurst = Callable[[Line, float, float], Awaitable[Burst]]
"""`Traffic.burst`: what is dialled, calls a second, seconds."""

_IN_TURN: Final = (Line.BARE, Line.ZHIDA)
_MADE_SURE: Final = (1.0, 0.94, 0.88, 0.8, 0.7, 0.6, 0.5)
"""Of the rate that was found: how much is tried, one after the other, until it is also held for longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """All bursts of one line at one rate, taken together.

    Args:
        cpu_ms: processor time for each call, by part: the median of the bursts.
    """

    times: Latency
    failed: int
    resent: int
    cpu_ms: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The two, side by side. others: the share of the machine that something else used meanwhile, 0 to 1."""

    rate: float
    bare: Side
    zhida: Side
    others: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Highest:
    """The highest rate each of the two held; tried: every burst of the search, in order, and whether it was held."""

    bare: float
    zhida: float
    tried: tuple[tuple[Line, float, bool], ...]


async def pair(burst: MakeBurst, rate: float, *, rounds: int, seconds: float) -> Pair:
    """Bare, Zhida, bare, Zhida…: `rounds` bursts of each."""
    bursts = [await burst(line, rate, seconds) for _ in range(rounds) for line in _IN_TURN]
    bare, zhida = (_side([one for one in bursts if one.line is line]) for line in _IN_TURN)
    return Pair(rate=rate, bare=bare, zhida=zhida, others=median(one.others for one in bursts))


async def highest(burst: MakeBurst, criterion: Criterion, *, first_rate: float, step_s: float, sure_s: float) -> Highest:
    """Search for both at once, a step of each in turn; what was found, or a little less, must then be held for `sure_s`."""
    tried: list[tuple[Line, float, bool]] = []
    searches = {line: Search(first_rate) for line in _IN_TURN}

    async def attempt(line: Line, rate: float, seconds: float) -> bool:
        held = holds(await burst(line, rate, seconds), criterion)
        tried.append((line, rate, held))
        return held

    while any(search.rate for search in searches.values()):
        for line, search in searches.items():
            if (rate := search.rate) is not None:
                search.told(held=await attempt(line, rate, step_s))

    async def made_sure(line: Line) -> float:
        for less in _MADE_SURE:
            rate = searches[line].held * less
            if rate and await attempt(line, rate, sure_s):
                return rate
        return 0.0

    return Highest(bare=await made_sure(Line.BARE), zhida=await made_sure(Line.ZHIDA), tried=tuple(tried))


def holds(burst: Burst, criterion: Criterion) -> bool:
    """Whether the burst meets the criterion."""
    in_time = sum(time_ms <= criterion.within_ms for time_ms in burst.times_ms)
    return burst.failed == 0 and in_time >= criterion.share * burst.calls


def _side(bursts: Sequence[Burst]) -> Side:
    times = [time_ms for one in bursts for time_ms in one.times_ms]
    return Side(
        times=latency(times, missing=sum(one.missing for one in bursts)),
        failed=sum(one.failed for one in bursts),
        resent=sum(one.resent for one in bursts),
        cpu_ms={part: median(one.cpu_ms[part] for one in bursts) for part in bursts[0].cpu_ms},
    )
