"""One layer of deadline rules: what a preset, or a hotline's own configuration, says beside its parent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from itertools import product

from calls.calendar import BEIJING, YearTable
from tickets.calendar import Hours, OfficeHours, Season, WorkCalendar
from tickets.clocks import CountFrom
from tickets.deadline import DeadlineRules, Duty, Lane, StopOn, Term
from tickets.types import TicketType

Place = tuple[Lane | None, TicketType | None]
"""Where a limit holds; None is any lane, or every type that has no limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What is None or absent here is the parent's; a limit that is there as None takes the parent's away."""

    count_from: CountFrom | None = None
    stop_on: StopOn | None = None
    limits: Mapping[Place, Term | None] = field(default_factory=dict)
    duties: Mapping[Duty, Term | None] = field(default_factory=dict)
    returns: Mapping[TicketType | None, Term | None] = field(default_factory=dict)
    hours: Hours | None = None
    seasons: tuple[Season, ...] | None = None
    years: Mapping[int, YearTable] = field(default_factory=dict)

    def over(self, parent: "Layer") -> "Layer":
        """This layer laid over its parent. What is said here for any lane takes the place of what the parent says for one."""
        anywhere = {kind for lane, kind in self.limits if lane is None}
        kept = {(lane, kind): term for (lane, kind), term in parent.limits.items() if lane is None or kind not in anywhere}
        return Layer(
            count_from=self.count_from or parent.count_from,
            stop_on=self.stop_on or parent.stop_on,
            limits={**kept, **self.limits},
            duties={**parent.duties, **self.duties},
            returns={**parent.returns, **self.returns},
            hours=self.hours or parent.hours,
            seasons=parent.seasons if self.seasons is None else self.seasons,
            years={**parent.years, **self.years},
        )

    def rules(self, name: str) -> DeadlineRules:
        """The rules these layers make together."""
        plain = DeadlineRules(
            name=name,
            resolve={place: term for place in product(Lane, TicketType) if (term := self._limit(*place))},
            duties={duty: term for duty, term in self.duties.items() if term},
            returns={kind: term for kind in TicketType if (term := self.returns.get(kind, self.returns.get(None)))},
        )
        return replace(plain, count_from=self.count_from or plain.count_from, stop_on=self.stop_on or plain.stop_on)

    def calendar(self, zone: tzinfo = BEIJING) -> WorkCalendar:
        """The calendar to reckon by."""
        office = OfficeHours()
        return WorkCalendar(
            years=self.years, office=OfficeHours(hours=self.hours or office.hours, seasons=self.seasons or office.seasons), zone=zone
        )

    def _limit(self, lane: Lane, kind: TicketType) -> Term | None:
        places: tuple[Place, ...] = ((lane, kind), (None, kind), (lane, None), (None, None))
        return next((self.limits[place] for place in places if place in self.limits), None)
