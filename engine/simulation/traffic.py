"""The traffic of a day as a CSV file gives it: single calls, and spans in which so many an hour come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from engine.simulation.sheet import Line, SheetFault, lines_of, moment_on
from engine.simulation.spread import Spread, spread_of
from whitelist.identify import CallerClass

COLUMNS: Final = ("at", "until", "per_hour", "number", "class", "dialled", "trunk", "keys", "talk_s", "patience_s")
_MOST_PER_HOUR: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call, or calls from `at` to `until` at random moments.

    Args:
        per_hour: how many come on average; 0: one call, at `at`.
        number: who calls, to be identified; None: somebody of `caller_class`.
        dialled, trunk: names of the configuration. keys: what he presses in menus, one after the other.
        patience: how long he waits for a seat before he leaves.
    """

    where: str
    at: datetime
    until: datetime
    per_hour: float
    number: str | None
    caller_class: CallerClass | None
    dialled: str
    trunk: str
    keys: str
    talk: Spread
    patience: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What holds where a row says nothing, and what names it may use: the first is the usual one."""

    day: date
    zone: ZoneInfo
    dialled: Sequence[str]
    trunks: Sequence[str]
    talk: Spread
    patience: Spread


def read_traffic(file: Path, usual: Usual) -> list[Row]:
    """The rows of the file. Raises: SheetFault, OSError."""
    rows = [_row(line, usual) for line in lines_of(file, COLUMNS)]
    if not rows:
        raise SheetFault("sheet_faulty", f"{file}: no call stands in it.")
    return rows


def _row(line: Line, usual: Usual) -> Row:
    moment = moment_on(usual.day, usual.zone)
    if not line["at"]:
        raise line.fault("at is empty; write when the call comes, e.g. 09:30:05")
    at = line.read("at", moment, moment("00:00"))
    per_hour = line.read("per_hour", _rate, 0.0)
    until = line.read("until", moment, at)
    if bool(per_hour) != bool(line["until"]):
        raise line.fault("per_hour and until go together: so many calls an hour from at to until; neither for a single call")
    if per_hour and until <= at:
        raise line.fault(f"until {line['until']} is not after at {line['at']}")
    if bool(line["number"]) == bool(line["class"]):
        raise line.fault("who calls is either a number or a class; one of the two columns holds it")
    return Row(
        where=line.where,
        at=at,
        until=until,
        per_hour=per_hour,
        number=line["number"] or None,
        caller_class=line.read("class", _class, None),
        dialled=_one_of(line, "dialled", usual.dialled),
        trunk=_one_of(line, "trunk", usual.trunks),
        keys=line.read("keys", _keys, ""),
        talk=_talk(line, usual.talk),
        patience=line.read("patience_s", spread_of, usual.patience),
    )


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= _MOST_PER_HOUR:
        raise ValueError(f"{text!r} is no number of calls an hour; write one above 0, at most {_MOST_PER_HOUR:,}")
    return rate


def _class(text: str) -> CallerClass | None:
    try:
        return CallerClass(text)
    except ValueError:
        raise ValueError(f"there is no class {text!r}; allowed are {', '.join(CallerClass)}") from None


def _keys(text: str) -> str:
    if not set(text) <= set("0123456789*#"):
        raise ValueError(f"{text!r} cannot be pressed on a telephone; write the keys one after the other, e.g. 1 or 12")
    return text


def _one_of(line: Line, name: str, allowed: Sequence[str]) -> str:
    if line[name] and line[name] not in allowed:
        raise line.fault(f"{name}: the configuration has no {line[name]!r}; allowed are {', '.join(allowed)}")
    return line[name] or allowed[0]


def _talk(line: Line, usual: Spread) -> Spread:
    talk = line.read("talk_s", spread_of, usual)
    if talk.mean == float("inf"):
        raise line.fault("talk_s: a talk that never ends leaves its seat for ever; write how long it lasts")
    return talk
