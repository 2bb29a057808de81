"""A supervisor on a call: what it is, as a document that lives beside the call, and what it needs of others.

He hears the seat's leg, which hears and says all there is (listen); he speaks into that leg alone (whisper); or he is a member
of the call's room (barge), where everybody hears him and the recording has him. Asterisk ends listening and whispering with
the leg that is heard and empties the room with the caller, so that nobody is left over where an engine dies.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, Self

from calls.events import Event, from_ms, to_ms

LEG: Final = "sup-"
"""How the uniqueid of every supervisor's leg begins; the call's id and a mark of its own follow."""


class Mode(StrEnum):
    """What a supervisor does on a call."""

    LISTEN = "listen"  # hears everybody, is heard by nobody
    WHISPER = "whisper"  # hears everybody, is heard by the seat alone
    BARGE = "barge"  # hears everybody, is heard by everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """One supervisor on one call.

    Args:
        leg: uniqueid of his leg. phone: as it was asked for. spied: uniqueid of the leg he hears.
        on: whether he picked up; until then his phone rings.
        by, why: of the last change of the mode.
    """

    leg: str
    mode: Mode
    phone: str
    spied: str
    seat_id: str
    by: str
    why: str
    asked: datetime
    on: bool = False

    @property
    def call_id(self) -> str:
        """The call it is on."""
        return call_of(self.leg)

    def to_json(self) -> str:
        """The document; equal supervisions give equal text."""
        return json.dumps({**asdict(self), "asked": to_ms(self.asked)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Of such a document."""
        row = json.loads(text)
        return cls(**{**row, "mode": Mode(row["mode"]), "asked": from_ms(row["asked"])})


def call_of(leg: str) -> str:
    """The call that a supervisor's leg is on, by the leg's uniqueid."""
    return leg.removeprefix(LEG).rpartition("-")[0]


class SupervisionBook(Protocol):
    """Who is on which call, in live state. Raises (all): StoreFault."""

    async def supervision(self, call_id: str) -> str:
        """The call's supervision as text; "" where there is none."""
        ...

    async def supervisions(self) -> Mapping[str, str]:
        """Every call's that has one."""
        ...

    async def supervise(self, call_id: str, *, was: str, now: str, facts: Sequence[Event] = ()) -> bool:
        """Replace it, atomically with the facts; "" is none. It ends with the call by itself.

        False, and nothing changed, where it is not as `was` says, or where a new one finds no call that was answered.
        """
        ...


class SupervisorLegs(Protocol):
    """Acts on supervisors' legs. Raises (all): PbxFault; a leg that has gone already is no fault to `hang_up`."""

    async def ring(self, supervision: Supervision, device: str) -> None:
        """Ring his phone, each of several devices joined by &; whoever answers listens. Returns once Asterisk took the order."""
        ...

    async def turn(self, supervision: Supervision) -> None:
        """Put him where its mode wants him. Raises: LegGone."""
        ...

    async def hang_up(self, leg: str) -> None:
        """End his leg, whether it rings or talks."""
        ...


class SupervisorPhones(Protocol):
    """The phones supervisors may be rung at."""

    async def device(self, phone: str, call_id: str) -> str:
        """What rings it from where the call is.

        Raises: Refused: no seat and no configured phone is called so. Conflict: it is not registered, or in use. PbxFault, StoreFault.
        """
        ...
