"""What stands before a waiting call, and what its caller was told, by the model."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from calls.events import Announced, Expected, to_document
from routing.expected import Line, Outlook, Pace, Serving, Told
from tests.unit.store.redis.model import Model
from tests.unit.store.redis.model_state import C, ModelCall, ModelSeat, ms


def outlook(model: Model, call_id: str) -> Outlook | None:
    call = model.calls.get(call_id)
    if call is None or call.state not in (C.WAITING, C.OFFERED):
        return None
    assert call.queued is not None
    to_come, in_ms = [], 0
    for rung in call.given.ladder[call.opened :]:
        in_ms = max(in_ms, call.queued + ms(rung.after_s) - model.now)
        to_come.append((rung.group, max(0.0, in_ms / 1000)))
    groups = {*call.open, *(group for group, _ in to_come)}
    service = {group: (*model.service.get(group, (0, 0)),) for group in groups}
    return Outlook(
        open=frozenset(call.open),
        to_come=tuple(to_come),
        serving={group: serving(model, call, group) for group in groups},
        crews=crews(model),
        lines=lines(model, call, groups),
        pace=Pace(
            service={group: (measured, mean / 1000) for group, (measured, mean) in service.items()},
            typical_s=model.rules.typical_call_s,
            gave_up=model.patience[0] / 1000,
            waited_s=model.patience[1] / 1000,
        ),
        offered=call.state is C.OFFERED,
        waited_s=(model.now - call.queued) / 1000,
        expected_s=None if call.expected is None else call.expected / 1000,
        told=call.told,
        told_ago_s=None if call.told_at is None else (model.now - call.told_at) / 1000,
    )


def on_duty(model: Model) -> list[ModelSeat]:
    return [seat for seat in model.seats.values() if seat.on_duty]


def crews(model: Model) -> Mapping[frozenset[str], int]:
    return Counter(frozenset(seat.groups) for seat in on_duty(model))


def has(seat: ModelSeat, wanted: Mapping[str, int]) -> bool:
    return all(seat.skills.get(skill, 0) >= least for skill, least in wanted.items())


def serving(model: Model, call: ModelCall, group: str) -> Serving:
    there = [seat for seat in on_duty(model) if group in seat.groups]
    able = [seat for seat in there if has(seat, call.wants)]
    kept = 0 if call.given.caller_class in model.rules.kept_for else dict(model.rules.kept_back).get(group, 0)
    return Serving(all=len(there), able=len(able), free=sum(seat.idle for seat in able), kept=kept)


def lines(model: Model, call: ModelCall, groups: set[str]) -> tuple[Line, ...]:
    """One for each kind of call, by open groups, class and skills, as a multiset of what each tells."""
    kinds: dict[str, list[ModelCall]] = {}
    for other in model.calls.values():
        if other.waits and set(other.open) & groups:
            kinds.setdefault(other.line, []).append(other)
    found = [line(model, alike[0].open, alike[0].wants, sum(one.rank < call.rank for one in alike)) for alike in kinds.values()]
    gone = [other for other in model.calls.values() if other.orphan and other.rank < call.rank and other is not call]
    return (*found, *(line(model, other.open, other.wants, 1) for other in gone))


def line(model: Model, open_groups: Iterable[str], skills: Mapping[str, int], before: int) -> Line:
    able = everybody = 0
    for group in open_groups if skills else ():
        there = [seat for seat in on_duty(model) if group in seat.groups]
        everybody += len(there)
        able += sum(has(seat, skills) for seat in there)
    return Line(open=frozenset(open_groups), before=before, able=able / everybody if everybody else 1.0)


def compared(found: Outlook | None) -> Any:  # noqa: ANN401
    """Without the order of what has none."""
    if found is None:
        return None
    fields = {name: getattr(found, name) for name in found.__dataclass_fields__}
    crews_there = {crew: seats for crew, seats in found.crews.items() if seats}
    return {**fields, "lines": tuple(sorted(found.lines, key=str)), "crews": crews_there}


def expected(model: Model, fact: Expected, engine: str) -> bool:
    call = model.calls.get(fact.call_id)
    if call is None or call.state is not C.WAITING or call.engine != engine or call.expected_noted:
        return False
    call.expected, call.expected_noted = None if fact.nobody_on_duty else round(fact.wait_s * 1000), True
    model.facts.append(to_document(fact))
    return True


def told(model: Model, fact: Announced, engine: str) -> bool:
    call = model.calls.get(fact.call_id)
    if call is None or call.state is not C.WAITING or call.engine != engine:
        return False
    if fact.position and call.told.position and fact.position >= call.told.position:
        return False
    if fact.minutes and call.told.minutes and fact.minutes >= call.told.minutes:
        return False
    call.told = Told(position=fact.position or call.told.position, minutes=fact.minutes or call.told.minutes)
    call.told_at = model.now
    model.facts.append(to_document(fact))
    return True
