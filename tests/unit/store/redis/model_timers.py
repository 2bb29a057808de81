"""What becomes due, and what becomes of the calls of engines that come and go, by the model."""

from seats.seat import Phone
from tests.unit.store.redis import model_matching as matching
from tests.unit.store.redis.model import E, Model
from tests.unit.store.redis.model_state import C


def tick(model: Model, *, rematch: bool) -> None:
    while due := sorted((at, name) for name, at in model.timers.items() if at <= model.now):
        name = due[0][1]
        del model.timers[name]
        kind, _, of = name.partition(":")
        DUE[kind](model, of)
        matching.settle(model)
    if rematch:
        for seat in model.seats.values():
            if model.listed(seat):
                matching.list_seat(model, seat)
        model.vacated |= {group for call in model.calls.values() for group in call.open}
        for group in sorted({group for seat in model.seats.values() for group in seat.groups}):
            for seat in model.ready(group):
                if seat.idle:
                    model.call_for(seat)
    model.done()


def _due_rung(model: Model, call_id: str) -> None:
    call = model.calls[call_id]
    matching.widen(model, call)
    if call.state is C.WAITING:
        matching.wait(model, call)


def _due_lease(model: Model, call_id: str) -> None:
    call, cause = model.calls[call_id], "its lease ran out"
    model.timers[f"lease:{call_id}"] = 0
    model.offer_lost(call, "withdrawn", cause, E.WITHDRAWN, f"call {call_id} was withdrawn: {cause}")


def _due_second(model: Model, call_id: str) -> None:
    model.release_second(model.calls[call_id], E.WITHDRAWN, "its lease ran out")
    model.pokes[call_id] = model.calls[call_id].engine


def _due_retry(model: Model, call_id: str) -> None:
    model.lift(model.calls[call_id])
    if model.calls[call_id].state is C.WAITING:
        matching.wait(model, model.calls[call_id])


def _due_await(model: Model, call_id: str) -> None:
    model.timers[f"await:{call_id}"] = 0
    matching.leave_line(model, model.calls[call_id])
    matching.wait(model, model.calls[call_id])


def _due_empty(model: Model, line: str) -> None:
    """One call at a time."""
    calls = [call for call in model.calls.values() if call.in_line and call.line == line]
    if not calls or not model.rules.skip_empty_groups or matching.is_served(model, calls[0]):
        return
    first = min(calls, key=lambda call: call.order)
    matching.widen(model, first)
    matching.wait(model, first)
    if len(calls) > 1:
        model.timers[f"empty:{line}"] = model.now


def _due_day(model: Model, seat_id: str) -> None:
    if model.seats[seat_id].idle:
        matching.list_seat(model, model.seats[seat_id])


def _due_wrap(model: Model, seat_id: str) -> None:
    model.advance(model.seats[seat_id], E.WRAPPED_UP, "wrap-up is over")


def _due_away(model: Model, seat_id: str) -> None:
    model.advance(model.seats[seat_id], E.AWAY_OVER, "was away for long enough")


def _due_heal(model: Model, seat_id: str) -> None:
    if model.seats[seat_id].phone is Phone.IDLE:
        model.advance(model.seats[seat_id], E.PHONE_BACK, "tried again: its phone looks idle")


def _engine_gone(model: Model, engine: str) -> None:
    model.engines.pop(engine, None)
    for call in sorted((c for c in model.calls.values() if c.engine == engine), key=lambda call: call.call_id):
        if call.state in (C.WAITING, C.OFFERED):
            matching.leave_line(model, call)
            call.parked = call.orphan = True
            if call.state is C.OFFERED and model.seats[call.seat_id].phone is not Phone.IN_USE:
                model.withdraw(call, "its engine is gone")
                model.pokes[call.call_id] = engine


def beat(model: Model, engine: str, alive_ms: int) -> None:
    known = engine in model.engines
    model.engines[engine] = model.timers[f"engine:{engine}"] = model.now + alive_ms
    if not known:
        for call in sorted((c for c in model.calls.values() if c.engine == engine and c.parked), key=lambda call: call.order):
            call.parked = call.orphan = False
            if call.state is C.WAITING:
                matching.wait(model, call)
    model.done()


def sign_off(model: Model, engine: str) -> None:
    model.timers.pop(f"engine:{engine}", None)
    _engine_gone(model, engine)
    model.done()


DUE = {
    "rung": _due_rung,
    "lease": _due_lease,
    "second": _due_second,
    "retry": _due_retry,
    "await": _due_await,
    "empty": _due_empty,
    "day": _due_day,
    "wrap": _due_wrap,
    "heal": _due_heal,
    "away": _due_away,
    "engine": _engine_gone,
}
