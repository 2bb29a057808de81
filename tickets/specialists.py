"""The specialists' parts in a call, folded from its facts."""

from collections.abc import Iterator
from datetime import datetime

from calls.events import HandedOn, SpecialistAsked, SpecialistAttemptEnded, SpecialistJoined, SpecialistLeft
from tickets.facts import Facts
from tickets.record import Attempt, SpecialistPart

SpecialistFact = SpecialistAsked | SpecialistAttemptEnded | SpecialistJoined | SpecialistLeft | HandedOn


def parts(facts: Facts, ended: datetime | None) -> tuple[SpecialistPart, ...]:
    """One for each specialist, in the order in which they were first asked."""
    told: dict[str, list[SpecialistFact]] = {}
    for event in facts.all:
        if isinstance(event, SpecialistFact):
            told.setdefault(event.specialist_id, []).append(event)
    return tuple(_part(specialist_id, events, ended) for specialist_id, events in told.items())


def _part(specialist_id: str, events: list[SpecialistFact], ended: datetime | None) -> SpecialistPart:
    named = next((event for event in events if isinstance(event, SpecialistAsked | SpecialistJoined)), None)
    stays = [(since, left or ended) for since, left in stays_of(events)]
    return SpecialistPart(
        specialist_id=specialist_id,
        name=named.name if named else "",
        department=named.department if named else "",
        attempts=tuple(_attempts(events)),
        joined=stays[0][0] if stays else None,
        left=max((left for _, left in stays if left), default=None) if all(left for _, left in stays) else None,
        handed_on=next((event.at for event in events if isinstance(event, HandedOn)), None),
    )


def stays_of(events: list[SpecialistFact]) -> Iterator[tuple[datetime, datetime | None]]:
    """When this specialist came and left, each time; None where no fact tells of his leaving."""
    joined: dict[str, datetime] = {}
    left: dict[str, datetime] = {}
    for event in events:
        if isinstance(event, SpecialistJoined):
            joined.setdefault(event.attempt_id, event.at)
        elif isinstance(event, SpecialistLeft) and event.attempt_id in joined:
            left.setdefault(event.attempt_id, event.at)
    for attempt_id, since in joined.items():
        yield since, left.get(attempt_id)


def _attempts(events: list[SpecialistFact]) -> Iterator[Attempt]:
    told: dict[str, list[SpecialistFact]] = {}
    for event in events:
        if not isinstance(event, HandedOn):
            told.setdefault(event.attempt_id, []).append(event)
    for attempt_id, about in told.items():
        asked = next((event for event in about if isinstance(event, SpecialistAsked)), None)
        joined = next((event for event in about if isinstance(event, SpecialistJoined)), None)
        failed = next((event for event in about if isinstance(event, SpecialistAttemptEnded)), None)
        yield Attempt(
            attempt_id=attempt_id,
            phone=asked.phone if asked else "",
            number=asked.number if asked else "",
            outcome="joined" if joined else failed.outcome if failed else "",
            asked=asked.at if asked else None,
            ended=joined.at if joined else failed.at if failed else None,
            picked_up=joined is not None or (failed is not None and failed.picked_up),
        )
