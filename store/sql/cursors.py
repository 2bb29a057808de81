"""Cursors: the place where a page ended, as text that nobody but us reads; and how long a page may be.

A place is told by what stands on the row before it, not by a count of rows: what comes in meanwhile shifts nothing.
"""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any, Final

from calls.errors import Refused
from store.sql.columns import clean

Part = str | int | datetime
_INTEGERS: Final = range(-(2**31), 2**31)  # what every integer column holds


def cursor_after(*place: Part) -> str:
    """The cursor that goes on after this place."""
    parts = [part.astimezone(UTC).isoformat() if isinstance(part, datetime) else part for part in place]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def place_of(cursor: str, *kinds: type[Part]) -> tuple[Any, ...]:
    """The place that a cursor names, its parts of these kinds; whoever hands it in may have made it up.

    Raises: Refused: it is none of ours.
    """
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise ValueError(cursor)
        return tuple(_part(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise Refused("cursor_unreadable", "cursor is none of ours; begin again without it.", field="cursor") from None


def _part(part: object, kind: type[Part]) -> Part:
    if kind is int and type(part) is int and part in _INTEGERS:
        return part
    if kind is str and isinstance(part, str):
        return str(clean(part))
    if kind is datetime and isinstance(part, str) and (moment := datetime.fromisoformat(part)).tzinfo is not None:
        return moment.astimezone(UTC)
    raise ValueError(part)


def check_limit(limit: int, most: int) -> None:
    """Raises: Refused: a page is asked for that is longer, or empty."""
    if not 1 <= limit <= most:
        raise Refused("limit_unusable", f"limit is a number from 1 to {most}.", field="limit")
