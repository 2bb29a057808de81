"""What is to happen with a call, decided before anything happens: a pure function of who calls, what he dialled and chose, and when.

    identity, dialled number ──> ivr: nothing, a greeting or a menu
    class, menu choice, time ──> ladder, rank bonus
    rules ─────────────────────> what happens at the ladder's end

A call with a menu is planned twice: first without a choice, to know the menu, then with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from routing.skills import Skills, Wanted, why_less
from routing.waiting import Rung
from whitelist.identify import CallerClass, Identity

PERSON: Final = "person"
"""A choice's target that is no group: the next person who is free."""

STEP_S: Final = 10.0
"""Seconds to the next group where a menu choice is put before a ladder of one rung."""

_LISTED: Final = frozenset({CallerClass.KEY_ENTERPRISE, CallerClass.PROJECT})
"""The classes that come from the whitelist."""


class IvrMode(StrEnum):
    """What the caller hears before he waits."""

    NONE = "none"
    GREETING = "greeting"
    MENU = "menu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ivr:
    """What a dialled number plays, in which language; `greeting` and `menu` are names, "" where they do not apply."""

    mode: IvrMode = IvrMode.NONE
    greeting: str = ""
    menu: str = ""
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderEnd:
    """What happens when nobody took the call.

    Args:
        after_s: seconds of waiting.
        duty_phone: number to call then, "" for none. duty_ring_s: it rings at most this long.
        message: prompt played when the duty phone did not answer either.
    """

    after_s: float
    message: str
    duty_phone: str = ""
    duty_ring_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """What the plan needs of the configuration.

    Args:
        ladders: caller class -> rungs, ascending; there is one for every class.
        rank_bonus_s: caller class -> seconds; a class that is missing has none.
        dialled: dialled number -> what it plays.
        bypass_ivr: callers on the whitelist skip greeting and menu.
        labels: group -> what people call it (直达专席).
        language: of prompts where the dialled number is unknown.
        wanted: the skills that are wanted of a seat.
    """

    ladders: Mapping[CallerClass, tuple[Rung, ...]]
    rank_bonus_s: Mapping[CallerClass, int]
    dialled: Mapping[str, Ivr]
    end: LadderEnd
    labels: Mapping[str, str]
    bypass_ivr: bool = True
    language: str = "zh"
    wanted: Wanted = field(default_factory=Wanted)

    def ladder(self, caller_class: CallerClass, at: datetime) -> tuple[Rung, ...]:
        """The class's ladder at this moment; it is the same at every hour."""
        del at
        return self.ladders[caller_class]

    def named(self, group: str) -> str:
        """The group as people and configuration call it: 直达专席 (priority)."""
        label = self.labels.get(group, group)
        return group if label == group else f"{label} ({group})"


class MenuChoice(Protocol):
    """What came of a menu."""

    @property
    def menu(self) -> str:
        """The menu's name."""
        ...

    @property
    def digit(self) -> str:
        """The key, "" where none was pressed."""
        ...

    @property
    def target(self) -> str:
        """A group, or `PERSON`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to happen with a call; `reasons` are whole sentences, in the order of the decisions."""

    ivr: Ivr
    ladder: tuple[Rung, ...]
    rank_bonus_s: int
    end: LadderEnd
    reasons: tuple[str, ...]
    skills: Skills = field(default_factory=dict)

    @property
    def steps(self) -> tuple[str, ...]:
        """The ladder as facts carry it: "priority@0", "qilai@8"."""
        return tuple(f"{rung.group}@{rung.after_s:g}" for rung in self.ladder)


def make_plan(
    identity: Identity, dialled: str, *, menu_choice: MenuChoice | None = None, at: datetime, rules: PlanRules
) -> Plan:
    """The plan of a call that arrives at `at` (aware).

    Args:
        identity: who calls.
        dialled: the number the caller dialled.
        menu_choice: what came of the menu; None before it, and where there is none.
        at: when the call arrived (UTC, aware).
        rules: the hotline's.
    """
    caller_class = identity.caller_class
    ivr, why_ivr = _ivr(caller_class, dialled, menu_choice, rules)
    ladder, why_ladder = _ladder(caller_class, menu_choice, at, rules)
    bonus = rules.rank_bonus_s.get(caller_class, 0)
    skills, why_skills = rules.wanted.of(caller_class, dialled, (menu_choice.menu, menu_choice.digit) if menu_choice else None)
    why_skills += why_less(skills, ((rung.after_s, rung.wants) for rung in ladder))
    opening = ", ".join(f"{rules.named(rung.group)} at {rung.after_s:g} s" for rung in ladder)
    reasons = [*why_ivr, *why_ladder, *why_skills, f"The ladder: {opening}.", _why_rank(bonus), _why_end(rules.end)]
    return Plan(ivr=ivr, ladder=ladder, rank_bonus_s=bonus, end=rules.end, reasons=tuple(reasons), skills=skills)


def _ivr(caller_class: CallerClass, dialled: str, choice: MenuChoice | None, rules: PlanRules) -> tuple[Ivr, list[str]]:
    configured = rules.dialled.get(dialled)
    nothing = Ivr(language=configured.language if configured else rules.language)
    if choice is not None:
        return nothing, []
    if configured is None:
        return nothing, [f"{dialled or 'The dialled number'} is not under dialled in the configuration: nothing is played before the wait."]
    if configured.mode is IvrMode.NONE:
        return nothing, [f"{dialled} has neither greeting nor menu."]
    played = f"the menu {configured.menu}" if configured.mode is IvrMode.MENU else f"the greeting {configured.greeting}"
    if caller_class in _LISTED and rules.bypass_ivr:
        return nothing, [f"{dialled} has {played}, which callers on the whitelist skip (whitelist.bypass_ivr)."]
    return configured, [f"{dialled} plays {played} ({configured.language})."]


def _ladder(caller_class: CallerClass, choice: MenuChoice | None, at: datetime, rules: PlanRules) -> tuple[tuple[Rung, ...], list[str]]:
    own = rules.ladder(caller_class, at)
    reasons = [f"The caller's class is {caller_class}."]
    if choice is None:
        return own, reasons
    pressed = f"The caller pressed {choice.digit}" if choice.digit else "The caller made no choice"
    said = f"{pressed} in the menu {choice.menu}"
    if choice.target not in rules.labels:
        return own, [*reasons, f"{said}: the next person who is free, by the ladder as it is."]
    wanted = rules.named(choice.target)
    if caller_class in _LISTED:
        return own, [*reasons, f"{said}, which is {wanted}: callers on the whitelist keep their own ladder."]
    return opened_first(choice.target, own), [*reasons, f"{said}: {wanted} opens first."]


def opened_first(group: str, ladder: Sequence[Rung]) -> tuple[Rung, ...]:
    """The ladder with this group at its beginning: the times (and what is wanted then) stay, the groups move behind it.

    Where the group is new to the ladder, the last one opens one more interval later.
    """
    own = list(dict.fromkeys(rung.group for rung in ladder))
    moved = iter([group, *(name for name in own if name != group)])
    named = {name: next(moved) for name in own}
    steps = [replace(rung, group=named[rung.group]) for rung in ladder]
    for last in moved:  # the group is new to the ladder
        interval = steps[-1].after_s - steps[-2].after_s if len(steps) > 1 else STEP_S
        steps.append(Rung(group=last, after_s=steps[-1].after_s + interval))
    return tuple(steps)


def _why_rank(bonus_s: int) -> str:
    if not bonus_s:
        return "It ranks by its arrival."
    return f"It ranks as if it had come {bonus_s} s earlier: who came more than {bonus_s} s before it is served first."


def _why_end(end: LadderEnd) -> str:
    then = f"the duty phone {end.duty_phone} rings for {end.duty_ring_s:g} s, then " if end.duty_phone else ""
    return f"Unanswered after {end.after_s:g} s: {then}{end.message} is played; a call-back task is made."
