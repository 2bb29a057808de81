"""Texts with places in braces, JSON with such texts in it, and what stands at a place of JSON."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

SMS_PLACES: Final = frozenset({"url", "ticket", "enterprise", "name", "hours"})
"""What an SMS's template may hold in braces; it must hold {url}."""
GATEWAY_PLACES: Final = frozenset({"number", "text", "id"})
"""What a gateway's template may hold; {number} and {text} it must."""

_PLACE: Final = re.compile(r"\{([a-z]+)\}")


def filled(template: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401  JSON
    """The template with its places filled; a value stays a part of its text, whatever characters it has."""
    if isinstance(template, str):
        return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)
    if isinstance(template, Mapping):
        return {name: filled(value, values) for name, value in template.items()}
    return [filled(value, values) for value in template] if isinstance(template, list) else template


def places_in(template: Any) -> set[str]:  # noqa: ANN401  JSON
    """The names in braces."""
    if isinstance(template, str):
        return set(_PLACE.findall(template))
    parts = template.values() if isinstance(template, Mapping) else template if isinstance(template, list) else ()
    return {name for part in parts for name in places_in(part)}


def at(document: Any, dotted: str) -> Any:  # noqa: ANN401  JSON
    """What stands there: data.0.code; None where nothing does."""
    for part in dotted.split("."):
        if isinstance(document, Mapping):
            document = document.get(part)
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def text_of(value: object) -> str:
    """A value of JSON as people write it in a configuration: OK, 0, true; "" for nothing."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
