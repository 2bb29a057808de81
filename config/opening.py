"""Sections about when: named hours, the rules that choose a ladder by them, and the shifts."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from calls.hours import Dates, Minutes, read_span
from config.fields import CallerClass, Digits, Language, Name, Prompt, Says, Seats, Seconds, Section, Text, shown

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_DATES: Final = 366


def _texts(value: object) -> list[str]:
    """One text or a list of them; each may hold several with commas."""
    parts = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(part, Mapping | list) for part in parts):
        raise ValueError(f"{shown(value)} does not fit; a text or a list of texts is wanted here")
    return [text.strip() for text in ",".join(str(part) for part in parts).split(",")]


def _some(value: object) -> object:
    """A list; what stands alone is a list of one."""
    return value if isinstance(value, list | tuple) or value is None else [value]


def week_days(value: object) -> tuple[int, ...]:
    """The weekdays of "mon-fri", "sat", [mon, wed]; Monday is 0. Raises: ValueError: not weekdays."""
    found: set[int] = set()
    for text in _texts(value):
        first, _, last = (part.strip().lower() for part in text.partition("-"))
        if first not in _WEEKDAYS or (last or first) not in _WEEKDAYS:
            raise ValueError(f"{shown(text)} is not a weekday; write mon, mon-fri, or several with commas")
        begin, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        found |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    return tuple(sorted(found))


def day_times(value: object) -> tuple[Minutes, ...]:
    """The spans of "09:00-12:00" or a list of such. Raises: ValueError: not such spans, or not one after another."""
    spans = tuple(read_span(text) for text in _texts(value))
    for before, after in pairwise(spans):
        if after[0] < before[1] or before[1] <= before[0]:
            raise ValueError("the spans are not one after another; write them ascending, the one over midnight last")
    if len(spans) > 1 and spans[-1][1] <= spans[-1][0] and spans[-1][1] > spans[0][0]:
        raise ValueError("the span over midnight runs into the next day's first; end it earlier")
    return spans


def day_dates(value: object) -> tuple[Dates, ...]:
    """The days of 2026-10-01 or 2026-10-01..2026-10-07, or a list of such. Raises: ValueError: not days."""
    return tuple(_dates(text) for text in _texts(value))


def _dates(text: str) -> Dates:
    first, _, last = (part.strip() for part in text.partition(".."))
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise ValueError(f"{shown(text)} is not a day; write 2026-10-01, or 2026-10-01..2026-10-07") from None
    if not 0 <= (end - begin).days <= _LONGEST_DATES:
        raise ValueError(f"{shown(text)} is not a span of days; the second is the later one, at most a year after the first")
    return begin, end


def _day(value: object) -> date:
    (begin, end), *others = day_dates(value)
    if others or begin != end:
        raise ValueError(f"{shown(value)} is not one day; write 2026-10-01")
    return begin


WeekDays = Annotated[tuple[int, ...], BeforeValidator(week_days), Says("weekdays such as mon-fri, sat")]
DayTimes = Annotated[tuple[Any, ...], BeforeValidator(day_times), Says("spans such as 09:00-12:00, 14:00-18:00")]
DayDates = Annotated[tuple[Any, ...], BeforeValidator(day_dates), Says("days such as 2026-10-01 or 2026-10-01..2026-10-07")]
Names = Annotated[tuple[Name, ...], BeforeValidator(_some), Says("names, one or a list")]
Ordinal = Annotated[int, Field(ge=1, le=366)]
SomeDays = Annotated[tuple[Ordinal, ...], Field(min_length=1), BeforeValidator(_some), Says("numbers from 1 on")]
People = Annotated[tuple[Text, ...], BeforeValidator(_some), Says("names, one or a list")]
Classes = Annotated[tuple[CallerClass, ...], BeforeValidator(_some), Says("key_enterprise, project, public, anonymous: one or a list")]
Numbers = Annotated[tuple[Digits, ...], BeforeValidator(_some), Says("dialled numbers, one or a list")]


class HoursSettings(Section):
    """Times that recur, under a name."""

    days: WeekDays | None = None
    """Weekdays: mon-fri, or [mon, wed]; empty: every day; a span over midnight belongs to the day on which it begins."""
    times: DayTimes | None = None
    """Spans of the day: [09:00-12:00, 14:00-18:00], 18:00-08:00 over midnight; empty: the whole day."""
    calendar: Literal["every", "workdays", "restdays", "holidays"] = "every"
    """Which of them count by the State Council's calendar; where days holds mon-fri, workdays has 调休 Saturdays and Sundays too."""
    dates: DayDates | None = None
    """On these days only; empty: on any."""
    except_dates: DayDates | None = None
    """Never on these days."""


class StepSettings(Section):
    """One thing that is done for a caller whom no seat takes: exactly one of ring, play, callback, voicemail, ladder."""

    ring: Annotated[str, Field(pattern=r"^(duty_phone|\+?[0-9][0-9() -]{1,24})$")] | None = None
    """The number to call through `outbound`: duty_phone (fallback.duty_phone) or another; who answers it serves the caller."""
    ring_s: Annotated[float, Field(ge=1, le=300)] | None = None
    """It rings at most this long (seconds); empty: fallback.duty_ring_s."""
    play: Prompt | None = None
    """A prompt."""
    callback: bool = False
    """Note that the caller is to be called back."""
    voicemail: Prompt | None = None
    """The prompt by which he is asked for a voice message (留言): voicemail-closed, voicemail-busy; who leaves one is served."""
    ladder: Name | None = None
    """Have the caller wait by this ladder after all; only as the last step of `closed`."""


class RouteSettings(Section):
    """A rule; the first that fits the caller and the hour decides."""

    name: Name
    """What explain, records and faults call it."""
    classes: Classes | None = None
    """For these classes of callers only; empty: for all."""
    dialled: Numbers | None = None
    """For callers of these dialled numbers only; empty: of all."""
    chosen: Names | None = None
    """For callers who chose one of these groups in a menu, but not for the whitelist, which keeps its ladder; empty: for all."""
    hours: Names | None = None
    """When it holds: in any of these hours; empty: always."""
    ladder: Name | None = None
    """The ladder: a class's (public, …) or a name under ladders.named; empty: that of the caller's class."""
    ivr: Literal["none", "greeting", "menu"] | None = None
    """What the caller hears first, unless he is on the whitelist (whitelist.bypass_ivr); empty: what the dialled number has."""
    greeting: Prompt = "welcome"
    """The prompt that a greeting plays."""
    menu: Name | None = None
    """The menu that is played, a name under ivr.menus."""
    language: Language | None = None
    """Language of the prompts; empty: the dialled number's."""
    max_wait_s: Annotated[float, Field(ge=5, le=7200)] | None = None
    """After this much waiting the ladder is at its end (seconds); empty: queue.max_wait_s."""
    end: Annotated[tuple[StepSettings, ...], Field(min_length=1)] | None = None
    """What is done then, step by step, until one of them serves the caller; empty: the duty phone, then fallback.message."""
    closed: Annotated[tuple[StepSettings, ...], Field(min_length=1)] | None = None
    """The hotline is closed to these callers, and this is done for them at once, step by step, instead of ladder and ivr."""


class CycleSettings(Section):
    """A rotation (做二休二, 四班三运转)."""

    days: Annotated[int, Field(ge=2, le=366)]
    """How many days it takes until it begins again."""
    begins: Annotated[date, BeforeValidator(_day), Says("a day such as 2026-10-01")]
    """A day that is the first of it."""
    on: SomeDays
    """On which of its days, counted from 1."""


class DutySettings(Section):
    """Who is on duty when."""

    seats: Seats | None = None
    """Seats on duty: 8001-8002; none, with no agents either, says that nobody is."""
    agents: People | None = None
    """Agents on duty, by the names under which they sign in."""
    hours: Names | None = None
    """In any of these hours; empty: the whole day."""
    days: WeekDays | None = None
    """On these weekdays only; empty: on all."""
    cycle: CycleSettings | None = None
    """On these days of a rotation only."""
    dates: DayDates | None = None
    """On these days only; empty: on any."""


class RosterSettings(Section):
    """A group's shifts."""

    hours: Names | None = None
    """When somebody must be on duty: in any of these hours; empty: always (7×24)."""
    least: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """So many of its seats must be signed in while anybody is on duty; empty: as many as are on duty."""
    duties: Annotated[tuple[DutySettings, ...], Field(min_length=1)]
    """Who is on duty when, week by week."""
    exceptions: tuple[DutySettings, ...] = ()
    """What holds instead of all duties for what begins on their `dates`."""


class ShiftsSettings(Section):
    """Who is on duty (排班), and when its lack is warned of."""

    warn_before_s: Seconds = 1800
    """A group that will have nobody on duty is warned of this long before (seconds)."""
    grace_s: Seconds = 60
    """How long a group may have fewer seats signed in than its shift wants before it is warned of (seconds)."""
    groups: dict[Name, RosterSettings] = Field(default_factory=dict)
    """Group to its shifts; a group that is not named is not watched."""
