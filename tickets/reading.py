"""JSON text -> fact. What the stream holds was written by Lua, or by another version; what is wrong about it is told in one sentence."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final, get_type_hints

from calls.events import KINDS, Event, from_document, from_ms

_CALL_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,150}")  # Asterisk's uniqueid, with its system's name before it
_KIND: Final = re.compile(r"[a-z_]{1,40}")


class Unreadable(ValueError):
    """The text is no fact of a call; the message says why."""


def parse(text: str | bytes) -> dict[str, Any]:
    """The JSON object, which at least names a call and a kind.

    Raises: Unreadable.
    """
    try:
        document = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Unreadable(f"a JSON object is expected, not {type(document).__name__}")
    for name, allowed in (("call_id", _CALL_ID), ("kind", _KIND)):
        if not isinstance(document.get(name), str) or not allowed.fullmatch(document[name]):
            raise Unreadable(f"{name} is missing, or cannot be one")
    return document


def read(document: Mapping[str, Any]) -> Event | None:
    """The fact, its fields of the types they are declared with; None for a kind this version does not know.

    Raises: Unreadable.
    """
    moment(document)
    try:
        event = from_document(document)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{document.get('kind')}: {type(error).__name__}: {error}") from None
    if event is None:
        return None
    mended = {}
    for name, check in _CHECKS[type(event)].items():
        value = getattr(event, name)
        checked = check(value)
        if checked is None:
            raise Unreadable(f"{event.kind}: {name} cannot be a {type(value).__name__}")
        if checked is not value:
            mended[name] = checked
    return replace(event, **mended) if mended else event


def moment(document: Mapping[str, Any]) -> datetime:
    """When it happened.

    Raises: Unreadable: there is no such time, or none that a call can have had.
    """
    try:
        at = from_ms(int(document["at"]))
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Unreadable(f"{document.get('kind')}: at is no time: {type(error).__name__}") from None
    if not 2000 <= at.year < 2200:
        raise Unreadable(f"{document.get('kind')}: at is in the year {at.year}")
    return at


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no JSON")  # Python would take NaN; PostgreSQL would not


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    return value if isinstance(value, int) else int(value) if isinstance(value, float) and value.is_integer() else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) < 1e15 else None


def _texts(value: object) -> tuple[str, ...] | None:
    """A tuple; Lua's cjson writes an empty list as {}."""
    if value == {}:
        return ()
    return value if isinstance(value, tuple) and all(isinstance(item, str) for item in value) else None


_BY_TYPE: Final[Mapping[object, Callable[[object], Any]]] = {str: _text, bool: _flag, int: _whole, float: _number, tuple[str, ...]: _texts}


def _checks(kind: type[Event]) -> dict[str, Callable[[object], Any]]:
    types = get_type_hints(kind)
    return {field.name: _BY_TYPE[types[field.name]] for field in fields(kind) if field.name != "at"}


_CHECKS: Final = {kind: _checks(kind) for kind in KINDS.values()}
