"""A `deadlines` section as it stands in YAML -> a layer of rules. Scalars may be texts throughout."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from enum import StrEnum
from typing import Any, Final, TypeVar

from calls.calendar import ONE_DAY, YearTable
from calls.errors import Refused
from tickets.calendar import Hours, MonthDay, Season
from tickets.clocks import ClockKind, CountFrom, Within, within
from tickets.deadline import Duty, Lane, StopOn, Term
from tickets.layer import Layer
from tickets.types import TicketType, ticket_type

_Word = TypeVar("_Word", bound=StrEnum)
_OPTIONS: Final = ("source", "count_from", "stop_on", "lanes", "return_within", "office_hours", "seasons", "calendar")
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def layer_from_mapping(section: Mapping[str, Any], *, source: str) -> Layer:
    """The layer such a section makes.

    Keys: a type (consult, 咨询, …) or `default`, each with a limit, for any lane; `lanes` with the same for each lane;
    `sign_within`, `complex`, `dispatch_within`, `decide_within` with a limit; `return_within` with a limit for each type;
    `count_from`, `stop_on`, `office_hours` ["09:00-12:00", …], `seasons` [{first: 06-01, last: 09-30, hours: […]}],
    `calendar` {2027: {holidays: [2027-01-01, 2027-02-05..2027-02-11], make_up: […]}}.
    A limit is 5wd, 1wh or 15min, or {within: 5wd, source: article}; null takes the parent's away.

    Args:
        source: the article for limits that name none; the section's own `source` stands before it.

    Raises: Refused("deadlines_faulty"): `fields["key"]` is the key, from `deadlines` on.
    """
    source = str(section.get("source") or source)
    limits = {key: value for key, value in section.items() if key not in _OPTIONS and key not in set(Duty)}
    lanes = {_word(Lane, name, "lanes"): _mapping(own, f"lanes.{name}") for name, own in _mapping(section.get("lanes"), "lanes").items()}
    seasons = section.get("seasons")
    return Layer(
        count_from=_word(CountFrom, section["count_from"], "count_from") if section.get("count_from") else None,
        stop_on=_word(StopOn, section["stop_on"], "stop_on") if section.get("stop_on") else None,
        limits={
            **{(None, kind): term for kind, term in _limits(limits, "", source)},
            **{(lane, kind): term for lane, own in lanes.items() for kind, term in _limits(own, f"lanes.{lane}.", source)},
        },
        duties={duty: _term(section[duty], str(duty), source) for duty in Duty if duty in section},
        returns=dict(_limits(_mapping(section.get("return_within"), "return_within"), "return_within.", source)),
        hours=_hours(section["office_hours"], "office_hours") if section.get("office_hours") else None,
        seasons=None
        if seasons is None
        else tuple(_season(season, f"seasons.{number}") for number, season in enumerate(_list(seasons, "seasons"))),
        years=dict(_years(_mapping(section.get("calendar"), "calendar"))),
    )


def _faulty(key: str, sentence: str) -> Refused:
    return Refused("deadlines_faulty", f"deadlines.{key}: {sentence}", key=f"deadlines.{key}")


def _mapping(value: object, key: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _faulty(key, "a mapping is expected")
    return {str(name): item for name, item in value.items()}


def _list(value: object, key: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _faulty(key, "a list is expected")
    return list(value)


def _word(words: type[_Word], value: object, key: str) -> _Word:
    try:
        return words(str(value))
    except ValueError:
        raise _faulty(key, f"{value!r:.40} is not known; allowed are {', '.join(words)}") from None


def _limits(section: Mapping[str, Any], prefix: str, source: str) -> Iterator[tuple[TicketType | None, Term | None]]:
    for name, value in section.items():
        try:
            kind = None if name == "default" else ticket_type(str(name))
        except Refused:
            others = "" if prefix else f", or one of {', '.join((*_OPTIONS, *Duty))}"
            raise _faulty(f"{prefix}{name}", f"is no key here; allowed are default, {', '.join(TicketType)}{others}") from None
        yield kind, _term(value, f"{prefix}{name}", source)


def _term(value: object, key: str, source: str) -> Term | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        return Term(within=_within(value, key), source=source)
    unknown = set(value) - {"within", "source", "n", "clock"}
    if unknown:
        raise _faulty(key, f"{min(unknown)} is not known; write 5wd, or {{within: 5wd, source: article}}")
    limit = value.get("within", value)
    return Term(within=_within(limit, key), source=str(value.get("source") or source))


def _within(value: object, key: str) -> Within:
    if isinstance(value, Mapping):
        n = str(value.get("n"))
        if not n.isascii() or not n.isdigit() or not int(n):
            raise _faulty(key, "n is a whole number from 1 on")
        return Within(n=int(n), clock=_word(ClockKind, value.get("clock"), key))
    try:
        return within(str(value))
    except Refused as refused:
        raise _faulty(key, refused.sentence) from None


def _hours(value: object, key: str) -> Hours:
    hours = tuple(_span(str(span), key) for span in _list(value, key))
    moments = [moment for span in hours for moment in span]
    if not hours or moments != sorted(set(moments)):
        raise _faulty(key, "spans of the day are expected, one after another, as 09:00-12:00")
    return hours


def _span(text: str, key: str) -> tuple[time, time]:
    moments = [_CLOCK.fullmatch(part.strip()) for part in text.split("-")]
    if len(moments) != 2 or not moments[0] or not moments[1]:
        raise _faulty(key, f"{text!r:.40} is no span of the day; write 09:00-12:00")
    return time(int(moments[0][1]), int(moments[0][2])), time(int(moments[1][1]), int(moments[1][2]))


def _season(value: object, key: str) -> Season:
    season = _mapping(value, key)
    return Season(
        first=_month_day(season.get("first"), f"{key}.first"),
        last=_month_day(season.get("last"), f"{key}.last"),
        hours=_hours(season.get("hours"), f"{key}.hours"),
    )


def _month_day(value: object, key: str) -> MonthDay:
    try:
        day = date.fromisoformat(f"2024-{value}")
    except ValueError:
        raise _faulty(key, f"{value!r:.40} is no day of the year; write 06-01") from None
    return day.month, day.day


def _years(section: Mapping[str, Any]) -> Iterator[tuple[int, YearTable]]:
    for year, value in section.items():
        key = f"calendar.{year}"
        table = _mapping(value, key)
        days = {name: frozenset(_days(table.get(name) or (), f"{key}.{name}")) for name in ("holidays", "make_up")}
        outside = [day for day in days["holidays"] | days["make_up"] if str(day.year) != year]
        if outside or not days["holidays"]:
            raise _faulty(key, "the holidays of this year are expected, and its make_up days")
        yield int(year), YearTable(holidays=days["holidays"], make_up=days["make_up"])


def _days(value: object, key: str) -> Iterator[date]:
    for text in _list(value, key):
        first, _, last = str(text).partition("..")
        try:
            day, until = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
        except ValueError:
            raise _faulty(key, f"{text!r:.40} is no day; write 2027-01-01, or 2027-02-05..2027-02-11") from None
        while day <= until:
            yield day
            day += ONE_DAY
