"""Seats by the dozen: one sipp that all of them register at, and that does the same for every call."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from lab.phones.errors import PhoneFault
from lab.phones.latency import invites
from lab.phones.phones import SERVER
from lab.phones.sipp import Job, Sipp, run_sipp
from lab.phones.sipp_stats import Result

SIP_PORT = 5060
REGISTRATIONS_A_SECOND = 100


class Does(StrEnum):
    """What bulk seats do with a call: the names of their scenarios."""

    ANSWER = "seat_answers"
    RING = "seat_rings"
    DECLINE = "seat_declines"
    MOVED = "seat_moved"
    NOTHING = "seat_dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Which seats, and what they do.

    Args:
        numbers: registered with the lab's passwords.
        net: the first three parts of all addresses.
        hold_s: a seat hangs up itself after this, unless the caller did before.
        tone_hz: what they play while they talk; 0 sends no sound at all.
        moved_to: the URI that `Does.MOVED` names.
    """

    numbers: Sequence[str | int]
    net: str = "127.0.0"
    does: Does = Does.ANSWER
    hold_s: float = 3600
    tone_hz: int = 0
    moved_to: str = ""


class BulkSeats:
    """These seats, from `start()` to `stop()`. They answer OPTIONS in any case, except the dead ones."""

    def __init__(self, seats: Seats, folder: Path) -> None:
        address = f"{seats.net}.{SERVER}"
        values = (("moved_to", seats.moved_to),)
        self._seats = seats
        self._folder = folder
        self._target = f"{address}:{SIP_PORT}"
        self._address = address
        job = Job(
            scenario=seats.does,
            address=address,
            target=self._target,
            hold_s=seats.hold_s,
            tone_hz=seats.tone_hz,
            values=values,
            mute=seats.does is Does.NOTHING,
        )
        self._sipp = Sipp(job, folder / "seats")
        self._registered = 0

    @property
    def folder(self) -> Path:
        """Their run, for `latency.invite_to_invite`."""
        return self._sipp.folder

    @property
    def callers(self) -> tuple[str, ...]:
        """The numbers shown by the calls that came so far, oldest first."""
        return tuple(number for number, _ in invites(self.folder))

    async def start(self) -> Self:
        """Wait for calls, then register.

        Raises:
            PhoneFault: sipp does not start, or a registration was refused.
        """
        await self._sipp.start()
        await self._register(expires_s=3600)
        return self

    async def stop(self) -> Result | None:
        """Unregister, then hang up; what came of the calls. Safe to call twice."""
        if self._registered and self._seats.does is not Does.NOTHING:
            await self._register(expires_s=0)
        self._registered = 0
        return await self._sipp.stop()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _register(self, *, expires_s: int) -> None:
        logins = [(str(number), f"[authentication username={number} password=lab-{number}]") for number in self._seats.numbers]
        values = (("contact_port", str(self._sipp.port)), ("expires_s", str(expires_s)))
        job = Job(
            scenario="register",
            address=self._address,
            target=self._target,
            rows=logins,
            calls=len(logins),
            rate=REGISTRATIONS_A_SECOND,
            values=values,
        )
        result = await run_sipp(job, self._folder / f"register-{expires_s}")
        if result.succeeded != len(logins):
            sentence = f"Of {len(logins)} seats {result.succeeded} could register: {'; '.join(result.errors[:3])}"
            raise PhoneFault("seats_not_registered", sentence)
        self._registered = len(logins)
