"""Who was at which seat, as last seen: where live state lost all it knew, nobody has to sign in again for it."""

from collections.abc import Sequence
from typing import Final

import structlog

from calls.errors import NotFound, Refused
from seats.desk import SeatDesk
from seats.seat import Seat
from seats.state import SeatState

log = structlog.get_logger(__name__)

NEVER_SIGNED_IN: Final = "nobody has signed in yet"
"""Why a seat is logged out that live state has just heard of for the first time."""
FOUND_TALKING: Final = "found on a call, which live state had lost"
"""Why a seat talks whose call was written anew: nobody knows yet who is at it, nor what he wished."""
_LOST: Final = "live state lost its data"


class LogIns:
    """One engine's memory of them; nothing is in it but what live state said."""

    def __init__(self, desk: SeatDesk) -> None:
        self._desk = desk
        self._seen: dict[str, Seat] = {}

    async def look(self, seats: Sequence[Seat]) -> None:
        """Remember who is where; whoever live state has lost is as he was. Raises: StoreFault."""
        signed_in = {seat.agent for seat in seats if seat.agent}
        lost: dict[str, Seat] = {}
        for seat in seats:
            before = self._seen.get(seat.seat_id)
            if before is not None and _was_there(before) and _forgotten(before, seat) and before.agent not in signed_in:
                lost[seat.seat_id] = before
        # Nobody at all is what live state holds while it is still being filled.
        self._seen = {**{seat.seat_id: seat for seat in seats}, **lost} if seats else self._seen
        for before in lost.values():
            await self._restore(before)

    async def _restore(self, before: Seat) -> None:
        paused = SeatState.PAUSED in (before.state, before.wish)
        why = (before.why if before.state is SeatState.PAUSED else before.wish_why) if paused else ""
        try:
            if before.agent:
                await self._desk.sign_in(before.seat_id, before.agent, pin=None, by=_LOST, paused=paused)
            if paused:
                await self._desk.pause(before.seat_id, by=_LOST, why=why)
            elif not before.agent:
                await self._desk.ready(before.seat_id, by=_LOST)
        except (NotFound, Refused) as refused:  # he is an agent no longer, or somebody was quicker
            log.warning("log_in_not_restored", seat_id=before.seat_id, agent=before.agent, code=refused.code)
            del self._seen[before.seat_id]
        else:
            log.warning("log_in_restored", seat_id=before.seat_id, agent=before.agent, paused=paused)


def _was_there(seat: Seat) -> bool:
    """Whether somebody was there, and was going to stay."""
    return seat.state is not SeatState.LOGGED_OUT and seat.wish is not SeatState.LOGGED_OUT


def _forgotten(before: Seat, seat: Seat) -> bool:
    """Whether live state knows nothing of who is at the seat, and there is something to be known."""
    if seat.state is SeatState.TALKING and seat.why == FOUND_TALKING:
        wished = SeatState.PAUSED in (before.state, before.wish) and seat.wish is not SeatState.PAUSED
        return not seat.agent and (before.agent != "" or wished)
    return seat.state is SeatState.LOGGED_OUT and seat.why == NEVER_SIGNED_IN
