"""What must fit together of hours, rules and shifts; `config.cross` runs it with the rest."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from config.faults import Key, Problem, unknown_name
from config.opening import DutySettings, RouteSettings, StepSettings
from config.settings import Settings
from whitelist.identify import CallerClass
from whitelist.numbers import parse_number

Check = Callable[[Settings], Iterator[Problem]]


def _rules_have_names(settings: Settings) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, route in enumerate(settings.routes):
        first = seen.setdefault(route.name, index)
        if first != index:
            yield Problem(key=_key(index, "name"), sentence=f"{route.name} is the name of routes.{first} too; give each rule its own")


def _rules_name_what_there_is(settings: Settings) -> Iterator[Problem]:
    for index, route in enumerate(settings.routes):
        known: tuple[tuple[str, Sequence[str] | None, str, Sequence[str]], ...] = (
            ("dialled", route.dialled, "dialled number", tuple(settings.dialled)),
            ("chosen", route.chosen, "group", tuple(settings.groups)),
            ("hours", route.hours, "hours", tuple(settings.hours)),
        )
        for key, names, kind, there in known:
            for place, name in enumerate(names or ()):
                if name not in there:
                    yield unknown_name(_key(index, key, str(place)), kind, name, there)
        if route.ladder is not None and route.ladder not in _ladders(settings):
            yield unknown_name(_key(index, "ladder"), "ladder", route.ladder, _ladders(settings))
        if route.ivr == "menu" and route.menu is None:
            yield Problem(key=_key(index), sentence="ivr is menu, but no menu is named; add menu: with a name under ivr.menus")
        elif route.menu is not None and route.menu not in settings.ivr.menus:
            yield unknown_name(_key(index, "menu"), "menu", route.menu, settings.ivr.menus)


def _closed_rules_have_no_other_road(settings: Settings) -> Iterator[Problem]:
    for index, route in enumerate(settings.routes):
        if route.closed is None:
            continue
        for key in ("ladder", "ivr"):
            if getattr(route, key) is not None:
                sentence = f"stands beside closed; a closed rule has no {key}, and {{ladder: NAME}} as its last step lets the caller wait"
                yield Problem(key=_key(index, key), sentence=sentence)
        waits = route.closed[-1].ladder is not None
        for key in ("end", "max_wait_s"):
            if getattr(route, key) is not None and not waits:
                yield Problem(key=_key(index, key), sentence="stands beside closed, by which nobody waits; take it away")


def _steps_can_be_done(settings: Settings) -> Iterator[Problem]:
    for index, route in enumerate(settings.routes):
        for list_name in ("end", "closed"):
            steps: tuple[StepSettings, ...] = getattr(route, list_name) or ()
            for place, step in enumerate(steps):
                last = list_name == "closed" and place == len(steps) - 1
                yield from _step_can_be_done(settings, step, _key(index, list_name, str(place)), may_wait=last)


def _step_can_be_done(settings: Settings, step: StepSettings, key: Key, *, may_wait: bool) -> Iterator[Problem]:
    named = [name for name in ("ring", "play", "callback", "voicemail", "ladder") if getattr(step, name)]
    if len(named) != 1:
        said = f"holds {' and '.join(named)}" if named else "says nothing"
        yield Problem(key=key, sentence=f"{said}; a step is exactly one of ring, play, callback, voicemail, ladder")
    if step.ring_s is not None and step.ring is None:
        yield Problem(key=(*key, "ring_s"), sentence="nothing rings in this step; write it beside ring")
    if step.ring is not None:
        yield from _can_be_rung(settings, step.ring, (*key, "ring"))
    if step.voicemail in ("true", "yes", "on"):
        sentence = f"{step.voicemail} is no prompt; name the one that asks for the message: voicemail-closed, voicemail-busy or your own"
        yield Problem(key=(*key, "voicemail"), sentence=sentence)
    if step.ladder is not None and not may_wait:
        yield Problem(key=(*key, "ladder"), sentence="a caller can wait only after the last step of closed; put it there")
    elif step.ladder is not None and step.ladder not in _ladders(settings):
        yield unknown_name((*key, "ladder"), "ladder", step.ladder, _ladders(settings))


def _messages_can_be_left(settings: Settings) -> Iterator[Problem]:
    voicemail = settings.voicemail
    for key in ("least_s", "silence_s"):
        if getattr(voicemail, key) >= voicemail.longest_s:
            sentence = f"{getattr(voicemail, key):g} is no less than longest_s ({voicemail.longest_s:g}), so that no message could be left"
            yield Problem(key=("voicemail", key), sentence=f"{sentence}; lower it")


def _can_be_rung(settings: Settings, number: str, key: Key) -> Iterator[Problem]:
    if settings.outbound is None:
        yield Problem(key=key, sentence="cannot be called, because there is no outbound; add outbound.address")
    if number == "duty_phone":
        if settings.fallback.duty_phone is None:
            yield Problem(key=key, sentence="there is no duty phone; add fallback.duty_phone, or write the number here")
        return
    parsed = parse_number(number, area_code=settings.hotline.area_code)
    if parsed.e164 is None:
        yield Problem(key=key, sentence=f"{number} is not a number that can be called; write one such as 0515-88886666")


def _shifts_name_what_there_is(settings: Settings) -> Iterator[Problem]:
    for name, roster in settings.shifts.groups.items():
        key = ("shifts", "groups", name)
        if name not in settings.groups:
            yield unknown_name(key, "group", name, settings.groups)
            continue
        for list_name, duties in (("duties", roster.duties), ("exceptions", roster.exceptions)):
            for index, duty in enumerate(duties):
                yield from _duty_fits(settings, name, duty, (*key, list_name, str(index)))
                if list_name == "exceptions" and duty.dates is None:
                    sentence = "has no dates; say on which days it holds instead of the duties"
                    yield Problem(key=(*key, list_name, str(index)), sentence=sentence)


def _duty_fits(settings: Settings, group: str, duty: DutySettings, key: Key) -> Iterator[Problem]:
    for place, name in enumerate(duty.hours or ()):
        if name not in settings.hours:
            yield unknown_name((*key, "hours", str(place)), "hours", name, settings.hours)
    strange = [seat for seat in duty.seats or () if seat not in settings.groups[group].seats]
    if strange:
        sentence = f"seat {strange[0]} is not in the group {group}; add it to groups.{group}.seats, or correct it here"
        yield Problem(key=(*key, "seats"), sentence=sentence)
    if duty.cycle is not None and max(duty.cycle.on) > duty.cycle.days:
        sentence = f"{max(duty.cycle.on)} is beyond the rotation, which has {duty.cycle.days} days"
        yield Problem(key=(*key, "cycle", "on"), sentence=sentence)


def _ladders(settings: Settings) -> tuple[str, ...]:
    return (*CallerClass, *settings.ladders.named)


def _ladder_names_are_clear(settings: Settings) -> Iterator[Problem]:
    for name in settings.ladders.named:
        if name in tuple(CallerClass):
            yield Problem(key=("ladders", "named", name), sentence=f"{name} is a class's ladder; choose another name")


def _key(index: int, *more: str) -> Key:
    return ("routes", str(index), *more)


def _specialists_hours_exist(settings: Settings) -> Iterator[Problem]:
    conference, known = settings.conference, tuple(settings.hours)
    places: list[tuple[Key, Sequence[str]]] = [(("conference", "duty"), conference.duty)]
    places += [(("conference", "departments", name, "duty"), department.duty) for name, department in conference.departments.items()]
    for key, names in places:
        for place, name in enumerate(names):
            if name not in known:
                yield unknown_name((*key, str(place)), "hours", name, known)
    if conference.fewest > conference.most:
        sentence = f"{conference.fewest} is above most ({conference.most}); no department could be right"
        yield Problem(key=("conference", "fewest"), sentence=sentence)


def _rungs_open_in_time(settings: Settings) -> Iterator[Problem]:
    for index, route in enumerate(settings.routes):
        name, wait = _ladder_of(route), route.max_wait_s or settings.queue.max_wait_s
        late = [rung for rung in settings.ladders.named.get(name, ()) if rung.after_s >= wait]
        if late:
            opens = f"{late[0].group} opens at {late[0].after_s:g} s in the ladder {name}"
            yield Problem(key=_key(index), sentence=f"{opens}, and the wait ends at {wait:g}; let it be longer")


def _ladder_of(route: RouteSettings) -> str:
    return (route.closed[-1].ladder if route.closed is not None else route.ladder) or ""


OPENING_CHECKS: Final[tuple[tuple[frozenset[str], Check], ...]] = (
    (frozenset({"routes"}), _rules_have_names),
    (frozenset({"routes", "dialled", "groups", "hours", "ladders", "ivr"}), _rules_name_what_there_is),
    (frozenset({"routes"}), _closed_rules_have_no_other_road),
    (frozenset({"routes", "hotline", "outbound", "fallback", "ladders"}), _steps_can_be_done),
    (frozenset({"conference", "hours"}), _specialists_hours_exist),
    (frozenset({"routes", "ladders", "queue"}), _rungs_open_in_time),
    (frozenset({"ladders"}), _ladder_names_are_clear),
    (frozenset({"voicemail"}), _messages_can_be_left),
    (frozenset({"shifts", "groups", "hours"}), _shifts_name_what_there_is),
)
"""The sections that a check looks at, and the check."""
