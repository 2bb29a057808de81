"""What a supervisor may do with a call that waits, and with a seat, each as one atomic step beside those of routing.waiting."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Protocol, Self

from calls.events import Event
from seats.seat import Seat
from seats.state import SeatEvent


class How(StrEnum):
    """What a waiting call is moved to."""

    GROUP = "group"  # waits for this group alone, from now on; its rank stays
    SEAT = "seat"  # is offered to this seat now; where that brings no talk it waits on as before
    FIRST = "first"  # ranks before all others


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """How a waiting call leaves the waiting room: to a number of the outside world, or (none, or nobody answers) to a message.

    Args:
        ring_s: how long the number rings at most. by: who ordered it.
    """

    number: str = ""
    ring_s: float = 30.0
    message: str = ""
    by: str = ""

    def to_errand(self) -> str:
        """As the call carries it, so that it survives the engine."""
        return json.dumps({"out": asdict(self)}, ensure_ascii=False)

    @classmethod
    def of_errand(cls, errand: str) -> Self | None:
        """Of a waiting call's errand; None where it has no such order."""
        return cls(**json.loads(errand)["out"]) if errand.startswith('{"out"') else None


class Dispatch(Protocol):
    """The steps. Raises (all): StoreFault."""

    async def move(self, call_id: str, how: How, to: str, facts: Sequence[Event]) -> None:
        """Move a waiting call; the facts are recorded in the same step, but for a move to where it is already.

        Raises: NotFound: no such call. Refused: no such seat. Conflict: it does not wait, the seat is not free, or nobody of
        the group is on duty.
        """
        ...

    async def send_away(self, call_id: str, way: WayOut, facts: Sequence[Event]) -> None:
        """End its waiting: it gets no seat any more, and its engine leads it out. Raises: NotFound, Conflict: it does not wait."""
        ...

    async def force(self, seat_id: str, event: SeatEvent, *, why: str) -> Seat:
        """As `SeatBoard.ask`, but at once also while the seat rings: the call goes to another one. Raises: NotFound, Conflict."""
        ...
