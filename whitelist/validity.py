"""When an entry counts, as 重点信息 and 有效期 say it; the annex forms have no column of their own for it.

四星级；有效期至2026-12-31          有效期：2025.1.1—2026.12.31          有效期至2026年底          有效期：长期
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from whitelist.plain import shown, to_plain

_DATE: Final = re.compile(
    r"(?<!\d)(?:(\d{4})\s*[-./年]\s*(\d{1,2})(?!\d)(?:\s*[-./月]\s*(\d{1,2})(?!\d)\s*日?)?|(\d{4})(\d\d)(\d\d)(?!\d)|(\d{4})\s*年)",
    re.ASCII,
)
_TOLD: Final = re.compile(r"(?:有效期限?|有效至|有效截止)[^;\n。]*")
_FOR_EVER: Final = re.compile(r"长期|永久|不限|无固定|无限期")
_START_ONLY: Final = re.compile(r"自.*起|开始|生效|起(?!至|到)")
_MARKS_END: Final = re.compile(r"[至到止]|截|前|底|末")


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when, both days included; `problem` is a sentence where something is told that cannot be read."""

    valid_from: date | None = None
    valid_until: date | None = None
    problem: str = ""


def validity_in(notes: str) -> Validity:
    """The validity that a text like 重点信息 tells of; none where it does not speak of it."""
    told = _TOLD.search(to_plain(notes))
    return read_validity(told[0]) if told else Validity()


def read_validity(text: str) -> Validity:
    """The validity in a cell of its own: two dates, an end alone, or a start marked as one (自…起)."""
    plain = to_plain(text).strip()
    dates = list(_DATE.finditer(plain))
    if not dates:
        known = not plain or _FOR_EVER.search(plain)
        return Validity() if known else Validity(problem=f"{shown(plain)} names no date; write 有效期至2026-12-31.")
    first, last = _day(dates[0], last=False), _day(dates[-1], last=True)
    if first is None or last is None or len(dates) > 2:
        return Validity(problem=f"{shown(plain)} cannot be read as dates; write 有效期至2026-12-31.")
    if len(dates) == 2:
        return Validity(first, last) if first <= last else Validity(problem=f"{shown(plain)} ends before it begins.")
    starts = _START_ONLY.search(plain) and not _MARKS_END.search(plain)
    return Validity(valid_from=first) if starts else Validity(valid_until=last)


def _day(found: re.Match[str], *, last: bool) -> date | None:
    """The day named; of a month or a year alone its first or its last."""
    year = int(found[1] or found[4] or found[7])
    month = int(found[2] or found[5] or (12 if last else 1))
    day = found[3] or found[6]
    try:
        return date(year, month, int(day) if day else monthrange(year, month)[1] if last else 1)
    except ValueError:
        return None
