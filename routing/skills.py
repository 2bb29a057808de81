"""Skills with levels: what a caller wants, where that comes from, and how a ladder wants less of it in the end.

A wanted skill is a gate: a seat may take the call only where it has every one, each at least at the level wanted. Among
those that may, the group's strategy chooses (`waiting.Strategy`), not the level: who is needed for hard questions should
not be taken from them by easy ones, and a ladder that wants much at first and less later reaches the same from both ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

Skills = Mapping[str, int]
"""Skill -> level, 1 (some) to 9 (master): what a seat has, or the least a call wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of a seat, by where it comes from: the caller's class, the dialled number, (menu, key pressed)."""

    classes: Mapping[str, Skills] = field(default_factory=dict)
    dialled: Mapping[str, Skills] = field(default_factory=dict)
    choices: Mapping[tuple[str, str], Skills] = field(default_factory=dict)

    def of(self, caller_class: str, dialled: str, choice: tuple[str, str] | None = None) -> tuple[Skills, list[str]]:
        """What such a call wants, the highest level of each skill, and why, in whole sentences.

        Args:
            choice: the menu and the key that led out of it, "" where none was pressed; None where no menu was played.
        """
        sources = (
            (f"Callers of the class {caller_class} want", self.classes.get(caller_class, {})),
            (f"Who dials {dialled} wants", self.dialled.get(dialled, {})),
            (f"Key {choice[1]} in the menu {choice[0]} wants" if choice else "", self.choices.get(choice, {}) if choice else {}),
        )
        wanted: dict[str, int] = {}
        for _, skills in sources:
            for skill, level in skills.items():
                wanted[skill] = max(level, wanted.get(skill, 0))
        return wanted, [f"{who} {in_words(skills)}." for who, skills in sources if skills]


def enough(held: Skills, wanted: Skills) -> bool:
    """Whether a seat with these skills may take a call that wants those."""
    return all(held.get(skill, 0) >= least for skill, least in wanted.items())


def relaxed(wanted: Skills, limit: Skills | None) -> Skills:
    """What is left of the wish where at most `limit` may be wanted; None limits nothing. It never becomes more."""
    if limit is None:
        return wanted
    return {skill: min(least, limit[skill]) for skill, least in wanted.items() if skill in limit}


def relaxed_by(wanted: Skills, limits: Iterable[Skills | None]) -> Skills:
    """What is left after several limits, one after another."""
    return reduce(relaxed, limits, wanted)


def why_less(wanted: Skills, rungs: Iterable[tuple[float, Skills | None]]) -> list[str]:
    """A sentence for each rung (opened after so many seconds, its limit) at which less is wanted than before."""
    said, left = [], wanted
    for after_s, limit in rungs:
        before, left = left, relaxed(left, limit)
        if left != before:
            said.append(f"From {after_s:g} s on it wants {in_words(left)}.")
    return said


def in_words(skills: Skills) -> str:
    """税务 at level 3 or higher, english at level 1 or higher."""
    return ", ".join(f"{skill} at level {level} or higher" for skill, level in skills.items()) or "nothing in particular"
