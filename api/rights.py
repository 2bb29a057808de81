"""Who may do what: one table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a token is for."""

    OBSERVER = "observer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Right(StrEnum):
    """What an operation needs."""

    LOOK = "look"  # read everything
    SERVE = "serve"  # conferences and tickets, and the state of the seat one sits at
    STEER = "steer"  # take a seat out of a call that others hold
    ADMINISTER = "administer"  # change what the hotline works with


_SERVING: Final = frozenset({Right.LOOK, Right.SERVE})
_STEERING: Final = _SERVING | {Right.STEER}

ALLOWED: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OBSERVER: frozenset({Right.LOOK}),
    Role.AGENT: _SERVING,
    Role.SUPERVISOR: _STEERING,
    Role.ADMIN: _STEERING | {Right.ADMINISTER},
}
"""role -> what it may do."""
