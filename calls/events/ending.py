"""The end of the caller's contact, and what he leaves behind."""

from dataclasses import dataclass
from typing import ClassVar

from calls.events.event import Event

__all__ = ["VoicemailLeft", "Rated", "CallbackAsked", "Ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailLeft(Event):
    """The caller left a voice message (留言), recorded under this name; `length_s` of it.

    `how` it ended: key, silence, longest, hung_up; or found: no engine was there to see it, and the sound was found afterwards.
    """

    kind: ClassVar[str] = "voicemail_left"
    name: str
    length_s: float
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated(Event):
    """The caller's own rating by key, 1 (worst) to 5 (best)."""

    kind: ClassVar[str] = "rated"
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked(Event):
    """The waiting caller chose by key to be called back; he may hang up now and keeps his rank."""

    kind: ClassVar[str] = "callback_asked"
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The caller's contact is over.

    `reason` is completed (was served), abandoned (left before a seat answered), ladder_end (nobody took it),
    callback (a call-back was noted: he chose it by key, or nobody took his call), dismissed (a supervisor ended its waiting), closed
    (he was told that the hotline is closed), voicemail (he left a voice message), menu_left (left in the menu), fallback (the
    dialplan served it without an engine) or recovered.
    A call-back that came to nothing ends as not_reached (the caller did not pick up), no_seat (no seat took it) or
    withdrawn (he got through by himself, or was taken off the list).
    """

    kind: ClassVar[str] = "ended"
    reason: str
    detail: str = ""
