"""What the steps of supervisors must do, beside the model of all others."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from routing.dispatching import How
from routing.waiting import Rung
from seats.state import DEFERRED, SeatEvent
from tests.unit.store.redis import model_matching as matching
from tests.unit.store.redis.model import Model
from tests.unit.store.redis.model_state import ANSWERED, C, ModelCall, S

Facts = Iterable[Mapping[str, Any]]


def move(model: Model, call_id: str, how: How, to: str, facts: Facts) -> str:
    """Why it was not done; "" where it was, or there was nothing to do."""
    call = model.calls.get(call_id)
    if call is None:
        return "call_not_live"
    if call.state not in (C.WAITING, C.OFFERED):
        return "call_not_waiting"
    refused = {How.GROUP: _to_group, How.SEAT: _to_seat, How.FIRST: _first}[how](model, call, to, facts)
    model.done()
    return refused


def _set_out(model: Model, call: ModelCall, facts: Facts) -> None:
    model.facts += facts
    if call.state is C.OFFERED:
        model.withdraw(call, "the call was moved")
        model.pokes[call.call_id] = call.engine
    matching.leave_line(model, call)


def _to_group(model: Model, call: ModelCall, group: str, facts: Facts) -> str:
    wants = call.wants
    able = [seat for seat in model.seats.values() if all(seat.skills.get(skill, 0) >= least for skill, least in wants.items())]
    if not any(group in seat.groups and seat.on_duty for seat in able):
        return "group_empty"
    _set_out(model, call, facts)
    call.given, call.opened = replace(call.given, ladder=(Rung(group=group, after_s=0),), skills=wants), 0
    matching.widen(model, call, fresh=True)
    model.lift(call)
    matching.wait(model, call)
    return ""


def _to_seat(model: Model, call: ModelCall, seat_id: str, facts: Facts) -> str:
    seat = model.seats.get(seat_id)
    if seat is None:
        return "seat_unknown"
    if call.seat_id == seat_id:
        return ""
    if call.parked:
        return "call_between_engines"
    if not seat.idle:
        return "seat_not_free"
    _set_out(model, call, facts)
    model.offer(call, seat, seat.groups[0])
    return ""


def _first(model: Model, call: ModelCall, _: str, facts: Facts) -> str:
    first = min(model.calls.values(), key=lambda other: other.order)
    if first is not call:
        model.facts += facts
        call.rank = first.rank - 1
    return ""


def send_away(model: Model, call_id: str, errand: str, facts: Facts) -> str:
    call = model.calls.get(call_id)
    if call is None:
        return "call_not_live"
    if call.state not in (C.WAITING, C.OFFERED):
        return "call_not_waiting"
    if call.state is C.OFFERED:
        model.withdraw(call, "the call was sent away")
    matching.leave_line(model, call)
    call.parked, call.errand = True, errand
    model.facts += facts
    model.pokes[call_id] = call.engine
    model.done()
    return ""


def force(model: Model, seat_id: str, event: SeatEvent, why: str) -> bool:
    seat = model.seats[seat_id]
    if model.rules.agent_required and seat.agent is None and event is not SeatEvent.LOG_OUT:
        return False
    if seat.state is S.RESERVED and model.calls[seat.call_id].second == seat_id:
        call = model.calls[seat.call_id]
        model.release_second(call, SeatEvent.WITHDRAWN, why)
        model.advance(seat, event, why)
        model.pokes[call.call_id] = call.engine
    elif seat.state is S.RESERVED:
        call = model.calls[seat.call_id]
        model.withdraw(call, why)
        model.advance(seat, event, why)
        model.refuse(call, seat_id, lasting=False)
        model.pokes[call.call_id] = call.engine
    elif not model.advance(seat, event, why):
        model.keep_wish(seat, DEFERRED[event], why)
    model.done()
    return True


def supervise(model: Model, call_id: str, was: str, now: str, facts: Facts) -> bool:
    call = model.calls.get(call_id)
    if model.supervised.get(call_id, "") != was:
        return False
    if now and (call is None or call.state not in ANSWERED - {C.AFTER}):
        return False
    model.supervised[call_id] = now
    if not now:
        del model.supervised[call_id]
    model.facts += facts
    model.done()
    return True
