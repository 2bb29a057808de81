"""What is done to a call while a seat serves it: hold, mute, colleagues, transfers; and that the seat leaves."""

from dataclasses import dataclass
from typing import ClassVar

from calls.events.event import Event

__all__ = ["Held", "Resumed", "Muted", "Unmuted", "HandedOn", "TransferAsked", "TransferEnded", "SeatLeft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """The seat put the caller on music: `how` is "phone" where it did so by its phone's own key, else "" (by the engine)."""

    kind: ClassVar[str] = "held"
    seat_id: str
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The seat took the caller back."""

    kind: ClassVar[str] = "resumed"
    seat_id: str
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted(Event):
    """A member hears the others and is not heard: `member` is caller, seat, target or specialist; `id` names which one."""

    kind: ClassVar[str] = "muted"
    leg: str
    member: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmuted(Event):
    """That member is heard again."""

    kind: ClassVar[str] = "unmuted"
    leg: str
    member: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn(Event):
    """A specialist who is on the line asked for a colleague of his department."""

    kind: ClassVar[str] = "handed_on"
    attempt_id: str
    specialist_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAsked(Event):
    """The caller is to be handed on by `seat_id` ("": by nobody's doing; everybody had left him).

    `target` is seat, group, number, hotline or queue (the waiting room by the ladder he came by), `to` names it, `name` is what
    people call it. Who is announced talks with the seat first.
    """

    kind: ClassVar[str] = "transfer_asked"
    transfer_id: str
    target: str
    to: str
    name: str
    announced: bool
    by: str
    seat_id: str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferEnded(Event):
    """What came of it: done, no_answer, busy, declined, failed, left or cancelled."""

    kind: ClassVar[str] = "transfer_ended"
    transfer_id: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLeft(Event):
    """The seat left the call: its agent hung up, or its phone was lost. The call may go on without it."""

    kind: ClassVar[str] = "seat_left"
    seat_id: str
