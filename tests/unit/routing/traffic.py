"""Days of synthetic calls through the waiting room's model: what was expected of each wait, beside how long it was."""

import heapq
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from calls.events import Expected, to_ms
from routing.waiting import CallState, LiveCall, Rules, Rung
from seats.seat import Phone, SeatDefinition
from tests.unit.store.redis import model_timers
from tests.unit.store.redis.model import Model
from tests.unit.store.redis.model_outlook import expected, outlook

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WRAP_UP_S, RING_S = 30.0, 4.0
Length = Callable[[random.Random], float]
"""Seconds, drawn anew each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Callers of one kind: how many an hour, and their ladder."""

    an_hour: float
    ladder: tuple[Rung, ...]
    bonus_s: float = 0.0
    name: str = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's traffic.

    Args:
        talk_s: how long a talk is. patience_s: how long a caller waits before he gives up.
        measured_from_s: waits that begin before this are left out, because the hotline has just opened.
        load: hour of the day (from 0) -> what the classes' rates are multiplied by.
    """

    seats: Sequence[SeatDefinition]
    classes: Sequence[Class]
    talk_s: Length
    patience_s: Length
    hours: int = 8
    load: Callable[[int], float] = lambda _: 1.0
    typical_call_s: float = 180.0
    measured_from_s: float = 3600.0


def a_seat(seat_id: int, *groups: str) -> SeatDefinition:
    return SeatDefinition(seat_id=str(seat_id), devices=(f"PJSIP/{seat_id}",), groups=groups)


class Simulation:
    """Virtual time, one event after another."""

    def __init__(self, day: Day, seed: int) -> None:
        self.day = day
        self.random = random.Random(seed)  # noqa: S311  the same days each time
        self.model = Model(Rules(wrap_up_s=WRAP_UP_S, typical_call_s=day.typical_call_s))
        self.waits: list[tuple[float, float]] = []
        self.given_up = 0
        self._expected: dict[str, float] = {}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self.now_s = 0.0

    def run(self) -> list[tuple[float, float]]:
        """(expected, real) of every measured call that had to wait and was answered."""
        self._at(0.0)
        self.model.define(self.day.seats)
        for seat in self.day.seats:
            self.model.phone(seat.seat_id, Phone.IDLE, "", ready=True)
        for kind in self.day.classes:
            self._later(0.0, lambda kind=kind: self._next_of(kind))  # type: ignore[misc]
        while self._agenda:
            at_s, _, what = heapq.heappop(self._agenda)
            while (due := min(self.model.timers.values(), default=None)) is not None and due <= to_ms(MORNING + timedelta(seconds=at_s)):
                self._at((due - to_ms(MORNING)) / 1000)
                model_timers.tick(self.model, rematch=False)
                self._rung()
            self._at(at_s)
            what()
            self._rung()
        return self.waits

    def _at(self, at_s: float) -> None:
        self.now_s = max(self.now_s, at_s)
        self.model.at(to_ms(MORNING + timedelta(seconds=self.now_s)))

    def _later(self, in_s: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (self.now_s + in_s, next(self._numbers), what))

    def _next_of(self, kind: Class) -> None:
        hour = int(self.now_s / 3600)
        if hour >= self.day.hours:
            return
        if self.now_s > 0:
            self._calls(kind)
        rate = kind.an_hour * self.day.load(hour)
        self._later(self.random.expovariate(rate / 3600), lambda: self._next_of(kind))

    def _calls(self, kind: Class) -> None:
        now, call_id = MORNING + timedelta(seconds=self.now_s), f"c{next(self._numbers)}"
        call = LiveCall(
            call_id=call_id, state=CallState.WAITING, engine="a", caller_class=kind.name, number="", name="", channel="",
            rank_ms=to_ms(now) - round(kind.bonus_s * 1000), arrived=now, queued=now, ladder=kind.ladder,
        )  # fmt: skip
        self.model.join(call, [], "a")
        self._later(self.day.patience_s(self.random), lambda: self._gives_up(call_id))
        found = outlook(self.model, call_id)
        assert found is not None
        if not found.offered and (wait_s := found.wait_s) is not None:
            expected(self.model, Expected(call_id=call_id, at=now, position=found.position, wait_s=wait_s), "a")
            if self.now_s >= self.day.measured_from_s:
                self._expected[call_id] = wait_s

    def _gives_up(self, call_id: str) -> None:
        call = self.model.calls.get(call_id)
        if call is not None and call.state is CallState.WAITING:
            self.given_up += call_id in self._expected
            self.model.end(call_id, "abandoned", "", "a")

    def _rung(self) -> None:
        """Every seat that rings answers after a moment."""
        self.model.said.clear()
        for fact in self.model.facts:
            if fact["kind"] == "offered":
                self._later(RING_S, lambda fact=fact: self._answers(fact["call_id"], fact["offer_id"]))  # type: ignore[misc]
        self.model.facts.clear()

    def _answers(self, call_id: str, offer_id: str) -> None:
        if not self.model.answered(call_id, offer_id, "leg", "channel"):
            return
        call = self.model.calls[call_id]
        assert call.queued is not None
        if (wait_s := self._expected.pop(call_id, None)) is not None:
            self.waits.append((wait_s, (self.model.now - call.queued) / 1000))
        self._later(self.day.talk_s(self.random), lambda: self.model.end(call_id, "completed", "", "a"))


def exponential(mean_s: float) -> Length:
    return lambda chance: chance.expovariate(1 / mean_s)


def lognormal(mean_s: float, spread: float) -> Length:
    """With this coefficient of variation: talks are long-tailed, and seldom as short as an exponential has them."""
    sigma = math.sqrt(math.log(1 + spread * spread))
    mu = math.log(mean_s) - sigma * sigma / 2
    return lambda chance: chance.lognormvariate(mu, sigma)


def ladder(*rungs: tuple[str, float]) -> tuple[Rung, ...]:
    return tuple(Rung(group=group, after_s=after_s) for group, after_s in rungs)


def days(day: Day, seeds: int) -> Iterator[tuple[float, float]]:
    for seed in range(seeds):
        yield from Simulation(day, seed).run()
