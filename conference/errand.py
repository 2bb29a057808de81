"""What a conference is to do, and how far it is, as one document that lives with the call.

It survives the engine: whoever takes the call over goes on from here.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Self


class AttemptState(StrEnum):
    """What became of ringing one of a specialist's phones."""

    PENDING = "pending"  # its turn has not come
    RINGING = "ringing"
    JOINED = "joined"  # accepted; in the room
    LEFT = "left"  # was in the room
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"  # answered, but did not press the key: a machine, a pocket, or a no
    FAILED = "failed"  # the call could not be placed
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One phone of one specialist, to be rung in turn.

    Args:
        attempt_id: also the uniqueid of the channel that rings it, so that Asterisk's events name the attempt.
        phone: "office" or "mobile". number: as the outside trunk wants it in the request URI.
        ring_s: how long it rings at most.
    """

    attempt_id: str
    specialist_id: str
    name: str
    department: str
    phone: str
    number: str
    ring_s: float
    state: AttemptState = AttemptState.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """All attempts of a call, in the order they are made. One after another; the first to accept ends its hunt."""

    attempts: tuple[Attempt, ...] = ()

    @property
    def hunting(self) -> bool:
        """Whether a phone is ringing or waits for its turn."""
        return any(attempt.state in (AttemptState.PENDING, AttemptState.RINGING) for attempt in self.attempts)

    def next(self) -> Attempt | None:
        """The attempt whose turn it is."""
        return next((attempt for attempt in self.attempts if attempt.state is AttemptState.PENDING), None)

    def find(self, attempt_id: str) -> Attempt | None:
        """The attempt of this id."""
        return next((attempt for attempt in self.attempts if attempt.attempt_id == attempt_id), None)

    def with_state(self, attempt_id: str, state: AttemptState) -> Self:
        """The same with one attempt's state changed; once somebody joined, what still waited is cancelled."""
        attempts = [replace(attempt, state=state) if attempt.attempt_id == attempt_id else attempt for attempt in self.attempts]
        if state is AttemptState.JOINED:
            attempts = [_cancelled(attempt) for attempt in attempts]
        return replace(self, attempts=tuple(attempts))

    def cancelled(self) -> Self:
        """The same with every attempt that waits or rings cancelled."""
        return replace(self, attempts=tuple(_cancelled(attempt, ringing=True) for attempt in self.attempts))

    def plus(self, attempts: Sequence[Attempt]) -> Self:
        """The same with more attempts at its end."""
        return replace(self, attempts=(*self.attempts, *attempts))

    def to_json(self) -> str:
        """The document; equal errands give equal text."""
        return json.dumps([asdict(attempt) for attempt in self.attempts], ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The errand of such a document; "" is an errand without attempts."""
        rows = json.loads(text) if text else []
        return cls(attempts=tuple(Attempt(**{**row, "state": AttemptState(row["state"])}) for row in rows))


def _cancelled(attempt: Attempt, *, ringing: bool = False) -> Attempt:
    waits = attempt.state is AttemptState.PENDING or (ringing and attempt.state is AttemptState.RINGING)
    return replace(attempt, state=AttemptState.CANCELLED) if waits else attempt
