"""Which of several entries that claim one number the call belongs to: a stated rule, and the reason it gave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from whitelist.entries import Kind, tier_rank
from whitelist.index import Match
from whitelist.patterns import open_digits


@dataclass(frozen=True, slots=True)
class Choice:
    """The entry taken; `reason` is a sentence where others claimed the number too, else ""."""

    match: Match
    reason: str = ""


_RULES: Final[tuple[tuple[Callable[[Match, date], int | str], str], ...]] = (
    (lambda match, day: not match.entry.valid_on(day), "it is valid and the other is not"),
    (lambda match, _: open_digits(match.number.pattern), "it names the number more closely"),
    (lambda match, _: -tier_rank(match.entry.tier), "its tier is higher"),
    (lambda match, _: match.entry.kind is not Kind.ENTERPRISE, "an enterprise comes before a project"),
    (lambda match, _: match.entry.entry_id, "its id is the lower one"),
)
"""In this order; the first rule by which two entries differ decides. Less is better."""


def choose(matches: Sequence[Match], day: date) -> Choice:
    """The entry that a call on that day belongs to. `matches` holds at least one."""
    ranked = sorted(matches, key=lambda match: tuple(rule(match, day) for rule, _ in _RULES))
    if len(ranked) == 1:
        return Choice(ranked[0])
    best, second = ranked[:2]
    why = next(why for rule, why in _RULES if rule(best, day) != rule(second, day))
    others = ", ".join(match.entry.name for match in ranked[1:4]) + (" and more" if len(ranked) > 4 else "")
    return Choice(best, f"{others} also claims this number; {best.entry.name} was taken because {why}.")
