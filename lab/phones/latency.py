"""How long a caller's INVITE takes to become the seat's INVITE, from what sipp wrote down at both ends.

Each end notes `INVITE <caller's number> <Call-ID>`, and sipp itself writes each message down in the moment it is sent or
received: date, time, seconds since the epoch with microseconds, S or R, Call-ID, CSeq, first line, with tabs between. (A
note's own time would not do: sipp carries a note out a millisecond before the message.) One machine has one clock.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.phones.sipp_stats import MESSAGES, NOTES

MESSAGE_FIELDS = 7
SLACK_S = 0.01
"""sipp writes a message down after it has sent it, at times (a busy machine) after it has arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """A distribution of times, and the calls that never arrived."""

    count: int
    missing: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float

    def __str__(self) -> str:
        times = f"p50 {self.p50_ms:.1f}, p95 {self.p95_ms:.1f}, p99 {self.p99_ms:.1f}, max {self.max_ms:.1f} ms"
        return f"{self.count} calls ({self.missing} missing): {times}"


def invite_to_invite(callers: Path, *seats: Path) -> Latency:
    """Compare the runs of callers and seats (their folders) by the caller's number.

    A number that calls several times is told apart by time: an INVITE at a seat belongs to that number's latest one before
    it; of several offers of one call the first counts.

    Raises:
        ValueError: the callers have called nobody.
    """
    sent = invites(callers)
    took_ms = [took_s * 1000 for took_s in _first_offers(sent, (invite for run in seats for invite in invites(run)))]
    return latency(took_ms, missing=len(sent) - len(took_ms))


def invites(run: Path) -> list[tuple[str, float]]:
    """(number, seconds since the epoch) of each INVITE of a run that has been noted so far, without repetitions."""
    numbers = callers_noted(run)
    times: dict[str, float] = {}
    for fields in (line.split("\t") for line in _lines(run / MESSAGES)):
        if len(fields) == MESSAGE_FIELDS and fields[6].startswith("INVITE "):
            times.setdefault(fields[4], float(fields[2]))
    return [(number, times[call]) for call, number in numbers.items() if call in times]


def callers_noted(run: Path) -> dict[str, str]:
    """Call-ID -> the caller's number, as the scenario noted them so far."""
    notes = (line.removeprefix("INVITE ").rpartition(" ") for line in _lines(run / NOTES) if line.startswith("INVITE "))
    return {call: number for number, _, call in notes}


def _lines(file: Path) -> list[str]:
    return file.read_text(errors="replace").splitlines() if file.exists() else []


def latency(times_ms: Sequence[float], *, missing: int = 0) -> Latency:
    """The distribution; percentiles by the nearest rank."""
    if not times_ms and not missing:
        raise ValueError("there are no calls to compare")
    ordered = sorted(times_ms) or [math.nan]

    def rank(percent: float) -> float:
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]

    return Latency(count=len(times_ms), missing=missing, p50_ms=rank(50), p95_ms=rank(95), p99_ms=rank(99), max_ms=ordered[-1])


def _first_offers(sent: Iterable[tuple[str, float]], offered: Iterable[tuple[str, float]]) -> list[float]:
    calls: dict[str, list[float]] = defaultdict(list)
    for number, at in sent:
        calls[number].append(at)
    for times in calls.values():
        times.sort()
    took: dict[tuple[str, int], float] = {}
    for number, at in offered:
        latest = bisect_right(calls.get(number, []), at + SLACK_S) - 1
        if latest >= 0:
            took[number, latest] = min(took.get((number, latest), math.inf), max(0.0, at - calls[number][latest]))
    return list(took.values())
