"""What a seat, or a specialist, keys in during a call: the codes as data, and what a row of keys means.

A code begins with `LEAD`, which alone takes the phone out of the talk; what follows is heard by nobody. Codes that want a number
(a department's, a seat's, a telephone's) are ended by #, the others end by themselves: none is the beginning of another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

LEAD: Final = "*"
END: Final = "#"
LONGEST_NUMBER: Final = 24
"""Digits of a number that is keyed in; more than any telephone number has."""
_KEYS: Final = frozenset("0123456789*#")


class KeyAct(StrEnum):
    """What a code does; the names of the keys under conference.keys."""

    HOLD = "hold"
    RESUME = "resume"
    ASK = "ask"  # a specialist of the department whose short number follows
    JOIN = "join"
    CONSULT = "consult"
    CANCEL = "cancel"
    TAKE_OUT = "take_out"
    MUTE = "mute"  # the caller
    UNMUTE = "unmute"
    TRANSFER = "transfer"  # to the seat, group or telephone number that follows
    ANNOUNCE = "announce"  # the same, but they talk first
    COMPLETE = "complete"
    HOTLINE = "hotline"  # 一键转接, by the short number that follows
    TICKET = "ticket"  # nobody could be had: the department answers by ticket
    PAUSE_RECORDING = "pause_recording"
    RESUME_RECORDING = "resume_recording"
    LEAVE = "leave"
    HAND_ON = "hand_on"  # a specialist's: a colleague of his, or of the department whose short number follows


WITH_NUMBER: Final = frozenset({KeyAct.ASK, KeyAct.TRANSFER, KeyAct.ANNOUNCE, KeyAct.HOTLINE, KeyAct.HAND_ON})
"""Acts whose code is followed by a number and #."""
MAY_BE_BARE: Final = frozenset({KeyAct.HAND_ON})
"""Those of them that also mean something with # alone."""
TURNS: Final[Mapping[KeyAct, KeyAct]] = {
    KeyAct.HOLD: KeyAct.RESUME,
    KeyAct.JOIN: KeyAct.CONSULT,
    KeyAct.MUTE: KeyAct.UNMUTE,
}
"""Pairs that may have one code: the first is done, or where it is done already, the second."""
SEATS: Final = tuple(act for act in KeyAct if act is not KeyAct.HAND_ON)
"""What a seat can key in."""
SPECIALISTS: Final = (KeyAct.HAND_ON, KeyAct.LEAVE)
"""What a specialist can key in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMap:
    """Codes without their lead -> what they do, two acts where they are a pair of TURNS.

    Args:
        next_s: how long the next key is waited for.
    """

    codes: Mapping[str, tuple[KeyAct, ...]] = field(default_factory=dict)
    next_s: float = 3.0


class Wrong(StrEnum):
    """Why a row of keys means nothing."""

    UNKNOWN = "unknown"  # no code begins so
    INCOMPLETE = "incomplete"  # nothing followed in time
    TOO_LONG = "too_long"
    GIVEN_UP = "given_up"  # # alone: he thought better of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """What was keyed in: acts (a pair where the code is one) with their number, or what is wrong with it."""

    acts: tuple[KeyAct, ...] = ()
    number: str = ""
    wrong: Wrong | None = None


def meaning(pressed: str, keys: KeyMap, *, over: bool = False) -> Keyed | None:
    """What these keys, behind the lead, mean; None while more are wanted. `over`: no more come."""
    if not _KEYS.issuperset(pressed):
        return Keyed(wrong=Wrong.UNKNOWN)
    code = next((code for code in keys.codes if pressed.startswith(code)), None)
    if code is not None:
        return _with_number(keys.codes[code], pressed.removeprefix(code), over=over)
    if pressed == END:
        return Keyed(wrong=Wrong.GIVEN_UP)
    if not any(code.startswith(pressed) for code in keys.codes):
        return Keyed(wrong=Wrong.UNKNOWN)
    return Keyed(wrong=Wrong.INCOMPLETE) if over else None


def _with_number(acts: tuple[KeyAct, ...], rest: str, *, over: bool) -> Keyed | None:
    if not WITH_NUMBER.intersection(acts):
        return Keyed(acts=acts)
    number, ended, _ = rest.partition(END)
    if LEAD in number:
        return Keyed(wrong=Wrong.UNKNOWN)
    if len(number) > LONGEST_NUMBER:
        return Keyed(wrong=Wrong.TOO_LONG)
    if ended and (number or MAY_BE_BARE.issuperset(acts)):
        return Keyed(acts=acts, number=number)
    return Keyed(wrong=Wrong.INCOMPLETE) if ended or over else None


# ── what is heard ──

SAYS: Final[Mapping[KeyAct, str]] = {
    KeyAct.HOLD: "keys-held",
    KeyAct.RESUME: "keys-resumed",
    KeyAct.ASK: "keys-asking",
    KeyAct.JOIN: "keys-joined",
    KeyAct.CONSULT: "keys-consult",
    KeyAct.CANCEL: "keys-cancelled",
    KeyAct.TAKE_OUT: "keys-taken-out",
    KeyAct.MUTE: "keys-muted",
    KeyAct.UNMUTE: "keys-unmuted",
    KeyAct.TRANSFER: "keys-transferring",
    KeyAct.ANNOUNCE: "keys-announcing",
    KeyAct.COMPLETE: "keys-completed",
    KeyAct.HOTLINE: "keys-transferring",
    KeyAct.TICKET: "keys-ticket",
    KeyAct.PAUSE_RECORDING: "keys-recording-paused",
    KeyAct.RESUME_RECORDING: "keys-recording-on",
    KeyAct.LEAVE: "keys-leaving",
    KeyAct.HAND_ON: "keys-asking-colleague",
}
"""The sentence that confirms each act."""
SAID_BEFORE: Final = frozenset(
    {KeyAct.HOLD, KeyAct.ASK, KeyAct.ANNOUNCE, KeyAct.TRANSFER, KeyAct.HOTLINE, KeyAct.COMPLETE, KeyAct.LEAVE}
)
"""Acts by which the phone that keyed them in is moved or hung up: their sentence comes before, once it is known that they can be done."""
WRONG: Final[Mapping[Wrong, str]] = {
    Wrong.UNKNOWN: "keys-unknown",
    Wrong.INCOMPLETE: "keys-incomplete",
    Wrong.TOO_LONG: "keys-number-wrong",
    Wrong.GIVEN_UP: "keys-given-up",
}
"""The sentence for what means nothing."""
NOT_NOW: Final = "keys-not-now"
FAULT: Final = "keys-fault"
_REFUSALS: Final[Mapping[str, str]] = {
    "hunt_goes_on": "keys-hunt-goes-on",
    "department_unknown": "keys-no-department",
    "department_ambiguous": "keys-no-department",
    "short_number_unknown": "keys-no-department",
    "specialist_unknown": "keys-nobody",
    "specialist_without_phone": "keys-nobody",
    "department_not_named": "keys-no-department",
    "member_not_there": "keys-nobody-there",
    "number_not_callable": "keys-number-wrong",
    "number_not_allowed": "keys-number-wrong",
    "seat_unknown": "keys-number-wrong",
    "group_unknown": "keys-number-wrong",
    "hotline_unknown": "keys-number-wrong",
    "transfer_to_itself": "keys-number-wrong",
    "seat_not_free": "keys-not-free",
    "group_empty": "keys-not-free",
    "group_busy": "keys-not-free",
    "transfer_goes_on": "keys-transfer-goes-on",
    "transfer_not_answered": "keys-nobody-there",
    "nobody_to_ask": "keys-nobody",
    "call_not_recorded": "keys-not-recorded",
}
"""A refusal's code -> the sentence that tells it; every other one is `NOT_NOW`."""
PROMPTS: Final = frozenset({*SAYS.values(), *WRONG.values(), *_REFUSALS.values(), NOT_NOW, FAULT})
"""Every sentence that may be heard by who keys something in."""


def refusal(code: str) -> str:
    """The sentence for a refusal of this code."""
    return _REFUSALS.get(code, NOT_NOW)
