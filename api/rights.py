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
    HOTLINE = "hotline"  # another one, to which callers are handed on


class Right(StrEnum):
    """What an operation needs."""

    LOOK = "look"  # read everything
    HEAR = "hear"  # hear the recordings of calls, and read their manifests: an agent of the calls he served himself
    HEAR_ALL = "hear_all"  # of everybody's calls
    HEAR_CONSULTS = "hear_consults"  # what seat and specialist said while the caller was on music
    KEEP = "keep"  # have a recording kept beyond its time, or no longer
    SERVE = "serve"  # conferences, tickets and the states of seats
    SUPERVISE = "supervise"  # be on calls of others, move them, force seats, see who did what
    TAKE_OVER = "take_over"  # read what comes with a caller who is handed on
    CONFIGURE = "configure"  # have the configuration read again


_SERVING: Final = frozenset({Right.LOOK, Right.SERVE, Right.HEAR, Right.TAKE_OVER})
_STEERING: Final = _SERVING | {Right.HEAR_ALL, Right.KEEP, Right.SUPERVISE}

ALLOWED: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OBSERVER: frozenset({Right.LOOK, Right.TAKE_OVER}),
    Role.HOTLINE: frozenset({Right.TAKE_OVER}),
    Role.AGENT: _SERVING,
    Role.SUPERVISOR: _STEERING,
    Role.ADMIN: frozenset(Right),
}
"""role -> what it may do. A token is not bound to a seat, so whoever may serve may change the state of any.
A token may have more (api.tokens.NAME.may)."""
