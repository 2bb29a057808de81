"""What comes when a call is over: its sound, its place on the call-back list; and acts, which are of no call."""

from dataclasses import dataclass
from typing import ClassVar

from calls.events.event import Event

__all__ = ["RecordingFinished", "RecordingRemoved", "Act", "CallbackClaimed", "CallbackClosed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFinished(Event):
    """The sound of the call, or of a `consult` in it, is one file now, with a manifest beside it; `size` in bytes."""

    kind: ClassVar[str] = "recording_finished"
    name: str
    sha256: str
    size: int
    length_s: float
    consult: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRemoved(Event):
    """The sound was removed; `why` is a whole sentence. The manifest stays."""

    kind: ClassVar[str] = "recording_removed"
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Event):
    """What a person did that had an effect; kept apart from the calls, in the log of acts.

    It is told before it is done, so that a crash loses none. Where it was then not done after all, it is told again with the
    same `act_id` and the reason in `came_of`.

    Args:
        call_id: the call it was done to, else "acts": no call is called so.
        who: the token's name, or "shell" where no engine was asked. role: the token's. person: whom its bearer said he is.
        what: the operation's name. subject: what it was done to ("seats/8001"). detail: what was asked for (JSON).
        came_of: "" where it was done, else the code of what prevented it.
    """

    kind: ClassVar[str] = "act"
    act_id: str
    who: str
    role: str
    person: str
    what: str
    subject: str
    why: str
    detail: str
    came_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackClaimed(Event):
    """Somebody takes care of a caller on the call-back list, or (by "") gives him back; `call_id` is the task's."""

    kind: ClassVar[str] = "callback_claimed"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackClosed(Event):
    """Somebody took a caller off the call-back list; `call_id` is the task's: that of the call he left."""

    kind: ClassVar[str] = "callback_closed"
    by: str
    reason: str
    note: str = ""
