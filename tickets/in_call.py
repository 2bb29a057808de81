"""What was done in a call while it was talked on, out of its facts: handed on, muted."""

from collections.abc import Iterator
from datetime import datetime

from calls.events import Muted, TransferAsked, TransferEnded, Unmuted
from tickets.facts import Facts
from tickets.record import MutedSpan, TransferMade


def transfers(facts: Facts) -> Iterator[TransferMade]:
    """Each of them, in the order in which they were asked for."""
    ends = {event.transfer_id: event for event in reversed(facts.of(TransferEnded))}
    seen: set[str] = set()
    for asked in facts.of(TransferAsked):
        if asked.transfer_id in seen:
            continue
        seen.add(asked.transfer_id)
        end = ends.get(asked.transfer_id)
        yield TransferMade(
            transfer_id=asked.transfer_id,
            target=asked.target,
            to=asked.to,
            name=asked.name,
            announced=asked.announced,
            by=asked.by,
            seat_id=asked.seat_id,
            summary=asked.summary,
            outcome=end.outcome if end else "",
            asked=asked.at,
            ended=end.at if end else None,
        )


def muted(facts: Facts, ended: datetime | None) -> Iterator[MutedSpan]:
    """A span for each time; one ends where that leg is heard again, or the call is over."""
    told = [event for event in facts.all if isinstance(event, Muted | Unmuted)]
    for place, event in enumerate(told):
        if isinstance(event, Muted):
            until = next((later.at for later in told[place + 1 :] if later.leg == event.leg), ended)
            yield MutedSpan(member=event.member, id=event.id, since=event.at, until=until)
