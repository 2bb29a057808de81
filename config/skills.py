"""Skills that callers want and nobody has: what `./zhida check` warns of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from config.derive import plan_rules, skills_of_seats
from config.faults import Key, Problem
from config.settings import Settings
from routing.plan import PlanRules, opened_first
from routing.skills import Skills, enough, in_words, relaxed
from routing.waiting import Rung
from whitelist.identify import CallerClass

_UNLISTED: Final = frozenset({CallerClass.PUBLIC, CallerClass.ANONYMOUS})
"""The classes whose ladder begins with the group they chose."""


def unheld_skills(settings: Settings) -> Iterator[Problem]:
    """Wishes that no seat of the callers' ladder can meet, not even at its last rung."""
    rules, held = plan_rules(settings), skills_of_seats(settings)
    seats = {name: [held.get(seat, {}) for seat in group.seats] for name, group in settings.groups.items()}
    for agent in settings.agents.values():  # who brings his own skills along, wherever he signs in
        for name in agent.groups or seats:
            seats[name].append(agent.skills)
    for key, calls in _wishes(settings, rules):
        for caller_class, wanted, ladder in calls:
            if wanted and not _can_be_met(wanted, ladder, seats):
                yield Problem(
                    key=key,
                    sentence=f"no seat of the ladder for {caller_class} has {in_words(wanted)}; add it under seats.skills, or want less"
                    " on a later rung",
                )
                break


Call = tuple[CallerClass, Skills, Sequence[Rung]]


def _wishes(settings: Settings, rules: PlanRules) -> Iterator[tuple[Key, list[Call]]]:
    """Where a wish is written, and the calls it makes."""
    for name in CallerClass:
        if getattr(settings.queue.wants, name):
            yield ("queue", "wants", name), [(name, rules.wanted.of(name, "")[0], rules.ladders[name])]
    for number, dialled in settings.dialled.items():
        if dialled.wants:
            yield ("dialled", number, "wants"), [(name, rules.wanted.of(name, number)[0], rules.ladders[name]) for name in CallerClass]
    for menu, configured in settings.ivr.menus.items():
        for key in configured.wants:
            target = configured.choices.get(key, "")
            yield ("ivr", "menus", menu, "wants", key), [
                (name, rules.wanted.of(name, "", (menu, key))[0], _after_choice(name, target, rules)) for name in CallerClass
            ]
    for index, route in enumerate(rules.routes):
        ladder = route.ladder or (route.closed.ladder if route.closed is not None else ())
        callers = [(name, number) for name in sorted(route.classes or CallerClass) for number in sorted(route.dialled or rules.dialled)]
        if ladder:
            yield ("routes", str(index)), [(name, rules.wanted.of(name, number)[0], ladder) for name, number in callers]


def _after_choice(caller_class: CallerClass, target: str, rules: PlanRules) -> Sequence[Rung]:
    own = rules.ladders[caller_class]
    return opened_first(target, own) if caller_class in _UNLISTED and target in rules.labels else own


def _can_be_met(wanted: Skills, ladder: Sequence[Rung], seats: Mapping[str, Sequence[Skills]]) -> bool:
    opened: list[Skills] = []
    for rung in ladder:
        wanted = relaxed(wanted, rung.wants)
        opened += seats[rung.group]
        if any(enough(held, wanted) for held in opened):
            return True
    return False
