"""The call waits and is proposed to seats, until one answers."""

from dataclasses import dataclass
from typing import ClassVar

from calls.events.event import Event

__all__ = ["Queued", "Expected", "Announced", "Widened", "Offered", "OfferEnded", "Answered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Event):
    """The call joined the waiting room at this rank (ms; the lowest is served first)."""

    kind: ClassVar[str] = "queued"
    rank_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected(Event):
    """The call got no seat at once: its position (1 is next), and how long in all it was expected to wait.

    `wait_s` counts as `Answered.waited_s` does; with `nobody_on_duty`, who could take the call, it says nothing.
    """

    kind: ClassVar[str] = "expected"
    position: int
    wait_s: float = 0.0
    nobody_on_duty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced(Event):
    """The waiting caller was told his position (1 is next), the minutes he will wait about, or both; 0 was not said."""

    kind: ClassVar[str] = "announced"
    position: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Widened(Event):
    """The ladder's next group opened for the waiting call: in its time ("") or, `nobody_on_duty`, before it."""

    kind: ClassVar[str] = "widened"
    group: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Event):
    """The call was proposed to a seat, which is reserved for it until the offer ends."""

    kind: ClassVar[str] = "offered"
    offer_id: str
    seat_id: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded(Event):
    """The offer ended unanswered: `outcome` is declined, expired, withdrawn or unreachable."""

    kind: ClassVar[str] = "offer_ended"
    offer_id: str
    seat_id: str
    outcome: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """A seat answered; `waited_s` counts from the moment the call joined the waiting room.

    `seat_id` is "duty" where the duty phone did, and "outside" where another number of the outside world did.
    """

    kind: ClassVar[str] = "answered"
    offer_id: str
    seat_id: str
    group: str
    waited_s: float
    agent: str = ""
