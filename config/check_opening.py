"""What is probably not meant in hours, rules and shifts; `config.check` runs it with the rest."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from calls.calendar import Calendar, CalendarYearMissing, day_kind
from calls.clock import SystemClock
from config.faults import Problem
from config.opening import RouteSettings
from config.opening_rules import calendar_of
from config.settings import Settings
from seats.shifts import Roster, gaps

AHEAD: Final = timedelta(days=7)
"""So far ahead a gap in the shifts is looked for."""
YEAR_AHEAD: Final = timedelta(days=45)
"""So long before New Year the new year's calendar should be known; the State Council publishes it in November."""


def _idle_hours(settings: Settings) -> Iterator[Problem]:
    rosters = settings.shifts.groups.values()
    named = [route.hours for route in settings.routes] + [roster.hours for roster in rosters]
    named += [duty.hours for roster in rosters for duty in (*roster.duties, *roster.exceptions)]
    used = {name for names in named for name in names or ()}
    for name in settings.hours:
        if name not in used:
            yield Problem(key=("hours", name), sentence="no rule and no shift names it; name it in routes or shifts, or take it away")


def _idle_ladders(settings: Settings) -> Iterator[Problem]:
    used = {route.ladder for route in settings.routes} | {step.ladder for route in settings.routes for step in route.closed or ()}
    for name in settings.ladders.named:
        if name not in used:
            yield Problem(key=("ladders", "named", name), sentence="no rule of routes names it; name it there, or take it away")


def _idle_rules(settings: Settings) -> Iterator[Problem]:
    for index, route in enumerate(settings.routes):
        above = next((other for other in settings.routes[:index] if _covers(other, route)), None)
        if above is not None:
            sentence = f"{route.name} never decides, because {above.name} above it holds for all its calls; put it before that one"
            yield Problem(key=("routes", str(index)), sentence=sentence)


def _closing_to_everybody(settings: Settings) -> Iterator[Problem]:
    for index, route in enumerate(settings.routes):
        if route.closed is not None and not (route.classes or route.dialled or route.chosen):
            closes = f"{route.name} closes every line to everybody, key enterprises too"
            sentence = f"{closes}; name dialled numbers or classes, unless it is meant"
            yield Problem(key=("routes", str(index), "closed"), sentence=sentence)


def _covers(above: RouteSettings, below: RouteSettings) -> bool:
    """Whether the one above decides every call that the one below would."""
    pairs = (
        (above.classes, below.classes),
        (above.dialled, below.dialled),
        (above.chosen, below.chosen),
        (above.hours, below.hours),
    )
    return all(not wide or (narrow and set(narrow) <= set(wide)) for wide, narrow in pairs)


def unknown_years(settings: Settings, now: datetime) -> Iterator[Problem]:
    """Years whose calendar hours will ask for, now or soon, and which are not known."""
    asking = [name for name, hours in settings.hours.items() if hours.calendar != "every"]
    calendar = calendar_of(settings)
    years = sorted({moment.astimezone(calendar.zone).date() for moment in (now, now + YEAR_AHEAD)})
    for day in years if asking else ():
        try:
            day_kind(day, calendar.years)
        except CalendarYearMissing:
            unknown = f"the State Council's calendar of {day.year} is not known here, so all its Mondays to Fridays count as working days"
            sentence = f"{unknown}; add it under deadlines.calendar, or update Zhida"
            yield Problem(key=("hours", asking[0], "calendar"), sentence=sentence)
            return


def shift_gaps(rosters: Iterable[Roster], calendar: Calendar, now: datetime) -> Iterator[Problem]:
    """For each group the first time in the next days at which nobody is on duty though somebody must be."""
    for roster in rosters:
        found = gaps(roster, now, now + AHEAD, calendar)
        if found:
            since, until = (moment.astimezone(calendar.zone) for moment in (found[0].since, found[0].until))
            more = f", and {len(found) - 1} times more in the next 7 days" if len(found) > 1 else ""
            gap = f"nobody is on duty from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}{more}"
            sentence = f"{gap}; add a duty or import a duty table, or say under hours when somebody must be"
            yield Problem(key=("shifts", "groups", roster.group), sentence=sentence)


OPENING_WARNINGS: Final[tuple[Callable[[Settings], Iterator[Problem]], ...]] = (
    _idle_hours,
    _idle_ladders,
    _idle_rules,
    _closing_to_everybody,
    lambda settings: unknown_years(settings, SystemClock().now()),
)
