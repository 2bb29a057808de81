"""The callers of one day: who comes when, how long he talks, how long he has patience; and what is planned for him."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from calls.events import to_ms
from engine.decision import Decider, Decision
from engine.simulation.sheet import SheetFault
from engine.simulation.spread import Spread
from engine.simulation.traffic import Row
from routing.ivr import IvrMode
from routing.plan import MenuChoice, Plan
from whitelist.identify import CallerClass, Identity
from whitelist.numbers import parse_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One call before it comes.

    Args:
        at_ms: when it arrives (ms since 1970). number, entry_id: who calls, as far as that is known: he may have a preferred seat.
        ivr_s: how long he hears a greeting or a menu first.
        talk_s: what his talk with the seat will last. patience_s: after so much waiting for a seat he leaves; may be infinite.
    """

    at_ms: int
    number: str
    entry_id: str
    caller_class: CallerClass
    plan: Plan
    ivr_s: float
    talk_s: float
    patience_s: float


class Planner:
    """Decides for a caller what the engine would decide.

    Args:
        choices: menu -> every way through it: keys, and the choice they make (routing.explain.Background).
        ivr: how long a greeting or a menu takes.
    """

    def __init__(self, decider: Decider, choices: Mapping[str, Sequence[tuple[str, MenuChoice]]], *, ivr: Spread) -> None:
        self._decider = decider
        self._choices = choices
        self._ivr = ivr

    def decided(self, row: Row, at: datetime) -> Decision:
        """Who calls, and the plan with what he presses. Raises: SheetFault: the menu has no such keys."""
        if row.number is not None:
            decision = self._decider.decide(raw_number=row.number, trunk=row.trunk, dialled=row.dialled, at=at)
        else:
            assert row.caller_class is not None  # noqa: S101  a row has a number or a class
            decision = self._decider.decide_for(_somebody(row.caller_class), dialled=row.dialled, at=at)
        if decision.plan.ivr.mode is not IvrMode.MENU:
            return decision
        ways = dict(self._choices[decision.plan.ivr.menu])
        if row.keys not in ways:
            allowed = ", ".join(key for key in ways if key)
            sentence = f"{row.where}: keys: the menu {decision.plan.ivr.menu} has no {row.keys!r}; allowed are {allowed}, or none."
            raise SheetFault("sheet_faulty", sentence, where=row.where)
        chosen = self._decider.after_menu(decision, ways[row.keys])
        return replace(chosen, plan=replace(chosen.plan, ivr=decision.plan.ivr))  # which still says what was played before

    def ivr_s(self, plan: Plan, chance: Random) -> float:
        """How long this caller hears something before he waits."""
        return 0.0 if plan.ivr.mode is IvrMode.NONE else self._ivr.drawn(chance)

    def first_group(self, caller_class: CallerClass, moments: Iterable[datetime]) -> str | None:
        """Where such a caller's ladder begins at the first of these moments at which he has one; None where he never has."""
        plans = (self._decider.decide_for(_somebody(caller_class), dialled="", at=at).plan for at in moments)
        return next((plan.ladder[0].group for plan in plans if plan.ladder), None)


def _somebody(caller_class: CallerClass) -> Identity:
    return Identity(number=parse_number("", area_code=""), caller_class=caller_class, trusted=True)


def callers_of(rows: Sequence[Row], planner: Planner, *, seed: int) -> list[Caller]:
    """The callers of a day, by time. Each row has its own chance: another row, or another number of seats, changes nothing in it.

    Raises: SheetFault.
    """
    callers = [caller for row in rows for caller in _of_row(row, planner, seed)]
    return sorted(callers, key=lambda caller: caller.at_ms)


def _of_row(row: Row, planner: Planner, seed: int) -> Iterator[Caller]:
    chance = Random(f"{seed} {row.where.rpartition(':')[2]}")  # noqa: S311  a simulation
    for at in _moments(row, chance):
        decision = planner.decided(row, at)
        yield Caller(
            at_ms=to_ms(at),
            number=decision.number,
            entry_id=decision.identity.entry.entry_id if decision.identity.entry is not None else "",
            caller_class=decision.identity.caller_class,
            plan=replace(decision.plan, reasons=()),  # a hundred thousand plans are kept, and nobody asks them why
            ivr_s=planner.ivr_s(decision.plan, chance),
            talk_s=row.talk.drawn(chance),
            patience_s=row.patience.drawn(chance),
        )


def _moments(row: Row, chance: Random) -> Iterator[datetime]:
    """The row's own moment, or those of a Poisson process."""
    if not row.per_hour:
        yield row.at
        return
    at = row.at
    while (at := at + timedelta(hours=chance.expovariate(row.per_hour))) < row.until:
        yield at
