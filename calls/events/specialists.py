"""Specialists are asked, come and go, and answer; or the ticket is left to their department."""

from dataclasses import dataclass
from typing import ClassVar

from calls.events.event import Event

__all__ = [
    "ConsultStarted",
    "SpecialistAsked",
    "SpecialistAttemptEnded",
    "SpecialistJoined",
    "ThreeWayStarted",
    "SpecialistLeft",
    "DepartmentAssigned",
    "SpecialistFree",
    "SpecialistAnswered",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultStarted(Event):
    """The seat went into the room to talk with a specialist; the caller hears music."""

    kind: ClassVar[str] = "consult_started"
    seat_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistAsked(Event):
    """One of a specialist's phones is rung. `phone` is "office" or "mobile"."""

    kind: ClassVar[str] = "specialist_asked"
    attempt_id: str
    specialist_id: str
    name: str
    department: str
    phone: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistAttemptEnded(Event):
    """That ringing brought nobody in: no_answer, busy, declined (answered, did not accept), failed or cancelled.

    `picked_up`: somebody, or a machine, answered the phone.
    """

    kind: ClassVar[str] = "specialist_attempt_ended"
    attempt_id: str
    specialist_id: str
    outcome: str
    picked_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistJoined(Event):
    """The specialist accepted and is in the room."""

    kind: ClassVar[str] = "specialist_joined"
    attempt_id: str
    specialist_id: str
    name: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeWayStarted(Event):
    """The caller joined the room."""

    kind: ClassVar[str] = "three_way_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistLeft(Event):
    """The specialist hung up or was taken out."""

    kind: ClassVar[str] = "specialist_left"
    attempt_id: str
    specialist_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentAssigned(Event):
    """No specialist could be had, and the ticket is the department's from now on; `by` made it so.

    `told`: the caller was told by a prompt. A later one takes the place of an earlier one.
    """

    kind: ClassVar[str] = "department_assigned"
    department: str
    summary: str = ""
    by: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistFree(Event):
    """A specialist that a seat wished for can be had now; `call_id` is the call during which it wished, which may be over."""

    kind: ClassVar[str] = "specialist_free"
    wish_id: str
    seat_id: str
    specialist_id: str
    name: str
    department: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistAnswered(Event):
    """A specialist wrote an answer into the call's ticket, while talking or long after; the ticket has it, the record has not.

    `reply` is solved_online, follow_up (until the day `until`), not_ours (it is `referred_to`'s, where that is known) or remark.
    """

    kind: ClassVar[str] = "specialist_answered"
    answer_id: str
    place: int
    ticket: str
    specialist_id: str
    name: str
    department: str
    reply: str
    text: str
    until: str = ""
    referred_to: str = ""
