"""A talk begins: it is recorded; and of a call-back, whether the caller was reached."""

from dataclasses import dataclass
from typing import ClassVar

from calls.events.event import Event

__all__ = [
    "RecordingAnnounced",
    "RecordingStarted",
    "CallerRung",
    "CallerReached",
    "CallerNotReached",
    "RecordingPaused",
    "RecordingResumed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingAnnounced(Event):
    """The caller was told, by this prompt, that the call will be recorded."""

    kind: ClassVar[str] = "recording_announced"
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(Event):
    """Sound of this call is written under this name in the recordings' folder."""

    kind: ClassVar[str] = "recording_started"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRung(Event):
    """A seat has taken the call-back, and the caller's phone is rung."""

    kind: ClassVar[str] = "caller_rung"
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerReached(Event):
    """The caller picked up; he and the seat talk."""

    kind: ClassVar[str] = "caller_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNotReached(Event):
    """The caller was not reached: `outcome` is busy, no_answer, declined, failed, or cancelled (the seat hung up first)."""

    kind: ClassVar[str] = "caller_not_reached"
    outcome: str
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPaused(Event):
    """From now on silence is recorded of everybody; `by` is who asked for it."""

    kind: ClassVar[str] = "recording_paused"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResumed(Event):
    """What is said is recorded again."""

    kind: ClassVar[str] = "recording_resumed"
    by: str
