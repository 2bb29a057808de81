"""The conference machine as one table: what can be done with a call in which state, what then is its state, and who is where.

The desk (what people ask for) and the flow (what is seen) both go by it; docs/conference.md is written by
`python -m conference.table`.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from calls.errors import Conflict
from routing.waiting import CallState, LiveCall


class Act(StrEnum):
    """What somebody may ask for."""

    ASK = "ask"  # hunt for a specialist
    CANCEL = "cancel"  # ring nobody any more, and let the target of an announced transfer go
    JOIN = "join"  # the caller into the room
    CONSULT = "consult"  # the caller back to music, the others go on
    HOLD = "hold"
    RESUME = "resume"
    MUTE = "mute"  # a member of the room hears, and is not heard
    UNMUTE = "unmute"
    TAKE_OUT = "take_out"  # end a member's part
    HAND_ON = "hand_on"  # a specialist asks for a colleague
    TRANSFER = "transfer"  # hand the caller on, and leave him at once
    ANNOUNCE = "announce"  # hand the caller on, and talk with the target first
    COMPLETE = "complete"  # leave the caller to the target that was talked with


class Happening(StrEnum):
    """What is seen."""

    BARGED = "barged"  # a supervisor came in
    CAME_IN = "came_in"  # somebody else than the seat is with the caller, or on his way to him
    OTHERS_LEFT = "others_left"  # nobody but the seat is with him any more, or on the way
    SEAT_LEFT = "seat_left"  # there is no seat any more, and somebody is with the caller
    LEFT_ALONE = "left_alone"  # nobody is with the caller, and a colleague is being rung
    ALL_LEFT = "all_left"  # nobody is with the caller, and nobody is on the way
    QUEUED = "queued"  # he joined the waiting room
    NUMBER_ANSWERED = "number_answered"  # the number he was handed on to answered


Event = Act | Happening
_S, _A, _H = CallState, Act, Happening

TABLE: Final[Mapping[CallState, Mapping[Event, CallState]]] = {
    _S.IVR: {},
    _S.WAITING: {},
    _S.OFFERED: {},
    _S.TALKING: {
        _A.ASK: _S.CONSULT,
        _A.HOLD: _S.HELD,
        _A.MUTE: _S.TALKING_IN_ROOM,
        _A.UNMUTE: _S.TALKING,
        _A.TAKE_OUT: _S.TALKING,
        _A.TRANSFER: _S.TRANSFERRED,
        _A.ANNOUNCE: _S.CONSULT,
        _H.BARGED: _S.THREE_WAY,
        _H.ALL_LEFT: _S.AFTER,
    },
    _S.TALKING_IN_ROOM: {
        _A.ASK: _S.CONSULT,
        _A.HOLD: _S.HELD,
        _A.MUTE: _S.TALKING_IN_ROOM,
        _A.UNMUTE: _S.TALKING_IN_ROOM,
        _A.TAKE_OUT: _S.TALKING_IN_ROOM,
        _A.TRANSFER: _S.TRANSFERRED,
        _A.ANNOUNCE: _S.CONSULT,
        _H.CAME_IN: _S.THREE_WAY,
        _H.SEAT_LEFT: _S.THREE_WAY,
        _H.ALL_LEFT: _S.AFTER,
    },
    _S.HELD: {
        _A.RESUME: _S.TALKING_IN_ROOM,
        _A.JOIN: _S.TALKING_IN_ROOM,
        _A.ASK: _S.CONSULT,
        _A.MUTE: _S.HELD,
        _A.UNMUTE: _S.HELD,
        _A.TAKE_OUT: _S.HELD,
        _A.TRANSFER: _S.TRANSFERRED,
        _A.ANNOUNCE: _S.CONSULT,
        _H.SEAT_LEFT: _S.THREE_WAY,
        _H.ALL_LEFT: _S.TRANSFERRED,
    },
    _S.CONSULT: {
        _A.JOIN: _S.THREE_WAY,
        _A.RESUME: _S.THREE_WAY,
        _A.ASK: _S.CONSULT,
        _A.CANCEL: _S.CONSULT,
        _A.MUTE: _S.CONSULT,
        _A.UNMUTE: _S.CONSULT,
        _A.TAKE_OUT: _S.CONSULT,
        _A.HAND_ON: _S.CONSULT,
        _A.TRANSFER: _S.TRANSFERRED,
        _A.ANNOUNCE: _S.CONSULT,
        _A.COMPLETE: _S.THREE_WAY,
        _H.SEAT_LEFT: _S.THREE_WAY,
        _H.ALL_LEFT: _S.TRANSFERRED,
    },
    _S.THREE_WAY: {
        _A.CONSULT: _S.CONSULT,
        _A.HOLD: _S.HELD,
        _A.ASK: _S.THREE_WAY,
        _A.CANCEL: _S.THREE_WAY,
        _A.MUTE: _S.THREE_WAY,
        _A.UNMUTE: _S.THREE_WAY,
        _A.TAKE_OUT: _S.THREE_WAY,
        _A.HAND_ON: _S.THREE_WAY,
        _A.TRANSFER: _S.TRANSFERRED,
        _A.ANNOUNCE: _S.CONSULT,
        _A.COMPLETE: _S.THREE_WAY,
        _H.OTHERS_LEFT: _S.TALKING_IN_ROOM,
        _H.LEFT_ALONE: _S.CONSULT,
        _H.ALL_LEFT: _S.AFTER,
    },
    _S.TRANSFERRED: {_H.QUEUED: _S.WAITING, _H.NUMBER_ANSWERED: _S.OUTSIDE},
    _S.OUTSIDE: {_H.ALL_LEFT: _S.AFTER},
    _S.AFTER: {},
}
"""(state, event) -> state. An act that is missing is refused; a happening that is missing changes nothing. In every state
the caller's hanging up ends the call, and everybody else's part in it."""

NEEDS_SEAT: Final = frozenset({_A.ASK, _A.HOLD, _A.CONSULT, _A.ANNOUNCE, _A.COMPLETE})
"""Acts that are a seat's: refused where it has left the call."""


class Place(StrEnum):
    """Where somebody is."""

    NOWHERE = "-"
    IVR = "menu"
    MUSIC = "music"
    BRIDGE = "bridge"  # Asterisk's Dial holds the two together
    ROOM = "room"
    OUTSIDE = "outside number"
    HEARS_PROMPTS = "rating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Who is where in a state: `others` are specialists, the target of an announced transfer, supervisors."""

    caller: Place
    seat: Place = Place.NOWHERE
    others: Place = Place.NOWHERE


WHERE: Final[Mapping[CallState, Where]] = {
    _S.IVR: Where(caller=Place.IVR),
    _S.WAITING: Where(caller=Place.MUSIC),
    _S.OFFERED: Where(caller=Place.MUSIC),
    _S.TALKING: Where(caller=Place.BRIDGE, seat=Place.BRIDGE),
    _S.TALKING_IN_ROOM: Where(caller=Place.ROOM, seat=Place.ROOM),
    _S.HELD: Where(caller=Place.MUSIC, seat=Place.ROOM),
    _S.CONSULT: Where(caller=Place.MUSIC, seat=Place.ROOM, others=Place.ROOM),
    _S.THREE_WAY: Where(caller=Place.ROOM, seat=Place.ROOM, others=Place.ROOM),
    _S.TRANSFERRED: Where(caller=Place.MUSIC),
    _S.OUTSIDE: Where(caller=Place.OUTSIDE),
    _S.AFTER: Where(caller=Place.HEARS_PROMPTS),
}

_ALONE: Final[Mapping[CallState, CallState]] = {_S.THREE_WAY: _S.TALKING_IN_ROOM}
"""A state in which nobody is beside caller and seat, nor on the way -> what it is then."""

_CODES: Final = {
    _A.ASK: "call_not_talking",
    _A.JOIN: "call_not_in_consult",
    _A.CONSULT: "call_not_in_three_way",
    _A.CANCEL: "call_not_in_conference",
}
_LACKS: Final = {_A.JOIN: ", in no consult", _A.CONSULT: ", in no three-way call"}
_OTHER_CODE: Final = "call_act_illegal"


def after(call: LiveCall, act: Act) -> CallState:
    """The call's state once that was done.

    Raises: Conflict: it cannot be done now; the sentence says when it can, and what can be done now.
    """
    state = TABLE[call.state].get(act)
    if state is None:
        when = " or ".join(one for one in TABLE if act in TABLE[one])
        now = f"{call.state}{_LACKS.get(act, '')}"
        sentence = f"Call {call.call_id} is {now}; {act} is possible while it is {when}. Possible now: {_possible(call)}."
        raise Conflict(_CODES.get(act, _OTHER_CODE), sentence, call_id=call.call_id, state=call.state, act=act)
    if act in NEEDS_SEAT and not call.seat_id:
        sentence = f"The seat has left call {call.call_id}; {act} is only for a seat to ask. Possible now: {_possible(call)}."
        raise Conflict("seat_has_left", sentence, call_id=call.call_id, state=call.state, act=act)
    return state


def beside(state: CallState, *, company: bool) -> CallState:
    """The state by who is there: `company` is somebody beside caller and seat, or on the way to them."""
    return state if company else _ALONE.get(state, state)


def then(state: CallState, happening: Happening) -> CallState | None:
    """The state after what was seen; None where it changes nothing."""
    return TABLE[state].get(happening)


def possible(call: LiveCall) -> tuple[Act, ...]:
    """What can be done with the call now."""
    return tuple(act for act in TABLE[call.state] if isinstance(act, Act) and (call.seat_id or act not in NEEDS_SEAT))


def _possible(call: LiveCall) -> str:
    return ", ".join(possible(call)) or "nothing of a conference"


def document() -> str:
    """docs/conference.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The conference machine"
    yield ""
    yield "Written by `python -m conference.table`; do not edit. What each act and happening means stands in `conference/table.py`."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> talking: a seat answered"
    for state, row in TABLE.items():
        for target in dict.fromkeys(row.values()):
            yield f"    {state} --> {target}: {', '.join(event for event, to in row.items() if to is target)}"
    yield "```"
    yield ""
    yield "In every state the caller's hanging up ends the call, and everybody else's part in it."
    for state, alone in _ALONE.items():
        yield f"What leads to {state} leads to {alone} where nobody but the seat is with the caller, or on the way to him."
    yield ""
    yield "## Who is where"
    yield ""
    yield "| state | caller | seat | others in the room |"
    yield "|---|---|---|---|"
    for state, where in WHERE.items():
        yield f"| {state} | {where.caller} | {where.seat} | {where.others} |"
    yield ""
    yield "## What can be done when"
    yield ""
    yield "Every other act is refused with one sentence that says when it is possible and what is possible now."
    yield ""
    states = [state for state, row in TABLE.items() if any(isinstance(event, Act) for event in row)]
    yield f"| act | {' | '.join(states)} |"
    yield f"|---{'|---' * len(states)}|"
    for act in Act:
        seat = " (a seat's)" if act in NEEDS_SEAT else ""
        yield f"| {act}{seat} | {' | '.join(TABLE[state].get(act, '') for state in states)} |"


if __name__ == "__main__":
    sys.stdout.write(document())
