"""The seats' part of live state's contract."""

from collections.abc import Sequence
from typing import Protocol

from seats.agents import Agent
from seats.seat import Phone, Seat, SeatDefinition
from seats.state import SeatEvent


class SeatBoard(Protocol):
    """The atomic steps on seats. Illegal events raise Conflict where a person asked, and are dropped where the PBX did."""

    async def define(self, seats: Sequence[SeatDefinition]) -> None:
        """Bring the configured seats into live state; states are kept, seats no longer configured go once they are free."""
        ...

    async def ask(self, seat_id: str, event: SeatEvent, *, why: str, by: str) -> Seat:
        """MAKE_READY, PAUSE or LOG_OUT by a person; deferred while RESERVED or TALKING (the seat's `wish`).

        Raises: NotFound, Conflict: also where `Rules.agent_required` and nobody is signed in.
        """
        ...

    async def sign_in(self, seat_id: str, agent: Agent, event: SeatEvent, *, by: str) -> Seat:
        """The agent is at this seat from now on, and the event (MAKE_READY or PAUSE) is asked for.

        One agent, one seat: where he was signed in before, he is logged out; a seat that a call binds keeps it, and is logged
        out after it (its `wish`). Another agent who was here is signed out. Everybody who follows hears of both.
        Raises: NotFound. Conflict("seat_taken"): another agent's call binds the seat.
        """
        ...

    async def phone(self, seat_id: str, phone: Phone, *, why: str = "", ready: bool = False) -> Seat | None:
        """What Asterisk says of the seat's phone; `ready` also makes a LOGGED_OUT, AWAY or UNREACHABLE seat ready (lab.auto_login).

        Said again, it changes nothing, but that `ready` is obeyed every time. None: no such seat. A seat is rung only while its
        phone is IDLE; one whose phone nobody has spoken of yet counts as not registered.
        """
        ...

    async def wrapped_up(self, seat_id: str, *, call_id: str = "", why: str = "the ticket is saved", by: str = "") -> Seat:
        """The ticket is saved: wrap-up ends now. `call_id`: only where it is this call's. Raises: NotFound, Conflict."""
        ...

    async def extend(self, seat_id: str, more_s: float, *, by: str) -> Seat:
        """Wrap-up lasts so much longer, up to `Rules.wrap_up_longest_s` in all.

        Raises: NotFound. Conflict("seat_event_illegal"): it is not in wrap-up. Conflict("wrap_up_longest"): it lasts as long as
        it may already.
        """
        ...

    async def seat(self, seat_id: str) -> Seat | None:
        """The seat at this moment."""
        ...

    async def seats(self) -> list[Seat]:
        """All seats, by id."""
        ...
