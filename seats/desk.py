"""What people do at a seat: sign in, be ready, pause, wrap up. The API, the shell and the phone's keys all come here."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from calls.errors import Refused
from seats.agents import Agent, Agents
from seats.seat import Seat
from seats.state import SeatEvent, SeatState


class Board(Protocol):
    """The steps it takes; see `routing.seat_board.SeatBoard`."""

    async def seat(self, seat_id: str) -> Seat | None:
        """The seat at this moment."""
        ...

    async def seats(self) -> Sequence[Seat]:
        """All seats."""
        ...

    async def ask(self, seat_id: str, event: SeatEvent, *, why: str, by: str) -> Seat:
        """MAKE_READY, PAUSE or LOG_OUT."""
        ...

    async def sign_in(self, seat_id: str, agent: Agent, event: SeatEvent, *, by: str) -> Seat:
        """The agent is here and at no other seat."""
        ...

    async def wrapped_up(self, seat_id: str, *, call_id: str = "", why: str = "the ticket is saved", by: str = "") -> Seat:
        """Wrap-up ends now."""
        ...

    async def extend(self, seat_id: str, more_s: float, *, by: str) -> Seat:
        """Wrap-up lasts longer."""
        ...


class SeatDesk:
    """All methods raise NotFound (no such seat) and Conflict (not in this state) as the board does, and StoreFault.

    Args:
        pause_reasons: digit -> reason. extend_s: by how much wrap-up is extended where nobody says.
    """

    def __init__(self, board: Board, agents: Agents, *, pause_reasons: Mapping[str, str], extend_s: float) -> None:
        self.agents = agents
        self.pause_reasons = pause_reasons
        self.extend_s = extend_s
        self._board = board

    async def sign_in(self, seat_id: str, agent_id: str, *, pin: str | None, by: str, paused: bool = False) -> Seat:
        """The agent is at this seat, ready (or paused), and at no other.

        Args:
            pin: what he showed; None where whoever signs him in need not show any.
        Raises: Refused: see `Agents.shown`.
        """
        agent = self.agents.agent(agent_id) if pin is None else self.agents.shown(agent_id, pin)
        return await self._board.sign_in(seat_id, agent, SeatEvent.PAUSE if paused else SeatEvent.MAKE_READY, by=by)

    async def ready(self, seat_id: str, *, by: str, why: str = "") -> Seat:
        """The seat takes calls."""
        return await self._board.ask(seat_id, SeatEvent.MAKE_READY, why=why or f"ready by {by}", by=by)

    async def pause(self, seat_id: str, *, by: str, why: str = "", code: str = "") -> Seat:
        """The seat takes no calls; while a call binds it, afterwards.

        Args:
            why: any text. code: the digit of a configured reason, which stands before that text.
        Raises: Refused: there is no such reason.
        """
        reason = " · ".join(filter(None, (self._reason(code) if code else "", why)))
        return await self._board.ask(seat_id, SeatEvent.PAUSE, why=reason or f"paused by {by}", by=by)

    def _reason(self, code: str) -> str:
        reason = self.pause_reasons.get(code)
        if reason is None:
            known = ", ".join(f"{digit} ({text})" for digit, text in self.pause_reasons.items()) or "none"
            raise Refused("pause_reason_unknown", f"There is no reason {code:.8} to pause; there are {known}.", reason_code=code)
        return reason

    async def sign_out(self, seat_id: str, *, by: str, why: str = "") -> Seat:
        """Its agent has left the seat; while a call binds it, afterwards."""
        return await self._board.ask(seat_id, SeatEvent.LOG_OUT, why=why or f"logged_out by {by}", by=by)

    async def sign_out_strangers(self) -> None:
        """Whoever is signed in and is no agent any more, signs out."""
        known = {agent.agent_id for agent in self.agents}
        for seat in await self._board.seats():
            if seat.agent and seat.agent not in known:
                await self.sign_out(seat.seat_id, by="configuration", why=f"agent {seat.agent} is configured no longer")

    async def wrapped_up(self, seat_id: str, *, by: str) -> Seat:
        """Wrap-up ends."""
        return await self._board.wrapped_up(seat_id, why=f"wrap-up was ended by {by}", by=by)

    async def ticket_saved(self, seat_id: str, call_id: str, *, by: str, agent: str = "") -> None:
        """The ticket of this call was saved: where the seat wraps up this call, it has done so.

        Args:
            agent: who saved it, where that is known; another one's wrap-up is not ended.
        """
        seat = await self._board.seat(seat_id)
        if seat is None or seat.state is not SeatState.WRAP_UP or seat.call_id != call_id or agent not in ("", seat.agent):
            return
        try:
            await self._board.wrapped_up(seat_id, call_id=call_id, why="the ticket is saved", by=by)
        except Refused:
            return  # wrap-up ended by itself at this very moment

    async def extend(self, seat_id: str, *, by: str, more_s: float | None = None) -> Seat:
        """Wrap-up lasts so much longer."""
        return await self._board.extend(seat_id, self.extend_s if more_s is None else more_s, by=by)

    async def seat(self, seat_id: str) -> Seat | None:
        """The seat at this moment."""
        return await self._board.seat(seat_id)
