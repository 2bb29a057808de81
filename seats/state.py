"""The seat's state, as one table; nothing else changes it.

The same table drives the Lua steps in Redis (store/redis renders it into the scripts) and the model that the tests hold
against them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from calls.errors import Conflict


class SeatState(StrEnum):
    """What a seat is doing."""

    LOGGED_OUT = "logged_out"  # nobody is signed in
    READY = "ready"  # may be offered a call
    RESERVED = "reserved"  # an offer is open: its phone is being rung
    TALKING = "talking"  # on a call that the engine brought
    WRAP_UP = "wrap_up"  # finishing the ticket of the last call
    PAUSED = "paused"  # signed in, does not take calls; the reason says why
    AWAY = "away"  # missed or declined an offer, and says nothing since; seats.away_for_s may end it
    UNREACHABLE = "unreachable"  # signed in, but its phone is not registered or does not ring


class SeatEvent(StrEnum):
    """What can happen to a seat."""

    MAKE_READY = "make_ready"  # the agent (or a supervisor) wants calls
    PAUSE = "pause"
    LOG_OUT = "log_out"
    OFFERED = "offered"
    ANSWERED = "answered"
    MISSED = "missed"  # declined or not answered, where that makes a seat away
    MISSED_KEPT = "missed_kept"  # declined or not answered, where seats.away_after_missed is false
    WITHDRAWN = "withdrawn"  # the offer ended through no act of the seat
    UNREACHED = "unreached"  # its phone could not be rung
    CALL_ENDED = "call_ended"
    WRAPPED_UP = "wrapped_up"  # wrap-up's time is over or its ticket is saved
    AWAY_OVER = "away_over"  # it was away for as long as seats.away_for_s says
    PHONE_LOST = "phone_lost"
    PHONE_BACK = "phone_back"
    FOUND_TALKING = "found_talking"  # live state had lost its data; the seat has been on a call all the while


_S, _E = SeatState, SeatEvent

TRANSITIONS: Final[Mapping[SeatState, Mapping[SeatEvent, SeatState]]] = {
    _S.LOGGED_OUT: {
        _E.MAKE_READY: _S.READY,
        _E.PAUSE: _S.PAUSED,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.FOUND_TALKING: _S.TALKING,
    },
    _S.READY: {
        _E.MAKE_READY: _S.READY,
        _E.PAUSE: _S.PAUSED,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.OFFERED: _S.RESERVED,
        _E.PHONE_LOST: _S.UNREACHABLE,
        _E.FOUND_TALKING: _S.TALKING,
    },
    _S.RESERVED: {
        _E.ANSWERED: _S.TALKING,
        _E.MISSED: _S.AWAY,
        _E.MISSED_KEPT: _S.READY,
        _E.WITHDRAWN: _S.READY,
        _E.UNREACHED: _S.UNREACHABLE,
        _E.PHONE_LOST: _S.UNREACHABLE,
    },
    _S.TALKING: {_E.CALL_ENDED: _S.WRAP_UP},
    _S.WRAP_UP: {
        _E.WRAPPED_UP: _S.READY,
        _E.MAKE_READY: _S.READY,
        _E.PAUSE: _S.PAUSED,
        _E.LOG_OUT: _S.LOGGED_OUT,
    },
    _S.PAUSED: {
        _E.MAKE_READY: _S.READY,
        _E.PAUSE: _S.PAUSED,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.FOUND_TALKING: _S.TALKING,
    },
    _S.AWAY: {
        _E.MAKE_READY: _S.READY,
        _E.PAUSE: _S.PAUSED,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.AWAY_OVER: _S.READY,
        _E.FOUND_TALKING: _S.TALKING,
    },
    _S.UNREACHABLE: {
        _E.MAKE_READY: _S.READY,
        _E.PAUSE: _S.PAUSED,
        _E.LOG_OUT: _S.LOGGED_OUT,
        _E.PHONE_BACK: _S.READY,
        _E.FOUND_TALKING: _S.TALKING,
    },
}
"""(state, event) -> state. A missing pair is illegal: refused where an agent asked, dropped where the PBX was late."""

DEFERRED: Final[Mapping[SeatEvent, SeatState]] = {
    _E.MAKE_READY: _S.READY,
    _E.PAUSE: _S.PAUSED,
    _E.LOG_OUT: _S.LOGGED_OUT,
}
"""Asked for while RESERVED or TALKING, these take effect when the seat would next become READY: the seat keeps the wish.

Or AWAY: who asked to pause while it rang is then PAUSED for his reason, and who asked to be ready before he missed the
call is AWAY. A seat that would become READY while its phone is not registered becomes UNREACHABLE; a phone that is lost
during wrap-up does not cut it short.
"""

ON_DUTY: Final = frozenset({_S.READY, _S.RESERVED, _S.TALKING, _S.WRAP_UP})
"""Seats in these states will take a call without anyone's doing; but not one in WRAP_UP whose phone is not registered."""


def advance(state: SeatState, event: SeatEvent) -> SeatState:
    """The state after the event.

    Raises: Conflict("seat_event_illegal"): the state has no such event; the seat is unchanged.
    """
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise Conflict(
            "seat_event_illegal", f"a seat that is {state} cannot take the event {event}", state=state, event=event
        ) from None
