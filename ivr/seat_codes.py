"""What a seat's phone dials (*10 …): what each code does, and the sentence that confirms it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from calls.errors import LegGone, Refused
from ivr.speaker import Speaker
from seats.desk import SeatDesk
from seats.seat import Seat
from seats.state import SeatState

LONGEST_NUMBER: Final = 32
LONGEST_PIN: Final = 12
KEYS_S: Final = 5.0
"""How long the next key is waited for."""
_TRIES: Final = 3


class CodeAction(StrEnum):
    """What a code does; the names of the keys under seats.codes."""

    READY = "ready"
    PAUSE = "pause"
    SIGN_OUT = "sign_out"
    SIGN_IN = "sign_in"
    WRAPPED_UP = "wrapped_up"
    EXTEND = "extend"
    STATE = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCode:
    """A code's meaning; `reason` is the digit of a reason to pause, where it was dialled with it."""

    action: CodeAction
    reason: str = ""


class SeatPhone(Speaker, Protocol):
    """The phone that dialled a code."""

    async def digits(self, prompt: str, most: int, within_s: float) -> str:
        """Play a prompt and collect digits, up to `most` or until #; `within_s` for each. Raises: LegGone."""
        ...


SAYS: Final[Mapping[SeatState, str]] = {
    SeatState.LOGGED_OUT: "seat-logged-out",
    SeatState.READY: "seat-ready",
    SeatState.RESERVED: "seat-talking",
    SeatState.TALKING: "seat-talking",
    SeatState.WRAP_UP: "seat-wrap-up",
    SeatState.PAUSED: "seat-paused",
    SeatState.AWAY: "seat-away",
    SeatState.UNREACHABLE: "seat-unreachable",
}
"""The sentence for each state of the seat."""
AFTERWARDS: Final[Mapping[SeatState, str]] = {
    SeatState.READY: "seat-ready-afterwards",
    SeatState.PAUSED: "seat-paused-afterwards",
    SeatState.LOGGED_OUT: "seat-logged-out-afterwards",
}
"""The sentence for what takes effect after the call."""
PROMPTS: Final = frozenset(
    {
        *SAYS.values(),
        *AFTERWARDS.values(),
        "seat-signed-in",
        "seat-wrap-up-extended",
        "seat-wrap-up-longest",
        "seat-agent-number",
        "seat-agent-pin",
        "seat-sign-in-wrong",
        "seat-sign-in-locked",
        "seat-taken",
        "seat-sign-in-first",
        "seat-pause-reason",
        "seat-pause-reason-wrong",
        "seat-no-wrap-up",
        "seat-not-possible",
        "seat-not-available",
    }
)
"""Every sentence that a seat's phone may hear; seat-not-available is the dialplan's own, for when no engine answers."""

_REFUSALS: Final[Mapping[str, str]] = {
    "agent_unknown": "seat-sign-in-wrong",
    "pin_wrong": "seat-sign-in-wrong",
    "pin_locked": "seat-sign-in-locked",
    "seat_taken": "seat-taken",
    "agent_missing": "seat-sign-in-first",
    "wrap_up_longest": "seat-wrap-up-longest",
}
"""A refusal's code -> the sentence that tells it; every other one is seat-not-possible."""


class SeatCodes:
    """Carries out what phones dial; what they do not allow is told by a sentence, too."""

    def __init__(self, desk: SeatDesk) -> None:
        self._desk = desk
        self._flows: Mapping[CodeAction, Callable[[SeatPhone, str, str], Awaitable[str]]] = {
            CodeAction.READY: self._ready,
            CodeAction.SIGN_OUT: self._sign_out,
            CodeAction.SIGN_IN: self._sign_in,
            CodeAction.WRAPPED_UP: self._wrapped_up,
            CodeAction.EXTEND: self._extend,
            CodeAction.STATE: self._state,
        }

    async def dialled(
        self, code: SeatCode, phone: SeatPhone, seat_id: str, *, by: str, refused: Callable[[str], None] = lambda _: None
    ) -> str:
        """Do what the code says; returns the last sentence that was played.

        Args:
            by: who did it, for the log: the phone's name.
            refused: told the code of what prevented it.
        Raises: LegGone: the phone hung up. StoreFault: live state is away; nothing was done.
        """
        try:
            if code.action is CodeAction.PAUSE:
                sentence = await self._pause(phone, seat_id, by, code.reason)
            else:
                sentence = await self._flows[code.action](phone, seat_id, by)
        except Refused as why:
            refused(why.code)
            sentence = _REFUSALS.get(why.code, "seat-not-possible")
        except LegGone as gone:
            if code.action is CodeAction.SIGN_IN:  # he hung up before he was; everything else is done before it is told
                refused(gone.code)
            raise
        await phone.play(sentence)
        return sentence

    async def _ready(self, _: SeatPhone, seat_id: str, by: str) -> str:
        return _said(await self._desk.ready(seat_id, by=by))

    async def _sign_out(self, _: SeatPhone, seat_id: str, by: str) -> str:
        return _said(await self._desk.sign_out(seat_id, by=by))

    async def _pause(self, phone: SeatPhone, seat_id: str, by: str, digit: str) -> str:
        """Paused at once; the reason is asked for afterwards, and whoever hangs up instead is paused all the same."""
        reasons = self._desk.pause_reasons
        seat = await self._desk.pause(seat_id, by=by, code=digit)
        for _ in range(_TRIES if reasons and not digit else 0):
            key = await phone.play("seat-pause-reason", "0123456789") or await phone.key(KEYS_S)
            if not key:
                break
            if key in reasons:
                seat = await self._desk.pause(seat_id, by=by, code=key)
                break
            await phone.play("seat-pause-reason-wrong")
        return _said(seat)

    async def _sign_in(self, phone: SeatPhone, seat_id: str, by: str) -> str:
        """A wrong PIN says no more than an unknown number."""
        for tries_left in reversed(range(_TRIES)):
            number = await phone.digits("seat-agent-number", LONGEST_NUMBER, KEYS_S)
            pin = await phone.digits("seat-agent-pin", LONGEST_PIN, KEYS_S) if number else ""
            try:
                seat = await self._desk.sign_in(seat_id, number, pin=pin, by=by)
            except Refused as refused:
                if _REFUSALS.get(refused.code) != "seat-sign-in-wrong" or not tries_left:
                    raise
                await phone.play("seat-sign-in-wrong")
            else:
                return "seat-signed-in" if seat.state in (SeatState.READY, SeatState.UNREACHABLE) else _said(seat)
        return "seat-sign-in-wrong"

    async def _wrapped_up(self, _: SeatPhone, seat_id: str, by: str) -> str:
        seat = await self._desk.seat(seat_id)
        if seat is None or seat.state is not SeatState.WRAP_UP:
            return "seat-no-wrap-up"
        return _said(await self._desk.wrapped_up(seat_id, by=by))

    async def _extend(self, _: SeatPhone, seat_id: str, by: str) -> str:
        seat = await self._desk.seat(seat_id)
        if seat is None or seat.state is not SeatState.WRAP_UP:
            return "seat-no-wrap-up"
        await self._desk.extend(seat_id, by=by)
        return "seat-wrap-up-extended"

    async def _state(self, phone: SeatPhone, seat_id: str, _: str) -> str:
        seat = await self._desk.seat(seat_id)
        if seat is None:
            return "seat-not-possible"
        if seat.wish is None:
            return SAYS[seat.state]
        await phone.play(SAYS[seat.state])
        return AFTERWARDS[seat.wish]


def _said(seat: Seat) -> str:
    """What the seat is, or will be after its call."""
    return SAYS[seat.state] if seat.wish is None else AFTERWARDS[seat.wish]
