"""A seat as configured, and as it is at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from seats.state import SeatState


class Phone(StrEnum):
    """What the seat's phone is doing, as Asterisk sees it."""

    IDLE = "idle"
    IN_USE = "in_use"  # rings or talks; a veto on offers whoever placed that call
    UNREACHABLE = "unreachable"  # not registered


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatDefinition:
    """A position as the configuration describes it.

    Args:
        devices: the endpoints that ring for it, e.g. ("PJSIP/8001", "PJSIP/9001"); any reachable one will do.
        groups: the groups it serves.
        skills: skill -> level (1 to 9); a call that wants a skill goes only to a seat that has it, at that level. Groups and
            skills are an agent's own while one is signed in who has any of his own.
        places: group -> the seat's place in it, for groups that ring their seats in order.
    """

    seat_id: str
    devices: tuple[str, ...]
    groups: tuple[str, ...]
    skills: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat at this moment, as live state holds it.

    Args:
        since: when it entered its state.
        why: the reason of the state, for a person ("declined call …", "lunch", "phone 8001 is not registered").
        agent, agent_name: who is signed in, "" for nobody. An agent is at one seat at most.
        wish: what was asked for while it could not take effect yet, or None; wish_why: its reason.
        call_id: the call it is reserved for, talks on or wraps up, or "".
        wrap_up_until: when wrap-up ends by itself, while in WRAP_UP.
    """

    seat_id: str
    state: SeatState
    since: datetime
    why: str
    phone: Phone
    devices: tuple[str, ...]
    groups: tuple[str, ...]
    skills: Mapping[str, int]
    agent: str
    wish: SeatState | None = None
    call_id: str = ""
    offer_id: str = ""
    wrap_up_until: datetime | None = None
    agent_name: str = ""
    wish_why: str = ""
