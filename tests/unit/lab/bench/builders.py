"""Bursts as they might have come out, and an Asterisk that can so many calls a second."""

from collections.abc import Mapping

from lab.bench.ringing import MakeBurst
from lab.bench.traffic import Burst, Line


def a_burst(
    line: Line = Line.ZHIDA,
    *times_ms: float,
    rate: float = 50,
    missing: int = 0,
    failed: int = 0,
    cpu_ms: Mapping[str, float] | None = None,
) -> Burst:
    return Burst(
        line=line, rate=rate, times_ms=times_ms, missing=missing, failed=failed, resent=0, cpu_ms=cpu_ms or {"engine-1": 4.0}, others=0.25
    )


def a_machine(*, bare: float, zhida: float, tried: list[tuple[Line, float]] | None = None) -> MakeBurst:
    """Every call reaches its seat in 5 ms up to these rates, and in a second above."""
    limits = {Line.BARE: bare, Line.ZHIDA: zhida}

    async def burst(line: Line, rate: float, seconds: float) -> Burst:
        if tried is not None:
            tried.append((line, rate))
        times_ms = [5.0 if rate <= limits[line] else 1000.0] * 100
        return a_burst(line, *times_ms, rate=rate)

    return burst
