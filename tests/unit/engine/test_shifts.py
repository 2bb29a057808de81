"""The watch over the shifts: what is warned of, when, and once."""

from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from calls.calendar import BEIJING, Calendar
from calls.errors import Refused, StoreFault
from calls.hours import Hours
from engine.shifts import ShiftRules, ShiftWatch, Staffing
from routing.rota import DutyDay
from seats.shifts import Duty, Roster
from seats.state import SeatState
from tests.unit.api.live import a_seat

DAY = Hours(name="day", times=((480, 1200),))
NIGHT = Hours(name="night", times=((1200, 1320),))


class Wall:
    """A clock that is set by hand."""

    def __init__(self, now: str) -> None:
        self.moment = datetime.fromisoformat(now).replace(tzinfo=BEIJING)
        self.passed_s = 0.0

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.passed_s += seconds

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.passed_s


def watch(clock: Wall) -> ShiftWatch:
    roster = Roster(group="priority", duties=(Duty(seats=("8001", "8002"), hours=(DAY,)), Duty(seats=("8001",), hours=(NIGHT,))))
    labels = {"priority": "直达专席"}
    rules = ShiftRules(rosters={"priority": roster}, labels=labels, calendar=Calendar(), warn_before_s=1800, grace_s=60)
    return ShiftWatch(rules, clock)


def test_too_few_are_warned_of_once_the_grace_is_over_and_told_once() -> None:
    clock = Wall("2026-10-01 10:00")
    shifts = watch(clock)
    with capture_logs() as logs:
        shifts.look([a_seat("8001")])
        assert shifts.warnings == []
        for _ in range(3):
            clock.passes(60)
            shifts.look([a_seat("8001")])
    assert [one.sentence for one in shifts.warnings] == ["直达专席 (priority): 1 signed in, 2 wanted."]
    assert [(log["event"], log["group"], log["lack"]) for log in logs] == [("shift_lack_found", "priority", "short")]
    assert shifts.figures == {"priority": Staffing(wanted=2, signed_in=1)}


def test_who_is_back_in_time_is_not_warned_of() -> None:
    clock = Wall("2026-10-01 10:00")
    shifts = watch(clock)
    for seats in ([a_seat("8001")], [a_seat("8001"), a_seat("8002")], [a_seat("8001")]):
        shifts.look(seats)
        clock.passes(50)
    assert shifts.warnings == []


def test_it_is_told_when_it_is_over() -> None:
    clock = Wall("2026-10-01 10:00")
    shifts = watch(clock)
    shifts.look([a_seat("8001", SeatState.LOGGED_OUT)])
    clock.passes(60)
    shifts.look([a_seat("8001", SeatState.LOGGED_OUT)])
    with capture_logs() as logs:
        shifts.look([a_seat("8001"), a_seat("8002")])
    assert [(log["event"], log["lack"]) for log in logs] == [("shift_lack_over", "nobody")]
    assert shifts.warnings == []


def test_a_gap_is_warned_of_at_once_and_before_it_comes() -> None:
    clock = Wall("2026-10-01 21:31")
    shifts = watch(clock)
    shifts.look([a_seat("8001")])
    said = "直达专席 (priority): nobody is on duty from 2026-10-01 22:00 on, until 2026-10-02 08:00."
    assert [one.sentence for one in shifts.warnings] == [said]


def test_after_the_last_shift_nobody_is_wanted() -> None:
    clock = Wall("2026-10-01 23:00")
    shifts = watch(clock)
    shifts.look([])
    assert shifts.figures == {"priority": Staffing(wanted=0, signed_in=0)}


def test_a_moment_without_a_zone_is_the_hotline_s_own() -> None:
    shifts = watch(Wall("2026-10-01 23:00"))
    naive = datetime(2026, 10, 1, 2, 0)  # noqa: DTZ001  as it is typed
    assert shifts.moment(naive) == datetime(2026, 10, 1, 2, 0, tzinfo=BEIJING)
    with pytest.raises(Refused, match="between 1970 and 2999"):
        shifts.moment(naive.replace(year=9999))


class Table:
    """routing.rota.RotaStore, read."""

    def __init__(self) -> None:
        self.rows: list[DutyDay] = []
        self.now = 0
        self.away = False
        self.read = 0

    async def version(self) -> int:
        if self.away:
            raise StoreFault("sql_away", "The database does not answer.")
        return self.now

    async def everything(self) -> list[DutyDay]:
        self.read += 1
        return self.rows


async def test_an_imported_table_stands_over_what_is_configured() -> None:
    clock, kept = Wall("2026-10-01 10:00"), Table()
    shifts = watch(clock)
    await shifts.read(kept)  # type: ignore[arg-type]
    assert [duty.seats for duty in shifts.on_duty(clock.now())] == [("8001", "8002")]
    day = clock.now().date()
    kept.rows = [DutyDay(duty_id="1", group="priority", day=day, times=(0, 1440), seats=("8003",))]
    kept.now = 1
    for _ in range(3):
        await shifts.read(kept)  # type: ignore[arg-type]
    assert [duty.seats for duty in shifts.on_duty(clock.now())] == [("8003",)]
    assert kept.read == 2


async def test_while_the_database_is_away_the_last_table_holds() -> None:
    clock, kept = Wall("2026-10-01 10:00"), Table()
    shifts = watch(clock)
    kept.rows, kept.now = [DutyDay(duty_id="1", group="priority", day=clock.now().date(), times=(0, 1440), seats=("8003",))], 1
    await shifts.read(kept)  # type: ignore[arg-type]
    kept.away = True
    with pytest.raises(StoreFault):
        await shifts.read(kept)  # type: ignore[arg-type]
    assert [duty.seats for duty in shifts.on_duty(clock.now())] == [("8003",)]
