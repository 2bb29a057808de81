"""From a cause at a seat to the ring that follows from it, out of what sipp wrote down at the seats.

Times are those of sipp's short messages (see lab.phones.latency); which seat it was says the INVITE's request URI.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lab.phones.latency import MESSAGE_FIELDS, callers_noted
from lab.phones.sipp_stats import MESSAGES

_USER = re.compile(r"INVITE sips?:([^@;> ]+)@")


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the log: when (s since 1970), whether the seat sent it, of which SIP call, its CSeq and its first line."""

    at: float
    sent: bool
    call: str
    cseq: str
    line: str


def messages(run: Path) -> list[Message]:
    """What the seats of a run received and sent so far, in order."""
    file = run / MESSAGES
    lines = file.read_text(errors="replace").splitlines() if file.exists() else []
    fields = (line.split("\t") for line in lines)
    return [Message(float(one[2]), one[3] == "S", one[4], one[5], one[6]) for one in fields if len(one) == MESSAGE_FIELDS]


def freed_to_ring(run: Path, *, since: float = 0.0) -> list[float]:
    """Seconds from each seat's BYE to its next ring: for a time in which somebody always waited for a seat.

    The last BYEs, after which a seat was not rung again, have no ring to wait for.
    """
    found = [message for message in messages(run) if message.at >= since]
    seat_of: dict[str, str] = {}
    freed: dict[str, float] = {}
    took: list[float] = []
    for message in found:
        if not message.sent and (user := _USER.match(message.line)) and message.call not in seat_of:
            seat = seat_of[message.call] = user[1]
            if seat in freed:
                took.append(message.at - freed.pop(seat))
        elif message.sent and message.line.startswith("BYE ") and message.call in seat_of:
            freed.setdefault(seat_of[message.call], message.at)
    return took


@dataclass(frozen=True, slots=True)
class Followed:
    """Causes and their rings: seconds for those that were followed by a ring, and how many were not."""

    took: tuple[float, ...]
    lost: int


Cause = Callable[[Message], bool]
"""Which messages of a seat end its ringing without a talk."""


def declined(message: Message) -> bool:
    """The seat refuses the call by hand."""
    return message.sent and message.line.startswith("SIP/2.0 486") and message.cseq.endswith("INVITE")


def rung_out(message: Message) -> bool:
    """The seat did not answer in time."""
    return not message.sent and message.line.startswith("CANCEL ")


def to_next_ring(runs: Sequence[Path], cause: Cause, *, since: float = 0.0) -> Followed:
    """From each such end to the next ring for the same caller, at whichever seat. No caller calls twice since then.

    Two sipps write their messages down each in its own time, so that a ring may seem to come before its cause: 0 then.
    """
    rings: dict[str, list[tuple[float, str]]] = defaultdict(list)
    ended: dict[str, float] = {}
    for run in runs:
        numbers = callers_noted(run)
        found = [message for message in messages(run) if message.at >= since]
        ended |= _first(found, cause)
        for call, at in _first(found, _is_ring).items():
            rings[numbers.get(call, "")].append((at, call))
    took, lost = [], 0
    for of_caller in rings.values():
        in_turn = [*sorted(of_caller), None]  # one seat rings at a time for a caller
        for ring, following in pairwise(in_turn):
            if ring is not None and ring[1] in ended:
                took += [max(0.0, following[0] - ended[ring[1]])] if following is not None else []
                lost += following is None
    return Followed(tuple(took), lost)


def _first(found: Iterable[Message], wanted: Cause) -> dict[str, float]:
    """SIP call -> the time of its first such message; repetitions do not count."""
    times: dict[str, float] = {}
    for message in found:
        if wanted(message):
            times.setdefault(message.call, message.at)
    return times


def _is_ring(message: Message) -> bool:
    return not message.sent and message.line.startswith("INVITE ")
