"""What is known of one call, folded from its facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

VOICEMAIL: Final = "voicemail"
"""The end reason of a call whose caller left a voice message."""
RECOVERED: Final = "recovered"
"""The end reason of a call that only Asterisk's CDR told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    """The call was proposed to a seat.

    Args:
        outcome: answered, declined, expired, withdrawn, unreachable, or "" while it is open (or its end was lost).
    """

    offer_id: str
    seat_id: str
    group: str
    outcome: str
    cause: str
    offered: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOpened:
    """The ladder's next group opened while the call waited: in its time ("") or, `nobody_on_duty`, before it."""

    group: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTold:
    """The waiting caller was told his position, the minutes he would wait about, or both."""

    position: int | None
    minutes: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """What the caller chose in a menu; digit "" is nothing."""

    menu: str
    digit: str
    target: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One ringing of one of a specialist's phones.

    Args:
        outcome: joined, no_answer, busy, declined, failed, cancelled, or "" while it rings (or its end was lost).
        picked_up: somebody, or a machine, answered the phone.
    """

    attempt_id: str
    phone: str
    number: str
    outcome: str
    asked: datetime | None
    ended: datetime | None
    picked_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistPart:
    """A specialist's part in the call; `joined` the first time, `left` the last, None while he is there or never was.

    `handed_on`: when he asked for a colleague.
    """

    specialist_id: str
    name: str
    department: str
    attempts: tuple[Attempt, ...]
    joined: datetime | None
    left: datetime | None
    handed_on: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftTo:
    """The ticket was left to a department, because no specialist could be had; `told`: the caller heard so."""

    department: str
    summary: str
    by: str
    told: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Somebody was on the line from `since` until `until` (None: still).

    Args:
        who: caller, seat or specialist.
        id: the caller's number, the seat's or the specialist's id. name: the enterprise, agent or specialist, or "".
        how: waiting, talking or held (hears music while the seat, a specialist or a target has him wait).
    """

    who: str
    id: str
    name: str
    how: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedTo:
    """A supervisor moved the waiting call: `how` is group, seat or first; or took it out (number, message)."""

    how: str
    to: str
    by: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisedBy:
    """A supervisor was on the call in this mode from `since` until `until` (None: still)."""

    mode: str
    seat_id: str
    phone: str
    by: str
    why: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferMade:
    """The caller was handed on by a seat ("": everybody had left him).

    Args:
        target: seat, group, number, hotline or queue. to, name: which one, and what people call it.
        outcome: done, no_answer, busy, declined, failed, left, cancelled, or "" while it goes on (or its end was lost).
    """

    transfer_id: str
    target: str
    to: str
    name: str
    announced: bool
    by: str
    seat_id: str
    summary: str
    outcome: str
    asked: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedSpan:
    """Somebody (`member`: caller, seat, target, specialist) was not heard from `since` until `until` (None: still)."""

    member: str
    id: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledBack:
    """What makes a call a call-back.

    Args:
        task_id: the task it was for. cause: asked, left or clicked. by: who ordered it.
        outcome: reached, busy, no_answer, declined, failed, cancelled, or "" while his phone was not rung, or still is.
    """

    task_id: str
    cause: str
    by: str
    rung: datetime | None
    reached: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Silence was recorded from `since` until `until` (None: to the end).

    Args: by: who asked for it. resumed_by: who ended it; a configuration key where that did by itself, "" where nobody did.
    """

    since: datetime
    until: datetime | None
    by: str
    resumed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A finished recording: its name without an ending, what it was when it was finished, and whether it is there still.

    Args:
        size: bytes. consult: which of the call's consults it is of, "" for the call itself.
        removed, why: when it was removed and by what rule, None and "" while it is kept.
    """

    name: str
    sha256: str
    size: int
    length_s: float
    finished: datetime
    removed: datetime | None = None
    why: str = ""
    consult: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailTaken:
    """The voice message that the caller left; `left` is when he had spoken, `how` what ended it, as the fact has it."""

    name: str
    length_s: float
    how: str
    left: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call. What no fact has told yet is "", None, False or empty.

    Args:
        number: national form. raw_number: as it came, however hostile.
        first: the earliest fact, which is the arrival unless that fact is missing.
        expected_position, expected_wait_s: as it joined the waiting room and no seat was free; what was expected of its waited_s.
        waited_s: seconds in the waiting room, until a seat answered or the call ended.
        seat_id, group, agent: the seat that answered first.
        recordings: names in the recordings' folder. kept: those of them that are finished.
        recording_announced: when the caller was told that he is recorded. pauses: when silence was recorded instead.
        left_to: the department that its ticket was left to, lastly.
        recovered: the audit had to complete it from Asterisk's CDR.
        asked_back: when he chose by key to be called back. called_back: what there is to know where the engine placed this call.
    """

    call_id: str
    first: datetime
    number: str = ""
    raw_number: str = ""
    trunk: str = ""
    dialled: str = ""
    channel: str = ""
    pbx: str = ""
    caller_class: str = ""
    trusted: bool = False
    entry_id: str = ""
    enterprise: str = ""
    tier: str = ""
    reasons: tuple[str, ...] = ()
    ladder: tuple[str, ...] = ()
    ivr: str = ""
    keys: tuple[KeyPressed, ...] = ()
    arrived: datetime | None = None
    queued: datetime | None = None
    widened: tuple[GroupOpened, ...] = ()
    offers: tuple[OfferMade, ...] = ()
    expected_position: int | None = None
    expected_wait_s: float | None = None
    announced: tuple[PlaceTold, ...] = ()
    waited_s: float | None = None
    answered: datetime | None = None
    seat_id: str = ""
    group: str = ""
    agent: str = ""
    specialists: tuple[SpecialistPart, ...] = ()
    left_to: LeftTo | None = None
    on_line: tuple[Span, ...] = ()
    recordings: tuple[str, ...] = ()
    moves: tuple[MovedTo, ...] = ()
    supervised: tuple[SupervisedBy, ...] = ()
    kept: tuple[Recording, ...] = ()
    recording_announced: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    rating: int | None = None
    ended: datetime | None = None
    end_reason: str = ""
    end_detail: str = ""
    recovered: bool = False
    asked_back: datetime | None = None
    called_back: CalledBack | None = None
    transfers: tuple[TransferMade, ...] = ()
    muted: tuple[MutedSpan, ...] = ()
    voicemail: VoicemailTaken | None = None

    @property
    def received(self) -> datetime:
        """When the caller reached the hotline: deadlines count from here, whoever answered when."""
        return self.arrived or self.first

    @property
    def needs_ticket(self) -> bool:
        """A seat answered (a call-back: and reached the caller), he left a message, or nobody knows what became of him."""
        talked = self.answered is not None and (self.called_back is None or self.called_back.reached is not None)
        return talked or self.recovered or self.voicemail is not None
