"""Every kind of fact, and facts as JSON documents."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final

from calls.events import afterwards, arriving, ending, in_call, specialists, supervising, talking, waiting
from calls.events.event import Event

__all__ = ["KINDS", "from_document", "from_ms", "to_document", "to_ms"]

_PARTS: Final = (arriving, waiting, talking, specialists, in_call, supervising, ending, afterwards)
KINDS: Final[Mapping[str, type[Event]]] = {kind.kind: kind for part in _PARTS for kind in map(vars(part).__getitem__, part.__all__)}
"""Every kind of fact by its name in the stream, in the order in which they happen to a call."""

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(field.name for field in fields(kind)) for name, kind in KINDS.items()}


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970 (UTC), as live state and stream write a time."""
    return round(at.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """The aware UTC time of `to_ms`."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def to_document(event: Event) -> dict[str, Any]:
    """The fact as one flat JSON object: `kind`, `call_id`, `at` (ms) and its own fields."""
    return {"kind": event.kind, **{name: getattr(event, name) for name in _FIELDS[event.kind]}, "at": to_ms(event.at)}


def from_document(document: Mapping[str, Any]) -> Event | None:
    """The fact of such an object; None for a kind this version does not know.

    Raises: TypeError, KeyError: a field that this kind has always had is missing.
    """
    kind = KINDS.get(document["kind"])
    if kind is None:
        return None
    known = _FIELDS[document["kind"]]
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items() if name in known
    }
    values["at"] = from_ms(int(document["at"]))
    return kind(**values)
