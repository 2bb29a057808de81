"""Who was on the line when, folded from a call's facts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from calls.events import (
    Answered,
    Arrived,
    CallbackOrdered,
    CallerReached,
    ConsultStarted,
    Event,
    Held,
    Resumed,
    SeatLeft,
    SpecialistJoined,
    ThreeWayStarted,
    TransferAsked,
)
from tickets.facts import Facts
from tickets.record import Span
from tickets.specialists import SpecialistFact, stays_of

_HOW: Final = {
    Answered: "talking",
    ConsultStarted: "held",
    ThreeWayStarted: "talking",
    Held: "held",
    Resumed: "talking",
}
"""What the caller does from this fact on; but for a second seat that answers, whom he does not hear yet."""


def spans(facts: Facts, arrived: Arrived, enterprise: str, ended: datetime | None) -> tuple[Span, ...]:
    """Everybody's spans in the order in which they begin. Those whose end no fact tells end with the call."""
    caller = _caller(facts, arrived, enterprise, ended)
    everybody = [*caller, *_seats(facts, ended), *_specialists(facts, ended)]
    return tuple(sorted(everybody, key=lambda span: span.since))


def _caller(facts: Facts, arrived: Arrived, enterprise: str, ended: datetime | None) -> Iterator[Span]:
    since, how, told = facts.all[0].at, "waiting", facts.all
    if facts.first(CallbackOrdered) is not None:
        reached = facts.first(CallerReached)
        if reached is None:
            return
        since, how, told = reached.at, "talking", tuple(event for event in facts.all if event.at >= reached.at)
    seconds = {asked.transfer_id for asked in facts.of(TransferAsked) if asked.announced}
    for event in told:
        then = _then(event, how, seconds)
        if then == how or (ended and event.at > ended):
            continue
        if event.at > since:
            yield Span(who="caller", id=arrived.number, name=enterprise, how=how, since=since, until=event.at)
        since, how = event.at, then
    yield Span(who="caller", id=arrived.number, name=enterprise, how=how, since=since, until=_until(since, None, ended))


def _then(event: Event, how: str, seconds: set[str]) -> str:
    if isinstance(event, TransferAsked):
        return how if event.announced else "waiting"
    if isinstance(event, Answered) and event.offer_id in seconds:
        return how
    return _HOW.get(type(event), how)


def _seats(facts: Facts, ended: datetime | None) -> Iterator[Span]:
    """A seat from each of its answers until it next leaves, or until the call ends."""
    seen: set[tuple[str, str]] = set()
    for answered in facts.of(Answered):
        if (answered.offer_id, answered.seat_id) in seen:
            continue
        seen.add((answered.offer_id, answered.seat_id))
        left = next((left.at for left in facts.of(SeatLeft) if left.seat_id == answered.seat_id and left.at >= answered.at), None)
        until = _until(answered.at, left, ended)
        yield Span(who="seat", id=answered.seat_id, name=answered.agent, how="talking", since=answered.at, until=until)


def _specialists(facts: Facts, ended: datetime | None) -> Iterator[Span]:
    names = {joined.specialist_id: joined.name for joined in reversed(facts.of(SpecialistJoined))}
    for specialist_id, name in names.items():
        events: list[SpecialistFact] = [
            event for event in facts.all if isinstance(event, SpecialistFact) and event.specialist_id == specialist_id
        ]
        for since, left in stays_of(events):
            yield Span(who="specialist", id=specialist_id, name=name, how="talking", since=since, until=_until(since, left, ended))


def _until(since: datetime, left: datetime | None, ended: datetime | None) -> datetime | None:
    return left or (max(since, ended) if ended else None)
