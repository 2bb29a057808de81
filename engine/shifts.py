"""Watches the shifts: who should be signed in, who is, and what is to be warned of before callers notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from calls.calendar import Calendar
from calls.clock import Clock
from calls.errors import Refused, StoreFault
from calls.hours import Span
from engine.directory import News
from routing.rota import DutyDay, RotaStore, with_days
from seats.seat import Seat
from seats.shifts import Lack, OnDuty, Roster, Shortage, gaps, lack_now, lack_soon, on_duty, signed_in

log = structlog.get_logger(__name__)

_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2999
_WEEK: Final = timedelta(days=7)
_LOOK_AGAIN_S: Final = 10.0  # for an announcement that was lost, and after a fault


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRules:
    """What the configuration says of shifts.

    Args:
        rosters: what is configured, by group; a duty table stands over it. labels: group -> what people call it.
        warn_before_s: so long before nobody is on duty that is warned of.
        grace_s: too few signed in for this long are warned of.
    """

    rosters: Mapping[str, Roster]
    labels: Mapping[str, str]
    calendar: Calendar
    warn_before_s: float
    grace_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """A group's figures: seats that should be signed in, and that are."""

    wanted: int
    signed_in: int


class ShiftWatch:
    """Looks when told to; says once in the log what began and what is over (api.sources.Shifts)."""

    def __init__(self, rules: ShiftRules, clock: Clock) -> None:
        self.rules = rules
        self.version: int | None = None
        self._rosters = rules.rosters
        self._clock = clock
        self._since: dict[tuple[str, Lack], float] = {}
        self._warned: dict[tuple[str, Lack], Shortage] = {}
        self._figures: dict[str, Staffing] = {}

    @property
    def warnings(self) -> Sequence[Shortage]:
        """What holds now, by group."""
        return [self._warned[key] for key in sorted(self._warned)]

    @property
    def figures(self) -> Mapping[str, Staffing]:
        """By group, as last looked."""
        return self._figures

    @property
    def rosters(self) -> Mapping[str, Roster]:
        """The shifts in force, by group."""
        return self._rosters

    def take(self, rows: Sequence[DutyDay], version: int) -> None:
        """The duty table's rows from now on, over what is configured."""
        self._rosters, self.version = with_days(self.rules.rosters, rows), version

    async def read(self, store: RotaStore) -> None:
        """Bring it to what the store has now. Raises: StoreFault: it stays as it was."""
        version = await store.version()
        if version != self.version:
            rows = await store.everything()
            self.take(rows, version)
            log.info("duty_table_read", version=version, rows=len(rows))

    async def follow(self, store: RotaStore, news: News) -> None:
        """Keep it at what the store has, for ever."""
        said = False
        while True:
            try:
                await self.read(store)
            except StoreFault as fault:
                if not said:
                    log.error("duty_table_not_read", why=fault.sentence)
                said = True
            else:
                said = False
            await news.announced(_LOOK_AGAIN_S)

    def on_duty(self, at: datetime) -> Sequence[OnDuty]:
        """Who is on duty at this moment (aware), for each group that has shifts."""
        return [on_duty(roster, at, self.rules.calendar) for roster in self._rosters.values()]

    def gaps(self, group: str, at: datetime) -> Sequence[Span]:
        """When nobody is on duty though somebody must be, in the week from this moment (aware) on."""
        return gaps(self._rosters[group], at, at + _WEEK, self.rules.calendar)

    def relief(self, duty: OnDuty) -> OnDuty | None:
        """Who is on duty after these; None where that is not known."""
        return None if duty.until is None else on_duty(self._rosters[duty.group], duty.until, self.rules.calendar)

    def moment(self, at: datetime) -> datetime:
        """See `api.sources.Shifts`."""
        if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            raise Refused("moment_too_far", f"Ask about a moment between {_FIRST_YEAR} and {_LAST_YEAR}.")
        return at if at.tzinfo is not None else at.replace(tzinfo=self.rules.calendar.zone)

    def label(self, group: str) -> str:
        """What people call the group."""
        return self.rules.labels.get(group, group)

    def next_gap(self, group: str, at: datetime) -> Shortage | None:
        """What is to be warned of at this moment (aware), were it now: nobody on duty, then or soon after."""
        return lack_soon(self._rosters[group], at, self.rules.warn_before_s, self.rules.calendar, self._label(group))

    def look(self, seats: Sequence[Seat]) -> None:
        """Hold the seats against the shifts."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        found: dict[tuple[str, Lack], Shortage] = {}
        self._figures = {}
        for duty in self.on_duty(now):
            self._figures[duty.group] = Staffing(wanted=duty.wanted, signed_in=len(signed_in(duty.group, seats)))
            for shortage in (lack_now(duty, seats, self._label(duty.group)), self.next_gap(duty.group, now)):
                if shortage is not None:
                    found[shortage.group, shortage.lack] = shortage
        self._since = {key: self._since.get(key, monotonic) for key in found}
        due = {key: one for key, one in found.items() if one.lack is Lack.GAP or monotonic - self._since[key] >= self.rules.grace_s}
        self._tell(due)
        self._warned = due

    def _tell(self, due: Mapping[tuple[str, Lack], Shortage]) -> None:
        for key, shortage in due.items():
            if key not in self._warned:
                log.warning("shift_lack_found", group=shortage.group, lack=shortage.lack, why=shortage.sentence)
        for group, lack in self._warned.keys() - due.keys():
            log.info("shift_lack_over", group=group, lack=lack)

    def _label(self, group: str) -> str:
        label = self.label(group)
        return group if label == group else f"{label} ({group})"
