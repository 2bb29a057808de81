"""The duty table (值班表): who is on duty on which day, as it is imported and kept; it stands over the configured shifts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import blake2b
from typing import Protocol

from calls.hours import Hours, Minutes, written
from seats.shifts import Duty, Roster
from whitelist.changes import Diff
from whitelist.entries import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDay:
    """One row: from when to when of a day these are on duty in a group; none of either is nobody."""

    duty_id: str
    group: str
    day: date
    times: Minutes
    seats: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    notes: str = ""
    source: Source | None = field(default=None, compare=False)


def duty_id_of(group: str, day: date, times: Minutes) -> str:
    """The row's id: 16 hex digits, the same in every import."""
    return blake2b(f"{group}\0{day}\0{times[0]}-{times[1]}".encode(), digest_size=8).hexdigest()


def with_days(rosters: Mapping[str, Roster], rows: Iterable[DutyDay]) -> dict[str, Roster]:
    """The shifts with the table over them: a day of a group that has rows is theirs alone.

    A group that has no shifts of its own is watched on the days of the table only.
    """
    days: dict[str, dict[date, tuple[Duty, ...]]] = {}
    for row in rows:
        hours = Hours(name=written([row.times]), times=(row.times,))
        duty = Duty(seats=row.seats, agents=row.agents, hours=(hours,))
        of_group = days.setdefault(row.group, {})
        of_group[row.day] = (*of_group.get(row.day, ()), duty)
    bare = {group: Roster(group=group, duties=(), hours=()) for group in days}
    return {group: replace(roster, days=days.get(group, {})) for group, roster in {**bare, **rosters}.items()}


class RotaStore(Protocol):
    """The duty table of one hotline. Its version rises by one with every change.

    Raises (all): StoreFault: the database is away.
    """

    async def version(self) -> int:
        """The version of now; 0 before the first import."""
        ...

    async def apply(self, changes: Diff[DutyDay], *, by: str, at: datetime, based_on: int | None = None) -> int:
        """Make all of the changes, or none; the new version. With `based_on`, only if nothing has changed since that version.

        Raises: Conflict("rota_changed"): somebody changed the table meanwhile.
        """
        ...

    async def everything(self) -> list[DutyDay]:
        """The whole table, by day, group and time."""
        ...
