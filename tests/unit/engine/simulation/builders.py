"""Small days, and the hotline they happen on."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from calls.events import to_ms
from engine.simulation.callers import Caller
from engine.simulation.day import Day
from engine.simulation.outcome import CallOutcome, DayOutcome, End, SeatOutcome
from engine.simulation.spread import Shape, Spread
from engine.simulation.staff import Manner, Shift, Staff
from routing.ends import LadderEnd
from routing.ivr import Ivr
from routing.plan import Plan
from routing.waiting import Rules, Rung
from seats.seat import SeatDefinition
from store.redis.virtual import virtual_hotline
from whitelist.identify import CallerClass

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
START_MS = to_ms(NINE)
FOR_EVER_S = 1e8
AT_ONCE = Manner(answer=Spread(Shape.FIXED, 0))


def a_plan(*rungs: str, bonus_s: int = 0, end_s: float = 300) -> Plan:
    """`a_plan("priority", "qilai@8")`."""
    split = [rung.partition("@") for rung in rungs or ("qilai",)]
    ladder = tuple(Rung(group=group, after_s=float(after or 0)) for group, _, after in split)
    return Plan(ivr=Ivr(), ladder=ladder, rank_bonus_s=bonus_s, end=LadderEnd(after_s=end_s, steps=()), reasons=())


def a_caller(
    after_s: float,
    plan: Plan | None = None,
    *,
    talk_s: float = 60,
    patience_s: float = float("inf"),
    caller: CallerClass = CallerClass.PUBLIC,
    ivr_s: float = 0,
    number: str = "",
) -> Caller:
    return Caller(
        at_ms=START_MS + round(after_s * 1000),
        number=number,
        entry_id="",
        caller_class=caller,
        plan=plan or a_plan(),
        ivr_s=ivr_s,
        talk_s=talk_s,
        patience_s=patience_s,
    )


def a_seat(seat_id: str, *groups: str) -> SeatDefinition:
    return SeatDefinition(seat_id=seat_id, devices=("PJSIP/x",), groups=groups or ("qilai",))


def a_shift(from_s: float = 0, until_s: float = 36_000, manner: Manner = AT_ONCE) -> Shift:
    return Shift(from_ms=START_MS + round(from_s * 1000), until_ms=START_MS + round(until_s * 1000), manner=manner)


def staff_of(*seats: SeatDefinition, shift: Shift | None = None) -> Staff:
    return Staff(seats=seats, shifts={seat.seat_id: (shift or a_shift(),) for seat in seats})


async def a_day(socket: Path, callers: Sequence[Caller], staff: Staff, *, rules: Rules | None = None, seed: int = 1) -> DayOutcome:
    with virtual_hotline(socket, hotline="test", rules=rules or Rules(wrap_up_s=0), begin=NINE) as hotline:
        return await Day(hotline, staff, seed=seed).run(callers)


def erlangs_callers(seed: int, count: int, *, load: float, talk_s: float, patience_s: float = float("inf")) -> list[Caller]:
    """Poisson arrivals, exponential talks; with a mean patience, exponential patience."""
    chance, at_s, callers = random.Random(seed), 0.0, []  # noqa: S311  a simulation
    plan = a_plan(end_s=FOR_EVER_S)
    for _ in range(count):
        at_s += chance.expovariate(load / talk_s)
        patience = chance.expovariate(1 / patience_s) if patience_s < FOR_EVER_S else FOR_EVER_S
        callers.append(a_caller(at_s, plan, talk_s=chance.expovariate(1 / talk_s), patience_s=patience))
    return callers


def a_call(waited_s: float, end: End = End.ANSWERED, *, caller: CallerClass = CallerClass.PUBLIC, group: str = "qilai") -> CallOutcome:
    return CallOutcome(
        caller_class=caller, queued_ms=START_MS, waited_s=waited_s, end=end, group=group if end is End.ANSWERED else "", rung=1
    )


def a_seats_day(*groups: str, on_duty_s: float = 3600, talking_s: float = 1800, answered: int = 10) -> SeatOutcome:
    return SeatOutcome(
        groups=groups or ("qilai",),
        on_duty_s=on_duty_s,
        ringing_s=0,
        talking_s=talking_s,
        wrap_up_s=0,
        away_s=0,
        answered=answered,
        declined=0,
        missed=0,
    )
