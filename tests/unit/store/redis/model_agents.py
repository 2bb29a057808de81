"""Who is signed in where, what a seat serves then, and how long its wrap-up lasts, by the model."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from seats.agents import Agent
from seats.state import DEFERRED, SeatEvent
from tests.unit.store.redis.model_state import ModelSeat, S, ms

if TYPE_CHECKING:
    from tests.unit.store.redis.model import Model


def leave(model: "Model", seat: ModelSeat) -> None:
    if seat.agent is not None:
        model.said.append(("told", "agent_signed_out", f"{seat.agent.agent_id} at {seat.seat_id}"))
        seat.agent = None
        serve(model, seat, seat.places)


def serve(model: "Model", seat: ModelSeat, places: Mapping[str, int]) -> bool:
    """By its configuration and its agent; True where that changed."""
    if (seat.groups, seat.skills, seat.places) == (*seat.serves, places):
        return False
    model.timers.pop(f"day:{seat.seat_id}", None)
    model.vacate(seat)
    (seat.groups, seat.skills), seat.places = seat.serves, places
    return True


def sign_in(model: "Model", seat_id: str, agent: Agent, event: SeatEvent) -> bool:
    seat, why = model.seats[seat_id], f"agent {agent.agent_id} ({agent.name}) signed in"
    before = seat.agent if seat.agent is not None and seat.agent.agent_id != agent.agent_id else None
    if before is not None and seat.state in (S.RESERVED, S.TALKING):
        return False
    for old in model.seats.values():
        if old is not seat and old.agent is not None and old.agent.agent_id == agent.agent_id:
            _move_away(model, old, f"{why} at seat {seat_id}")
            break
    if before is not None:
        why = f"agent {agent.agent_id} ({agent.name}) took over from agent {before.agent_id} ({before.name})"
        leave(model, seat)
    if seat.agent is None:
        model.said.append(("told", "agent_signed_in", f"{agent.agent_id} at {seat_id}"))
    seat.agent, seat.deserted = agent, False
    serve(model, seat, seat.places)
    if not model.advance(seat, event, why):
        model.keep_wish(seat, DEFERRED[event], why)
    model.done()
    return True


def _move_away(model: "Model", seat: ModelSeat, why: str) -> None:
    leave(model, seat)
    if not model.advance(seat, SeatEvent.LOG_OUT, why):
        seat.deserted = True
        model.keep_wish(seat, S.LOGGED_OUT, why)


def extend(model: "Model", seat_id: str, more_s: float) -> bool:
    seat = model.seats[seat_id]
    if seat.wrap_until is None:
        return False
    longer = min(seat.wrap_until + ms(more_s), seat.since + ms(model.rules.wrap_up_longest_s))
    if longer <= seat.wrap_until:
        return False
    seat.wrap_until = model.timers[f"wrap:{seat_id}"] = longer
    return True
