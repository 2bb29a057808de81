"""What stands before waiting calls, as the step tells it, in the words of routing.expected."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from routing.expected import Line, Outlook, Pace, Serving, Told
from store.redis.steps import Steps

_CALLS_AT_ONCE: Final = 25  # a step must stay small


async def read_outlooks(steps: Steps, call_ids: Sequence[str]) -> dict[str, Outlook]:
    """The outlook of each of these calls that waits. Raises: StoreFault."""
    found: dict[str, Outlook] = {}
    for first in range(0, len(call_ids), _CALLS_AT_ONCE):
        told = await steps.run("outlook", {"call_ids": list(call_ids[first : first + _CALLS_AT_ONCE])})
        pace = _pace(told, steps.rules.typical_call_s)
        crews = _crews(told["crews"])
        found |= {call_id: _outlook(outlook, pace, crews) for call_id, outlook in told["outlooks"].items()}
    return found


def _crews(told: Mapping[str, int]) -> Mapping[frozenset[str], int]:
    """"a,b" and "b,a" are one: seats name their groups in an order of their own."""
    found = Counter[frozenset[str]]()
    for crew, seats in told.items():
        found[_names(crew)] += seats
    return found


def _pace(told: Mapping[str, Any], typical_s: float) -> Pace:
    left, waited_ms = told["patience"]
    return Pace(
        service={group: (measured, mean_ms / 1000) for group, (measured, mean_ms) in told["service"].items()},
        typical_s=typical_s,
        gave_up=left / 1000,
        waited_s=waited_ms / 1000,
    )


def _outlook(told: Mapping[str, Any], pace: Pace, crews: Mapping[frozenset[str], int]) -> Outlook:
    return Outlook(
        open=_names(told["open"]),
        to_come=tuple((group, max(0.0, in_ms / 1000)) for group, in_ms in told["rungs"] or ()),
        serving={group: Serving(**seats) for group, seats in told["groups"].items()},
        crews=crews,
        lines=tuple(_line(line) for line in told["lines"] or ()),
        pace=pace,
        offered=told["offered"],
        waited_s=told["waited_ms"] / 1000,
        expected_s=_seconds(told.get("expected_ms")),
        told=Told(position=told.get("told_place"), minutes=told.get("told_minutes")),
        told_ago_s=_seconds(told.get("told_ago_ms")),
    )


def _line(told: Mapping[str, Any]) -> Line:
    able = told["able"] / told["all"] if told["all"] else 1.0
    return Line(open=_names(told["open"]), before=told["before"], able=able)


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000


def _names(joined: str) -> frozenset[str]:
    return frozenset(filter(None, joined.split(",")))
