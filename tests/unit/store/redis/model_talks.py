"""What the step must do by which a talk is known again that live state had lost, beside the model of all others."""

from calls.events import to_ms
from routing.waiting import LiveCall
from seats.log_ins import FOUND_TALKING, NEVER_SIGNED_IN
from seats.state import TRANSITIONS
from tests.unit.store.redis.model import E, Model
from tests.unit.store.redis.model_state import S


def talk_found(model: Model, talk: LiveCall, engine: str) -> bool:
    seat = model.seats.get(talk.seat_id)
    if talk.call_id in model.calls or talk.call_id in model.ended:
        return False
    if talk.seat_id and (seat is None or E.FOUND_TALKING not in TRANSITIONS[seat.state]):
        return False
    call = model.create(talk, engine)
    call.state, call.seat_id, call.inside = talk.state, talk.seat_id, talk.inside
    call.seat_leg, call.seat_channel = talk.seat_leg, talk.seat_channel
    assert talk.queued is not None
    assert talk.answered is not None
    call.queued = max(call.arrived, model.taken(to_ms(talk.queued)))
    call.answered = model.taken(to_ms(talk.answered))
    if seat is not None:
        if seat.state is S.PAUSED:
            seat.wish, seat.wish_why = S.PAUSED, seat.why
        elif model.rules.agent_required and seat.agent is None:
            seat.wish, seat.wish_why = S.LOGGED_OUT, NEVER_SIGNED_IN
        model.advance(seat, E.FOUND_TALKING, FOUND_TALKING)
        seat.call_id = talk.call_id
    model.done()
    return True
