"""What came of a simulated day: each call, and each seat's time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from whitelist.identify import CallerClass


class End(StrEnum):
    """How a call's waiting ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"  # his patience was at its end
    LADDER_END = "ladder_end"  # nobody took it in queue.max_wait_s: what fallback says happens then


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """One call.

    Args:
        queued_ms: when it began to wait (ms since 1970). waited_s: until a seat answered, or it gave up.
        group: of the seat that answered, "" where none did. rung: how many times a seat was rung for it.
    """

    caller_class: CallerClass
    queued_ms: int
    waited_s: float
    end: End
    group: str = ""
    rung: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatOutcome:
    """One seat; seconds within its shifts. away_s: not offered any, because it had declined or missed a call."""

    groups: tuple[str, ...]
    on_duty_s: float
    ringing_s: float
    talking_s: float
    wrap_up_s: float
    away_s: float
    answered: int
    declined: int
    missed: int

    @property
    def busy_s(self) -> float:
        """Everything it does for callers."""
        return self.ringing_s + self.talking_s + self.wrap_up_s


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOutcome:
    """A whole day. Calls are in the order in which their waiting ended; `closed` callers did not wait, the hotline being closed to them.

    `voicemails` callers were asked for a voice message: instead of waiting, or at their ladder's end.
    """

    calls: Sequence[CallOutcome]
    seats: Mapping[str, SeatOutcome]
    closed: int = 0
    voicemails: int = 0
