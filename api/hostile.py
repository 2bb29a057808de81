"""JSON from outside, read so that whatever gets through is plain: no surprise reaches a store, a log or another parser."""

import json
import math
from typing import Any, Final, NoReturn

from api.errors import Malformed

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16
MAX_DIGITS: Final = 18  # fits in 64 bits, whoever reads it next


def read_json(body: bytes) -> Any:  # noqa: ANN401  JSON
    """The document of a body. Numbers are finite, keys are unique, texts are Unicode without NUL, nesting is shallow.

    Raises: Malformed.
    """
    try:
        document = json.loads(
            body.decode("utf-8"), parse_int=_int, parse_float=_float, parse_constant=_constant, object_pairs_hook=_unique
        )
    except UnicodeDecodeError:
        raise Malformed("json_not_utf8", "The body is not UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        sentence = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise Malformed("json_unreadable", sentence, line=error.lineno, column=error.colno) from None
    _check(document)
    return document


def check_text(text: str, place: str) -> None:
    """Raises: Malformed: it has a NUL or half a surrogate pair, which no database takes."""
    if "\0" in text:
        raise Malformed("text_with_nul", f"{place} has a NUL character.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("text_not_unicode", f"{place} has half a surrogate pair, which is no character.") from None


def _check(document: Any) -> None:  # noqa: ANN401  JSON
    left = [(document, 1)]
    while left:
        value, depth = left.pop()
        if depth > MAX_DEPTH and isinstance(value, dict | list):
            raise _too_deep()
        if isinstance(value, str):
            check_text(value, "A text in the body")
        elif isinstance(value, dict):
            left += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            left += [(part, depth + 1) for part in value]


def _too_deep() -> Malformed:
    return Malformed("json_too_deep", f"The body is nested deeper than {MAX_DEPTH} levels.")


def _int(digits: str) -> int:
    if len(digits.removeprefix("-")) > MAX_DIGITS:
        raise Malformed("json_number_too_long", f"The body has a number of more than {MAX_DIGITS} digits.")
    return int(digits)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("json_number_unusable", "The body has a number that is too large.")
    return number


def _constant(word: str) -> NoReturn:
    raise Malformed("json_number_unusable", f"{word} is no JSON.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise Malformed("json_key_twice", "The body names a field twice.")
    return document
