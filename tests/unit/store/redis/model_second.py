"""What the steps of a second seat, which is to take a caller over, must do, beside the model of all others."""

from collections.abc import Iterable, Mapping
from typing import Any

from routing.waiting import CallState, Second
from seats.state import SeatEvent
from tests.unit.store.redis import model_matching as matching
from tests.unit.store.redis.model import E, Model
from tests.unit.store.redis.model_state import S, ms

Facts = Iterable[Mapping[str, Any]]


def take_second(
    model: Model, call_id: str, second: Second, states: tuple[CallState, CallState], inside: tuple[str, str], facts: Facts
) -> str:
    """"done", "" where the call is not as it was taken for, or why it was refused. Args: states, inside: as expected, as it becomes."""
    call = model.calls.get(call_id)
    if call is None or (call.state, call.inside) != (states[0], inside[0]) or call.second:
        return ""
    seat = model.seats.get(second.seat_id)
    if seat is None:
        return "seat_unknown"
    if not seat.idle:
        return "seat_not_free"
    model.advance(seat, E.OFFERED, f"asked to take over call {call_id}")
    seat.call_id, seat.offer_id = call_id, second.leg
    call.state, call.inside, call.second, call.second_leg = states[1], inside[1], second.seat_id, second.leg
    model.timers[f"second:{call_id}"] = model.now + ms(second.ring_s + model.rules.lease_margin_s)
    model.facts += facts
    model.pokes[call_id] = call.engine
    model.done()
    return "done"


def second_answered(model: Model, call_id: str, leg: str) -> bool:
    call = model.calls.get(call_id)
    seat = model.seats.get(call.second) if call is not None and call.second_leg == leg else None
    if call is None or seat is None or seat.call_id != call_id:
        return False
    if seat.state is S.RESERVED:
        agent = seat.agent.agent_id if seat.agent is not None else ""
        model.fact("answered", call_id, offer_id=leg, seat_id=seat.seat_id, group="", waited_s=0, agent=agent)
        seat.calls, seat.calls_day = matching.calls_today(model, seat) + 1, matching.today(model).date()
        model.advance(seat, E.ANSWERED, f"on call {call_id}")
        model.timers.pop(f"second:{call_id}")
        model.pokes[call_id] = call.engine
        model.done()
    return True


def second_left(model: Model, call_id: str, leg: str, event: SeatEvent) -> None:
    call = model.calls.get(call_id)
    if call is not None and call.second_leg == leg:
        model.release_second(call, event, f"did not take over call {call_id}")
        model.pokes[call_id] = call.engine
        model.done()


def complete(model: Model, call_id: str, leg: str, states: tuple[CallState, CallState], inside: str, facts: Facts) -> bool:
    call = model.calls.get(call_id)
    if call is None or call.state is not states[0] or call.second_leg != leg:
        return False
    seat = model.seats.get(call.second)
    if seat is None or seat.call_id != call_id or seat.state is not S.TALKING:
        return False
    model.release_seat(call)
    call.state, call.inside, call.second, call.second_leg = states[1], inside, "", ""
    call.seat_id, call.seat_leg, call.seat_channel = seat.seat_id, leg, leg
    matching.remember_seat(model, call, seat.seat_id)
    model.facts += facts
    model.pokes[call_id] = call.engine
    model.done()
    return True
