"""Days simulated with one configuration: as it is, and with other numbers of seats."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from calls.errors import Refused
from calls.events import from_ms
from engine.simulation.callers import Caller, Planner, callers_of
from engine.simulation.day import Day
from engine.simulation.figures import in_time_of
from engine.simulation.outcome import DayOutcome
from engine.simulation.staff import Staff
from engine.simulation.traffic import Row
from engine.simulation.wanted import Needed, Tried, Want, seats_needed
from routing.erlang import seats_for
from routing.waiting import Rules
from store.redis.virtual import virtual_hotline
from whitelist.identify import CallerClass

_HOUR_MS = 3_600_000


@dataclass(slots=True)
class Pace:
    """How fast it went: calls, and seconds of real time."""

    calls: int = 0
    seconds: float = 0.0

    @property
    def calls_per_s(self) -> float:
        """Of real time."""
        return self.calls / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErlangSays:
    """What Erlang C takes for enough, knowing one group for this class alone, and callers that never leave.

    Args:
        load: erlangs in the busiest hour. handling_s: of a seat for a call, from its ring to the end of wrap-up.
    """

    load: float
    handling_s: float
    seats: int


class Study:
    """Simulates days; day k of every attempt has the same callers.

    Args:
        socket: of a Redis of the simulation's own. say: tells how far a search is.
    """

    def __init__(
        self, rows: Sequence[Row], planner: Planner, *, rules: Rules, socket: Path, seed: int, say: Callable[[str], None]
    ) -> None:
        self._rows = rows
        self._planner = planner
        self._rules = rules
        self._socket = socket
        self._seed = seed
        self._say = say
        self._callers: dict[int, list[Caller]] = {}
        self.pace = Pace()

    async def days(self, staff: Staff, count: int) -> list[DayOutcome]:
        """So many. Raises: SheetFault, StoreFault."""
        return [await self._day(staff, self._seed + number) for number in range(count)]

    async def needed(self, want: Want, group: str, staff: Staff, *, days: int) -> Needed:
        """The fewest seats of the group. Raises: Refused: nobody of that class calls."""
        if not any(caller.caller_class is want.caller_class for number in range(days) for caller in self._of_day(self._seed + number)):
            raise Refused("nobody_wants", f"Nobody of the class {want.caller_class} calls in this traffic.")

        async def attempt(seats: int) -> Tried:
            in_time, sure = in_time_of(await self.days(staff.with_seats(group, seats), days), want.caller_class, want.within_s)
            self._say(f"{group} with {seats}: {in_time or 0:.1%} of {want.caller_class} within {want.within_s:g} s")
            return Tried(seats=seats, in_time=in_time or 0.0, sure=sure)

        return await seats_needed(want, group, attempt, first=max(1, len(staff.group(group))))

    def erlang(self, want: Want, days: Sequence[DayOutcome]) -> ErlangSays:
        """The old way to the number of seats, to be held against the simulated one."""
        answered = sum(seat.answered for day in days for seat in day.seats.values())
        handling_s = sum(seat.busy_s for day in days for seat in day.seats.values()) / max(1, answered)
        load = self._busiest_hour(want.caller_class, len(days)) / 3600 * handling_s
        seats = seats_for(load, talk_s=handling_s, within_s=want.within_s, share=want.share) if load else 1
        return ErlangSays(load=load, handling_s=handling_s, seats=seats)

    def _busiest_hour(self, caller_class: CallerClass, days: int) -> float:
        """Calls, on average over the days, in the hour in which most of this class come."""
        hours = Counter(
            caller.at_ms // _HOUR_MS
            for number in range(days)
            for caller in self._of_day(self._seed + number)
            if caller.caller_class is caller_class
        )
        return max(hours.values(), default=0) / days

    async def _day(self, staff: Staff, seed: int) -> DayOutcome:
        callers = self._of_day(seed)
        first = min(row.at for row in self._rows)
        starts = [shift.from_ms for shifts in staff.shifts.values() for shift in shifts]
        begin = min(first, *(from_ms(start) for start in starts)) - timedelta(seconds=1)
        began = time.perf_counter()
        with virtual_hotline(self._socket, hotline=f"day{seed}", rules=self._rules, begin=begin) as hotline:
            outcome = await Day(hotline, staff, seed=seed).run(callers)
        self.pace.calls += len(callers)
        self.pace.seconds += time.perf_counter() - began
        return outcome

    def _of_day(self, seed: int) -> list[Caller]:
        if seed not in self._callers:
            self._callers[seed] = callers_of(self._rows, self._planner, seed=seed)
        return self._callers[seed]
