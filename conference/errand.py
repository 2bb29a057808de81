"""What a conference is to do, and how far it is, as one document that lives with the call.

It survives the engine: whoever takes the call over goes on from here.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, Self


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
        role: specialist, stand_in or leader. round: phones of a later round wait until none of an earlier one rings.
        hunt: which hunt of the call this is of, from 0. parallel: so many specialists are rung at once in it.
        wanted: the department, topic or specialist that was asked for, in words.
        owed: a prompt that the caller is to hear on his music after this hunt; "" once he has, or where there is none.
        about: what the specialist is told it is about. caller, caller_class: who he is told is calling.
    """

    attempt_id: str
    specialist_id: str
    name: str
    department: str
    phone: str
    number: str
    ring_s: float
    state: AttemptState = AttemptState.PENDING
    role: str = "specialist"
    round: int = 0
    hunt: int = 0
    parallel: int = 1
    wanted: str = ""
    owed: str = ""
    about: str = ""
    caller: str = ""
    caller_class: str = ""


_KNOWN: Final = frozenset(field.name for field in fields(Attempt))


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """All attempts of a call, in the order they are made. The first to accept ends its hunt."""

    attempts: tuple[Attempt, ...] = ()

    @property
    def hunting(self) -> bool:
        """Whether a phone is ringing or waits for its turn."""
        return any(attempt.state in (AttemptState.PENDING, AttemptState.RINGING) for attempt in self.attempts)

    @property
    def hunt(self) -> tuple[Attempt, ...]:
        """The attempts of the latest hunt."""
        return tuple(attempt for attempt in self.attempts if attempt.hunt == self.attempts[-1].hunt)

    def next(self) -> Attempt | None:
        """The attempt whose turn it is: the first that waits, unless as many ring as may at once.

        Of one specialist one phone rings at a time, and nobody's of a round while one of an earlier round rings.
        """
        ringing = [attempt for attempt in self.attempts if attempt.state is AttemptState.RINGING]
        persons = {attempt.specialist_id for attempt in ringing}
        for attempt in self.attempts:
            if attempt.state is not AttemptState.PENDING:
                continue
            if len(ringing) >= attempt.parallel or any(other.round < attempt.round for other in ringing):
                return None
            if attempt.specialist_id not in persons:
                return attempt
        return None

    def find(self, attempt_id: str) -> Attempt | None:
        """The attempt of this id."""
        return next((attempt for attempt in self.attempts if attempt.attempt_id == attempt_id), None)

    def with_state(self, attempt_id: str, state: AttemptState) -> Self:
        """The same with one attempt's state changed; once somebody joined, what still waits or rings is cancelled."""
        attempts = [replace(attempt, state=state) if attempt.attempt_id == attempt_id else attempt for attempt in self.attempts]
        if state is AttemptState.JOINED:
            attempts = [_cancelled(attempt) for attempt in attempts]
        return replace(self, attempts=tuple(attempts))

    def cancelled(self) -> Self:
        """The same with every attempt that waits or rings cancelled."""
        return replace(self, attempts=tuple(_cancelled(attempt) for attempt in self.attempts))

    def owing(self, prompt: str) -> Self:
        """The same with a prompt for the caller owed ("": none any more)."""
        owed = tuple(replace(attempt, owed="") for attempt in self.attempts)
        return replace(self, attempts=(*owed[:-1], *(replace(attempt, owed=prompt) for attempt in owed[-1:])))

    @property
    def owed(self) -> str:
        """The prompt that the caller is to hear, or ""."""
        return next((attempt.owed for attempt in self.attempts if attempt.owed), "")

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
        return cls(attempts=tuple(_attempt(row) for row in rows))


def _attempt(row: dict[str, object]) -> Attempt:
    """Fields that another version wrote are passed over."""
    known: dict[str, Any] = {name: value for name, value in row.items() if name in _KNOWN}
    return Attempt(**{**known, "state": AttemptState(known["state"])})


def _cancelled(attempt: Attempt) -> Attempt:
    waits = attempt.state in (AttemptState.PENDING, AttemptState.RINGING)
    return replace(attempt, state=AttemptState.CANCELLED) if waits else attempt
