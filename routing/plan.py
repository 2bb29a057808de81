"""What is to happen with a call, decided before anything happens: a pure function of who calls, what he dialled and chose, and when.

    class, dialled number, menu choice, time ──> the rule that decides (routing.routes)
    rule, dialled number ──────────────────────> ivr: nothing, a greeting or a menu
    rule, class, menu choice ──────────────────> ladder, rank bonus, what happens at the ladder's end; or what a closed hotline does

A call with a menu is planned twice: first without a choice, to know the menu, then with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from calls.calendar import Calendar
from routing.ends import CallBack, LadderEnd, Step, Voicemail, steps_in_words
from routing.ivr import Ivr, IvrMode
from routing.routes import Chosen, Route, choose
from routing.skills import Skills, Wanted, why_less
from routing.waiting import Rung
from whitelist.identify import CallerClass, Identity

PERSON: Final = "person"
"""A choice's target that is no group: the next person who is free."""

VOICEMAIL: Final = "voicemail"
"""A choice's target that is no group: he leaves a voice message."""

STEP_S: Final = 10.0
"""Seconds to the next group where a menu choice is put before a ladder of one rung."""

_LISTED: Final = frozenset({CallerClass.KEY_ENTERPRISE, CallerClass.PROJECT})
"""The classes that come from the whitelist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """What the plan needs of the configuration.

    Args:
        ladders: caller class -> rungs, ascending; there is one for every class.
        rank_bonus_s: caller class -> seconds; a class that is missing has none.
        dialled: dialled number -> what it plays.
        end: what happens at the end of a ladder whose rule says nothing else.
        routes: rules in order, the first that fits decides; what none of them decides is done by the fields above.
        calendar: what the rules' hours are told by.
        bypass_ivr: callers on the whitelist skip greeting and menu.
        labels: group -> what people call it (直达专席).
        language: of prompts where the dialled number is unknown.
        wanted: the skills that are wanted of a seat.
        voicemail: the prompt that asks for a voice message who chose in a menu to leave one.
    """

    ladders: Mapping[CallerClass, tuple[Rung, ...]]
    rank_bonus_s: Mapping[CallerClass, int]
    dialled: Mapping[str, Ivr]
    end: LadderEnd
    labels: Mapping[str, str]
    routes: tuple[Route, ...] = ()
    calendar: Calendar = field(default_factory=Calendar)
    bypass_ivr: bool = True
    language: str = "zh"
    wanted: Wanted = field(default_factory=Wanted)
    voicemail: str = "voicemail-ask"

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
        """A group, `PERSON` or `VOICEMAIL`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to happen with a call; `reasons` are whole sentences, in the order of the decisions.

    Args:
        closed: the hotline is closed to this caller.
        first: what is done for him at once: it is closed, or he chose so. ladder: where he waits; empty where that is all.
        chosen: the rule that decided.
    """

    ivr: Ivr
    ladder: tuple[Rung, ...]
    rank_bonus_s: int
    end: LadderEnd
    reasons: tuple[str, ...]
    skills: Skills = field(default_factory=dict)
    closed: bool = False
    first: tuple[Step, ...] = ()
    chosen: Chosen = field(default_factory=lambda: Chosen(route=None))

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
    target = menu_choice.target if menu_choice is not None and caller_class not in _LISTED else ""
    chosen = choose(rules.routes, caller_class, dialled=dialled, chosen=target, at=at, calendar=rules.calendar)
    why = chosen.reasons if rules.routes else ()
    if chosen.closing is not None:
        ladder, first = chosen.closing.ladder, chosen.closing.steps
        ivr = Ivr(language=_ivr_of(dialled, chosen, rules).language)
        why = (*why, f"The caller's class is {caller_class}.", f"While it is closed: {steps_in_words(first)}.")
    elif menu_choice is not None and menu_choice.target == VOICEMAIL:
        ladder, first = (), (Voicemail(prompt=rules.voicemail),)
        ivr = Ivr(language=_ivr_of(dialled, chosen, rules).language)
        why = (*why, f"The caller's class is {caller_class}.", f"{_pressed(menu_choice)}: {steps_in_words(first)}.")
    else:
        first = ()
        ivr, why_ivr = _ivr(caller_class, dialled, menu_choice, chosen, rules)
        ladder, why_ladder = _ladder(caller_class, menu_choice, chosen, rules)
        why = (*why, *why_ivr, *why_ladder)
    end = chosen.route.end if chosen.route is not None and chosen.route.end is not None else rules.end
    bonus = rules.rank_bonus_s.get(caller_class, 0)
    skills, why_skills = rules.wanted.of(caller_class, dialled, (menu_choice.menu, menu_choice.digit) if menu_choice else None)
    if ladder:
        why_skills += why_less(skills, ((rung.after_s, rung.wants) for rung in ladder))
        why = (*why, *why_skills, _why_ladder(ladder, rules), _why_rank(bonus), _why_end(end))
    return Plan(
        ivr=ivr,
        ladder=ladder,
        rank_bonus_s=bonus,
        end=end,
        reasons=why,
        skills=skills,
        closed=chosen.closing is not None,
        first=first,
        chosen=chosen,
    )


def _ivr_of(dialled: str, chosen: Chosen, rules: PlanRules) -> Ivr:
    """What would be played to a caller whom nothing spares it."""
    usual = rules.dialled.get(dialled) or Ivr(language=rules.language)
    if chosen.route is None:
        return usual
    return replace(chosen.route.ivr or usual, language=chosen.route.language or usual.language)


def _ivr(
    caller_class: CallerClass, dialled: str, choice: MenuChoice | None, chosen: Chosen, rules: PlanRules
) -> tuple[Ivr, tuple[str, ...]]:
    wanted = _ivr_of(dialled, chosen, rules)
    nothing = Ivr(language=wanted.language)
    if choice is not None:
        return nothing, ()
    by_rule = chosen.route.name if chosen.route is not None and chosen.route.ivr is not None else ""
    if not by_rule and dialled not in rules.dialled:
        unknown = dialled or "The dialled number"
        return nothing, (f"{unknown} is not under dialled in the configuration: nothing is played before the wait.",)
    who = f"The rule {by_rule}" if by_rule else dialled
    if wanted.mode is IvrMode.NONE:
        return nothing, (f"{who} has neither greeting nor menu.",)
    played = f"the menu {wanted.menu}" if wanted.mode is IvrMode.MENU else f"the greeting {wanted.greeting}"
    if caller_class in _LISTED and rules.bypass_ivr:
        return nothing, (f"{who} has {played}, which callers on the whitelist skip (whitelist.bypass_ivr).",)
    return wanted, (f"{who} plays {played} ({wanted.language}).",)


def _ladder(
    caller_class: CallerClass, choice: MenuChoice | None, chosen: Chosen, rules: PlanRules
) -> tuple[tuple[Rung, ...], tuple[str, ...]]:
    by_rule = chosen.route.ladder if chosen.route is not None else None
    own = rules.ladders[caller_class] if by_rule is None else by_rule
    who = f"The caller's class is {caller_class}."
    if choice is None:
        return own, (who,)
    said = _pressed(choice)
    if choice.target not in rules.labels:
        return own, (who, f"{said}: the next person who is free, by the ladder as it is.")
    wanted = rules.named(choice.target)
    if caller_class in _LISTED:
        return own, (who, f"{said}, which is {wanted}: callers on the whitelist keep their own ladder.")
    if chosen.route is not None and chosen.route.chosen and by_rule is not None:
        return own, (who, f"{said}, which is {wanted}: the rule {chosen.route.name} is made for that choice, and its ladder stays.")
    return opened_first(choice.target, own), (who, f"{said}: {wanted} opens first.")


def _pressed(choice: MenuChoice) -> str:
    pressed = f"The caller pressed {choice.digit}" if choice.digit else "The caller made no choice"
    return f"{pressed} in the menu {choice.menu}"


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


def _why_ladder(ladder: Sequence[Rung], rules: PlanRules) -> str:
    opening = ", ".join(f"{rules.named(rung.group)} at {rung.after_s:g} s" for rung in ladder)
    return f"The ladder: {opening}."


def _why_end(end: LadderEnd) -> str:
    noted = "" if any(isinstance(step, CallBack) for step in end.steps) else "; a call-back task is made"
    return f"Unanswered after {end.after_s:g} s: {steps_in_words(end.steps)}{noted}."
