"""What became of ringing a specialist, decided from what is seen around the call; and the facts that tell it."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

from calls.events import Event, SpecialistAsked, SpecialistAttemptEnded, SpecialistJoined, SpecialistLeft
from conference.errand import Attempt, AttemptState
from conference.legs import Around

_OUTCOMES: Final = {
    0: AttemptState.NO_ANSWER,  # nobody said why
    16: AttemptState.NO_ANSWER,
    17: AttemptState.BUSY,
    18: AttemptState.NO_ANSWER,
    19: AttemptState.NO_ANSWER,
    20: AttemptState.NO_ANSWER,  # switched off
    21: AttemptState.DECLINED,
}
"""The Q.850 causes a phone that was rung in vain hung up with; any other says that it could not be rung."""
_OUT: Final = frozenset({AttemptState.PENDING, AttemptState.CANCELLED, AttemptState.JOINED, AttemptState.LEFT})
"""From the others he may still come in: what was noted of the ringing may have been an error of ours."""


def seen(attempt: Attempt, around: Around, gone: AbstractSet[str], found: AbstractSet[str] = frozenset()) -> AttemptState:
    """The attempt's state by what is seen; `gone` are the legs that have left, `found` those that were in the room at the take-over."""
    leg = attempt.attempt_id
    if leg in around.members | (found - gone) and attempt.state not in _OUT:
        return AttemptState.JOINED
    if attempt.state is AttemptState.RINGING and leg in gone:
        return AttemptState.DECLINED if leg in around.answered else _OUTCOMES.get(around.cause(leg), AttemptState.FAILED)
    if attempt.state is AttemptState.JOINED and leg in gone:
        return AttemptState.LEFT
    return attempt.state


def asked(call_id: str, attempt: Attempt, at: datetime) -> Event:
    """The fact that this phone is rung."""
    return SpecialistAsked(
        call_id=call_id,
        at=at,
        attempt_id=attempt.attempt_id,
        specialist_id=attempt.specialist_id,
        name=attempt.name,
        department=attempt.department,
        phone=attempt.phone,
        number=attempt.number,
    )


def outcome(call_id: str, attempt: Attempt, state: AttemptState, at: datetime, *, picked_up: bool = False) -> Event:
    """The fact that the attempt came to this state; `picked_up` where somebody, or a machine, answered the phone."""
    of = {"call_id": call_id, "attempt_id": attempt.attempt_id, "specialist_id": attempt.specialist_id}
    if state is AttemptState.JOINED:
        return SpecialistJoined(**of, at=at, name=attempt.name, department=attempt.department)
    if state is AttemptState.LEFT:
        return SpecialistLeft(**of, at=at)
    return SpecialistAttemptEnded(**of, at=at, outcome=state, picked_up=picked_up)
