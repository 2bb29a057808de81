"""Who of the roster is on duty at a moment: by his hours, his department's, or the hotline's; and who has been marked away."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from calls.calendar import Calendar
from calls.hours import Hours
from conference.roster import Specialist


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A specialist is away (leave, a meeting) until a moment; whoever stands in for him is asked meanwhile."""

    specialist_id: str
    until: datetime
    why: str
    by: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a specialist can be asked now; `why` is the second half of a sentence where he cannot."""

    on_duty: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRules:
    """What the configuration says of specialists' duty.

    Args:
        hours: by name; a roster's 值班时间 names some of them.
        departments: department (its short name, or the unit) -> names of hours, for those who have none of their own.
        usual: names of hours for all others; empty: they are always on duty.
    """

    calendar: Calendar = field(default_factory=Calendar)
    hours: Mapping[str, Hours] = field(default_factory=dict)
    departments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    usual: tuple[str, ...] = ()

    def named(self, one: Specialist) -> tuple[str, ...]:
        """The names of his hours: his own, or his department's, or everybody's."""
        return one.duty or self.departments.get(one.unit) or self.departments.get(one.department) or self.usual

    def standing(self, one: Specialist, at: datetime, absence: Absence | None = None) -> Standing:
        """Whether he is on duty at this moment (aware).

        Hours that are not configured keep nobody from being asked: `check` and the import warn of them.
        """
        if absence is not None and at < absence.until:
            until = absence.until.astimezone(self.calendar.zone)
            return Standing(on_duty=False, why=f"is away until {until:%Y-%m-%d %H:%M}" + (f" ({absence.why})" if absence.why else ""))
        known = [self.hours[name] for name in self.named(one) if name in self.hours]
        verdicts = [hours.at(at, self.calendar) for hours in known]
        if not verdicts or any(verdict.open for verdict in verdicts):
            return Standing(on_duty=True)
        return Standing(on_duty=False, why=f"is off duty: {verdicts[0].why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRules:
    """What a roster is held against: how many specialists a department has (各部门 3～5 名政策专员), leaders not counted."""

    fewest: int = 3
    most: int = 5
    hours: frozenset[str] = frozenset()


def roster_faults(roster: Sequence[Specialist], rules: RosterRules) -> Iterator[str]:
    """What is to be seen to in a roster, one sentence each. Nobody is kept from being asked by it."""
    units: dict[str, list[Specialist]] = {}
    for one in roster:
        units.setdefault(one.unit, []).append(one)
    for unit, members in units.items():
        count = sum(not one.leader for one in members)
        if not rules.fewest <= count <= rules.most:
            yield f"{unit} has {count} specialists (分管领导 not counted); {rules.fewest} to {rules.most} are expected."
    for one in roster:
        for name in one.duty:
            if name not in rules.hours:
                yield f"{one.unit} {one.name}: 值班时间 {name} is none of the configured hours, so it does not count; name one of `hours`."
        for name in one.stand_ins:
            if stand_in(name, one, roster) is None:
                yield f"{one.unit} {one.name}: 替班人 {name} is nobody of the roster, or several; write 单位 and 姓名, as 市税务局 王某."


def stand_in(name: str, of: Specialist, roster: Sequence[Specialist]) -> Specialist | None:
    """Whom a 替班人 names: an id, a name in his own unit, or one that only one specialist has; with the unit before it where several do."""
    plain = "".join(name.split())
    others = [one for one in roster if one.specialist_id != of.specialist_id]
    for fits in (
        [one for one in others if one.specialist_id == plain],
        [one for one in others if one.unit == of.unit and _plain(one.name) == plain],
        [one for one in others if _plain(one.name) == plain],
        [one for one in others if plain in (_plain(one.unit) + _plain(one.name), _plain(one.department) + _plain(one.name))],
    ):
        if fits:
            return fits[0] if len(fits) == 1 else None
    return None


def _plain(text: str) -> str:
    return "".join(text.split())
