"""Which rule decides a call: the first that fits its class, the number it dialled, what it chose in a menu, and the hour.

    rules in order ──> fits the caller? ──> in its hours now? ──> it decides: a ladder, or that the hotline is closed to him
                             │ no                 │ no
                             v                    v
                        the next rule        the next rule ──> … none: the ladder of his class
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from calls.calendar import Calendar
from calls.hours import Hours
from routing.ends import LadderEnd, Step
from routing.ivr import Ivr
from routing.waiting import Rung
from whitelist.identify import CallerClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a caller gets to whom the hotline is closed.

    Args:
        steps: what is done for him. ladder: where he waits if none of them served him; empty: his call is over.
    """

    steps: tuple[Step, ...]
    ladder: tuple[Rung, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A rule.

    Args:
        classes, dialled, chosen: whom it is for; empty is everybody. `chosen`: groups that he may have chosen in a menu.
        hours: when it holds: in any of these; empty is always.
        ladder: where he waits; None is his class's own ladder. ivr: what he hears first; None is what the dialled number has.
        language: of prompts; "" is the dialled number's.
        end: what happens when nobody took the call; None is the hotline's usual end.
        closed: the hotline is closed to him, and this is what he gets instead of `ladder` and `ivr`.
    """

    name: str
    classes: frozenset[CallerClass] = frozenset()
    dialled: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()
    hours: tuple[Hours, ...] = ()
    ladder: tuple[Rung, ...] | None = None
    ivr: Ivr | None = None
    language: str = ""
    end: LadderEnd | None = None
    closed: Closing | None = None

    def fits(self, caller_class: CallerClass, dialled: str, chosen: str) -> bool:
        """Whether it is a rule for this caller, at whatever hour."""
        return (
            (not self.classes or caller_class in self.classes)
            and (not self.dialled or dialled in self.dialled)
            and (not self.chosen or chosen in self.chosen)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A rule that fits the caller and did not decide, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What decided.

    Args:
        route: the rule; None: none of them holds now, and the ladder of the caller's class does.
        why: how its hours stand, the second half of a sentence; "" where it has none.
        passed: the rules for this caller before it, which do not hold now.
    """

    route: Route | None
    why: str = ""
    passed: tuple[Passed, ...] = ()

    @property
    def closing(self) -> Closing | None:
        """What a caller gets to whom the hotline is closed; None where it is open."""
        return self.route.closed if self.route is not None else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Whole sentences."""
        passed = tuple(f"The rule {one.name} does not hold now: {one.why}." for one in self.passed)
        if self.route is None:
            return (*passed, "No rule of routes decides: the ladder of the caller's class holds.")
        decided = "closed" if self.route.closed is not None else "open"
        return (*passed, f"The rule {self.route.name} decides{f', because {self.why}' if self.why else ''}: {decided}.")


def choose(
    routes: Sequence[Route], caller_class: CallerClass, *, dialled: str, chosen: str, at: datetime, calendar: Calendar
) -> Chosen:
    """The one rule that decides at this moment (aware); `chosen` is the menu choice's target, "" before or without one."""
    passed: list[Passed] = []
    for route in routes:
        if not route.fits(caller_class, dialled, chosen):
            continue
        holds, why = _now(route, at, calendar)
        if holds:
            return Chosen(route=route, why=why, passed=tuple(passed))
        passed.append(Passed(name=route.name, why=why))
    return Chosen(route=None, passed=tuple(passed))


def _now(route: Route, at: datetime, calendar: Calendar) -> tuple[bool, str]:
    """Whether the rule holds, and how its hours stand."""
    if not route.hours:
        return True, ""
    verdicts = [(hours.name, hours.at(at, calendar)) for hours in route.hours]
    for name, verdict in verdicts:
        if verdict.open:
            return True, f"it is {name}: {verdict.why}"
    return False, "; ".join(f"it is not {name}: {verdict.why}" for name, verdict in verdicts)
