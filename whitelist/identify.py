"""Who is calling, as far as the trunk can be trusted: the first decision on the road of a call."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from whitelist.choice import Choice, choose
from whitelist.entries import EntryNumber, EntryRef, Kind
from whitelist.index import Directory, Match
from whitelist.numbers import Number, NumberKind, parse_number
from whitelist.patterns import open_digits, written


class CallerClass(StrEnum):
    """What a caller is to the plan."""

    KEY_ENTERPRISE = "key_enterprise"
    PROJECT = "project"
    PUBLIC = "public"
    ANONYMOUS = "anonymous"
    """No number that could be called back: withheld, or none that can be read."""


@dataclass(frozen=True, slots=True)
class TrunkTrust:
    """The trunk a call came by, and whether its caller ID may be believed."""

    name: str
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who calls.

    `entry` and `entry_number` (whose number of that entry it is) are there only where they count: on a trusted trunk, on a day
    the entry is valid. `reasons` are whole sentences, also on what would have matched and why it does not count. `decided` is
    for the log: what had to be decided between entries, or that the entry is out of its time; no number stands in it.
    """

    number: Number
    caller_class: CallerClass
    trusted: bool
    entry: EntryRef | None = None
    entry_number: EntryNumber | None = None
    reasons: tuple[str, ...] = ()
    decided: str = ""


_CLASS_OF: Final = {Kind.ENTERPRISE: CallerClass.KEY_ENTERPRISE, Kind.PROJECT: CallerClass.PROJECT}


def identify(*, raw_number: str, trunk: TrunkTrust, directory: Directory, today: date, area_code: str) -> Identity:
    """Who calls with this number over this trunk on this day (the hotline's own date).

    `area_code` is the hotline's, for numbers that come without one. Never raises, whatever the number holds.
    """
    number = parse_number(raw_number, area_code=area_code)
    plain = CallerClass.PUBLIC if number.national else CallerClass.ANONYMOUS
    said = (number.reason,) if number.reason else ()
    matches = directory.lookup(number.e164) if number.e164 else ()
    if not trunk.trusted:
        return Identity(number=number, caller_class=plain, trusted=False, reasons=(*said, *_distrust(number, trunk, matches, today)))
    if not matches:
        return Identity(number=number, caller_class=plain, trusted=True, reasons=(*said, *_unlisted(number)))
    choice = choose(matches, today)
    shared = (choice.reason,) if choice.reason else ()
    return replace(_listed(number, choice.match, today, (*said, *shared)), decided=_decided(choice, today))


def _listed(number: Number, match: Match, today: date, said: tuple[str, ...]) -> Identity:
    """The caller is on the list; whether that counts is a matter of the day."""
    entry = match.entry
    claim = f"{number.national} is on the whitelist as {_described(match)}"
    if not entry.valid_on(today):
        flaw = f"expired on {entry.valid_until}" if entry.ended_before(today) else f"does not begin before {entry.valid_from}"
        reason = f"{claim}, but that entry {flaw}, so it has no priority."
        return Identity(number=number, caller_class=CallerClass.PUBLIC, trusted=True, reasons=(*said, reason))
    until = f", valid until {entry.valid_until}" if entry.valid_until else ""
    return Identity(
        number=number,
        caller_class=_CLASS_OF[entry.kind],
        trusted=True,
        entry=entry,
        entry_number=match.number,
        reasons=(*said, f"{claim}{until}."),
    )


def _decided(choice: Choice, today: date) -> str:
    entry = choice.match.entry
    return choice.reason or ("" if entry.valid_on(today) else f"{entry.name} is not valid on {today}; it has no priority.")


def _distrust(number: Number, trunk: TrunkTrust, matches: tuple[Match, ...], today: date) -> tuple[str, ...]:
    rule = f"Trunk {trunk.name} is not trusted for caller ID: whatever number it claims, no priority."
    if not matches:
        return (rule,)
    return rule, f"Over a trusted trunk {number.national} would be {_described(choose(matches, today).match)}."


def _unlisted(number: Number) -> tuple[str, ...]:
    return (f"{number.national} is not on the whitelist.",) if number.kind not in (NumberKind.ANONYMOUS, NumberKind.INVALID) else ()


def _described(match: Match) -> str:
    """示例机械有限公司 (enterprise, 四星级; 总机 0515-8889xxxx)."""
    entry, number = match.entry, match.number
    tier = f", {entry.tier}" if entry.tier else ""
    block = f" {written(number.pattern)}" if open_digits(number.pattern) else ""
    contact = f" {number.contact}" if number.contact and number.contact != number.role else ""
    return f"{entry.name} ({entry.kind}{tier}; {number.role}{contact}{block})"
