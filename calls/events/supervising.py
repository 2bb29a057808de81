"""What supervisors do to calls."""

from dataclasses import dataclass
from typing import ClassVar

from calls.events.event import Event

__all__ = ["Moved", "SentAway", "Supervised", "SupervisionEnded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Event):
    """A supervisor changed what the waiting call waits for: `to` is a group, a seat, or "first"; `how` says which of them."""

    kind: ClassVar[str] = "moved"
    how: str
    to: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAway(Event):
    """A supervisor took the waiting call out of the waiting room: to `number`, or to the end with `message`."""

    kind: ClassVar[str] = "sent_away"
    number: str
    message: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervised(Event):
    """From now on a supervisor's leg is on the call in this mode: listen, whisper or barge. `seat_id` is whom he helps, or ""."""

    kind: ClassVar[str] = "supervised"
    leg: str
    mode: str
    seat_id: str
    phone: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionEnded(Event):
    """That supervisor's leg is on the call no more."""

    kind: ClassVar[str] = "supervision_ended"
    leg: str
