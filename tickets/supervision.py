"""What supervisors did with a call, out of its facts."""

from collections.abc import Iterator
from datetime import datetime

from calls.events import Moved, SentAway, Supervised, SupervisionEnded
from tickets.facts import Facts
from tickets.record import MovedTo, SupervisedBy


def moves(facts: Facts) -> Iterator[MovedTo]:
    """Each time it was moved or sent away, in order."""
    for event in facts.all:
        if isinstance(event, Moved):
            yield MovedTo(how=event.how, to=event.to, by=event.by, why=event.why, at=event.at)
        elif isinstance(event, SentAway):
            how = "number" if event.number else "message"
            yield MovedTo(how=how, to=event.number or event.message, by=event.by, why=event.why, at=event.at)


def supervised(facts: Facts, ended: datetime | None) -> Iterator[SupervisedBy]:
    """A span for each mode; one ends where the next of that leg begins, the leg is gone, or the call is over."""
    told = [event for event in facts.all if isinstance(event, Supervised | SupervisionEnded)]
    for place, event in enumerate(told):
        if isinstance(event, Supervised):
            until = next((later.at for later in told[place + 1 :] if later.leg == event.leg), ended)
            yield SupervisedBy(
                mode=event.mode, seat_id=event.seat_id, phone=event.phone, by=event.by, why=event.why, since=event.at, until=until
            )
