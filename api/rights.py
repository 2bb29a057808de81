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
    SERVE = "serve"  # conferences, tickets and the states of seats
    SUPERVISE = "supervise"  # be on calls of others, move them, force seats, see who did what
    CONFIGURE = "configure"  # have the configuration read again


_SERVING: Final = frozenset({Right.LOOK, Right.SERVE})
_STEERING: Final = _SERVING | {Right.SUPERVISE}

ALLOWED: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OBSERVER: frozenset({Right.LOOK}),
    Role.AGENT: _SERVING,
    Role.SUPERVISOR: _STEERING,
    Role.ADMIN: frozenset(Right),
}
"""role -> what it may do. A token is not bound to a seat, so whoever may serve may change the state of any."""
