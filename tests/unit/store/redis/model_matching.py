"""The model's waiting calls: how they stand, widen, await a seat; which seat a group's strategy puts first."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from calls.events import to_ms
from routing.waiting import Strategy
from tests.unit.store.redis.model_state import ModelCall, ModelSeat, able, ms

if TYPE_CHECKING:
    from tests.unit.store.redis.model import Model


def today(model: "Model") -> datetime:
    """The hotline's midnight before now."""
    at = datetime.fromtimestamp((model.now - model.ahead) / 1000, ZoneInfo(model.rules.timezone))
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def midnight(model: "Model") -> int:
    return to_ms(today(model) + timedelta(days=1)) + model.ahead


def calls_today(model: "Model", seat: ModelSeat) -> int:
    return seat.calls if seat.calls_day == today(model).date() else 0


def list_seat(model: "Model", seat: ModelSeat) -> None:
    strategies = dict(model.rules.strategies)
    calls = calls_today(model, seat)
    seat.scores = {
        group: {
            Strategy.IN_ORDER: (seat.places.get(group, 0), 0),
            Strategy.FEWEST_CALLS: (calls, seat.since),
            Strategy.LONGEST_READY: (seat.since, 0),
        }[strategies.get(group, Strategy.LONGEST_READY)]
        for group in seat.groups
    }
    model.timers.pop(f"day:{seat.seat_id}", None)
    if calls and Strategy.FEWEST_CALLS in {strategies.get(group) for group in seat.groups}:
        model.timers[f"day:{seat.seat_id}"] = midnight(model)


def give_up(model: "Model", seat: ModelSeat) -> None:
    if seat.awaited_by:
        model.given_up.append(seat.awaited_by)


def end_awaiting(model: "Model") -> None:
    given_up, model.given_up = model.given_up, []
    for call_id in given_up:
        if call_id in model.calls and model.calls[call_id].awaits:
            leave_line(model, model.calls[call_id])
            wait(model, model.calls[call_id])


def leave_line(model: "Model", call: ModelCall) -> None:
    call.in_line = False
    if call.awaits:
        model.timers.pop(f"await:{call.call_id}")
        if call.awaits in model.seats and model.seats[call.awaits].awaited_by == call.call_id:
            model.seats[call.awaits].awaited_by = ""
        call.awaits = ""


def wait(model: "Model", call: ModelCall, *, fresh: bool = False) -> None:
    if call.parked:
        return
    if not call.in_line:
        if call.rungs_left:
            widen(model, call, fresh=fresh)
        if fresh:
            begin_to_await(model, call)
        call.in_line = bool(call.open)
    model.waiting.append(call)


def begin_to_await(model: "Model", call: ModelCall) -> None:
    assert call.queued is not None
    latest = call.queued + ms(model.rules.preferred_wait_s)
    seat = model.seats.get(call.preferred)
    if seat is not None and latest > model.now and seat.merely_busy and not seat.awaited_by and able(seat, call):
        seat.awaited_by, call.awaits = call.call_id, seat.seat_id
        model.timers[f"await:{call.call_id}"] = latest


def is_served(model: "Model", call: ModelCall) -> bool:
    return any(seat.on_duty and able(seat, call) for seat in model.seats.values())


def note_unserved(model: "Model") -> None:
    vacated, model.vacated = model.vacated, set()
    for call in model.calls.values():
        if model.rules.skip_empty_groups and call.in_line and call.rungs_left and vacated & set(call.open) and not is_served(model, call):
            model.timers.setdefault(f"empty:{call.line}", model.now)


def caller(model: "Model", call: ModelCall) -> str:
    if call.given.entry_id:
        return f"entry:{call.given.entry_id}"
    return f"number:{call.given.number}" if call.given.number else ""


def remember_seat(model: "Model", call: ModelCall, seat_id: str) -> None:
    if caller(model, call) and model.rules.preferred_s:
        model.served[caller(model, call)] = seat_id, model.now + ms(model.rules.preferred_s)


def remembered_seat(model: "Model", call: ModelCall) -> str:
    seat_id, until = model.served.get(caller(model, call), ("", 0))
    return seat_id if model.rules.preferred_s and until > model.now else ""


def widen(model: "Model", call: ModelCall, *, fresh: bool = False) -> None:
    assert call.queued is not None
    model.timers.pop(f"rung:{call.call_id}", None)
    for rung in call.given.ladder[call.opened :]:
        due = call.queued + ms(rung.after_s)
        early = due > model.now
        skip = model.rules.skip_empty_groups and call.waits and bool(call.open) and not is_served(model, call)
        if early and not skip:
            model.timers[f"rung:{call.call_id}"] = due
            break
        call.opened += 1
        if early or not fresh:
            model.fact("widened", call.call_id, group=rung.group, reason="nobody_on_duty" if early else "")


def settle(model: "Model") -> None:
    while True:
        end_awaiting(model)
        waiting, model.waiting = sorted(model.waiting, key=lambda call: call.order), []
        for call in waiting:
            if call.waits:
                seat_for(model, call)
        while model.freed:
            seat = model.freed.pop(0)
            if model.seats.get(seat.seat_id) is seat and model.listed(seat):
                list_seat(model, seat)
                if not model.call_for(seat):
                    give_up(model, seat)
                    end_awaiting(model)
                    release_kept(model, seat)
        if not model.waiting:
            break
    note_unserved(model)


def seat_for(model: "Model", call: ModelCall) -> None:
    preferred = model.seats.get(call.preferred)
    if preferred is not None and model.listed(preferred) and model.may_take(call, preferred):
        model.offer(call, preferred, next(group for group in call.open if group in preferred.groups))
        return
    for group in call.open:
        seats = [seat for seat in model.seats.values() if group in seat.groups and model.listed(seat) and model.may_take(call, seat)]
        if seats:
            model.offer(call, min(seats, key=lambda seat: (seat.scores[group], seat.seat_id)), group)
            return


def release_kept(model: "Model", seat: ModelSeat) -> None:
    for group in seat.groups:
        if len(model.ready(group)) == dict(model.rules.kept_back).get(group, 0) + 1:
            for other in model.ready(group):
                if other is not seat:
                    model.call_for(other)
