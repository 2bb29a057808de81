"""What the seat hears of its hunt, in the room alone: names of prompts for each step. Pure."""

from collections.abc import Sequence
from typing import Final

from conference.errand import Attempt, AttemptState

_RINGS: Final = {"office": "hunt-office", "mobile": "hunt-mobile"}
_WHO: Final = {"stand_in": "hunt-stand-in", "leader": "hunt-leader"}
_CAME_OF_IT: Final = {
    AttemptState.JOINED: "hunt-joined",
    AttemptState.LEFT: "hunt-left",
    AttemptState.NO_ANSWER: "hunt-no-answer",
    AttemptState.BUSY: "hunt-busy",
    AttemptState.DECLINED: "hunt-declined",
    AttemptState.FAILED: "hunt-failed",
}
NOBODY: Final = "hunt-nobody"
FREE: Final = "hunt-free"
TICKET: Final = "ticket-made"
NEXT: Final = "hunt-next"
_RINGING: Final = frozenset({*_RINGS.values(), *_WHO.values(), NEXT})
_ENDS_IT: Final = frozenset({*_CAME_OF_IT.values(), NOBODY})
TO_SEATS: Final = frozenset({*_RINGS.values(), *_WHO.values(), *_CAME_OF_IT.values(), NOBODY, FREE, NEXT})
"""Every prompt that a seat may hear of a hunt."""


def of_ringing(attempt: Attempt, before: Sequence[Attempt]) -> tuple[str, ...]:
    """A phone begins to ring; `before` are those of the same hunt that were begun before it. Of several at once one is told."""
    if any(other.state is AttemptState.RINGING for other in before):
        return ()
    earlier = before[-1] if before else None
    who: tuple[str, ...] = ()
    if earlier is not None and earlier.specialist_id != attempt.specialist_id:
        who = (_WHO.get(attempt.role, NEXT),)
    elif earlier is None and attempt.role in _WHO:
        who = (_WHO[attempt.role],)
    return *who, _RINGS.get(attempt.phone, "hunt-office")


def still_true(words: Sequence[str]) -> list[str]:
    """Of what could not be said in time, what is not outdated: that a phone rings is, once something has come of it."""
    last = max((place for place, word in enumerate(words) if word in _ENDS_IT), default=-1)
    return [word for place, word in enumerate(words) if place > last or word not in _RINGING]


def of_outcome(state: AttemptState) -> tuple[str, ...]:
    """What became of an attempt; nothing of one that was cancelled, because the seat did that or hears of who joined."""
    return (_CAME_OF_IT[state],) if state in _CAME_OF_IT else ()
