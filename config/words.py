"""pydantic's errors in our words: what is wrong; what is allowed."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from config.faults import ROOT, Key, Problem, dotted
from config.fields import Section, shown
from config.settings import Settings

SHAPES: Final[Mapping[str, str]] = {
    r"^[A-Za-z][A-Za-z0-9-]{0,63}$": "a header's name",
    r"^[a-z][a-z0-9_-]{0,31}$": "a name of a-z, 0-9, - and _ (a letter first, at most 32)",
    r"^[a-z][a-z0-9_]{0,31}$": "a name of a-z, 0-9 and _ (a letter first, at most 32)",
    r"^[a-z][a-z0-9-]{0,31}$": "a name of a-z, 0-9 and - (a letter first, at most 32)",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "a prompt's name of a-z, 0-9 and -",
    r"^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)*$": "a preset's name such as js/yancheng",
    r"^[^\W_][\w.+-]{0,31}$": "a skill's name of letters, digits, _, . + and - (at most 32)",
    r"^[^\x00-\x1f\x7f]{1,100}$": "one line of 1 to 100 characters",
    r"^[0-9]{3,15}$": "3 to 15 digits",
    r"^[0-9]{3,20}$": "3 to 20 digits",
    r"^[0-9]{1,20}$": "1 to 20 digits",
    r"^[a-z0-9][a-z0-9_-]{0,31}$": "a name of a-z, 0-9, - and _ (at most 32), or digits such as 12366",
    r"^\+?[0-9][0-9() -]{1,24}$": "a telephone number such as 0515-88886666",
    r"^(duty_phone|\+?[0-9][0-9() -]{1,24})$": "duty_phone or a telephone number such as 0515-88886666",
    r"^[0-9*]{2,8}$": "2 to 8 digits and *",
    r"^[0-9]$": "one digit",
    r"^[0-9]{1,6}$": "1 to 6 digits",
    r"^\*[0-9*]{1,5}$": "* and 1 to 5 digits or * behind it",
    r"^[A-Za-z0-9_-]{1,32}$": "1 to 32 letters, digits, - and _",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "a time of day such as 09:00",
    r"^[0-9*#]$": "one key of a telephone: 0 to 9, * or #",
    r"^0[1-9][0-9]{1,2}$": "an area code with its 0, such as 0515",
    r"^[0-9*#]{0,8}$": "at most 8 digits, * and #",
    r"^(\+?[0-9]{3,15})?$": "3 to 15 digits, with or without +",
    r"^[A-Za-z0-9._-]{1,253}$": "a host's name or address",
    r"^[A-Za-z0-9._:-]{1,253}$": "a host's name or address",
    r"^[A-Za-z0-9_-]{1,40}$": "1 to 40 letters, digits, - and _",
    r"^[0-9.]{7,15}$": "an IPv4 address",
    r"^(rediss?|unix)://[^\s]+$": "redis://host:port/n, rediss://host:port/n or unix:///path",
    r"^(sqlite\+aiosqlite:///|postgresql\+asyncpg://)[^\s]+$": "sqlite+aiosqlite:////path or postgresql+asyncpg://user@host/database",
    r"^https?://[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?$": "http:// or https:// with a host and, if need be, a port",
    r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$": "a bucket's name: 3 to 63 of a-z, 0-9, . and -",
    r"^[a-z0-9-]{1,40}$": "a region's name of a-z, 0-9 and -",
    r"^([A-Za-z0-9_-][A-Za-z0-9._-]*/){0,8}$": "folders, each with a slash behind it, such as 12345/recordings/",
}
"""What each pattern of the model allows, for people."""

SAYINGS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], str]]] = {
    "int_parsing": lambda value, _: f"{value} is not a whole number; write one such as 5",
    "int_from_float": lambda value, _: f"{value} is not a whole number; write one such as 5",
    "float_parsing": lambda value, _: f"{value} is not a number; write one such as 5 or 0.5",
    "finite_number": lambda value, _: f"{value} is not a number; write one such as 5 or 0.5",
    "bool_parsing": lambda value, _: f"{value} is neither yes nor no; write true or false",
    "greater_than_equal": lambda value, context: f"{value} is too low; it must be at least {_number(context['ge'])}",
    "greater_than": lambda value, context: f"{value} is too low; it must be more than {_number(context['gt'])}",
    "less_than_equal": lambda value, context: f"{value} is too high; it may be at most {_number(context['le'])}",
    "literal_error": lambda value, context: f"{value} is not known here; allowed is {context['expected'].replace(chr(39), '')}",
    "string_pattern_mismatch": lambda value, context: f"{value} does not fit; it must be {SHAPES[context['pattern']]}",
    "string_too_long": lambda value, context: f"{value} is too long; it may have at most {context['max_length']} characters",
    "string_type": lambda value, _: f"{value} does not fit; one text is wanted here",
    "int_type": lambda value, _: f"{value} does not fit; a whole number is wanted here",
    "float_type": lambda value, _: f"{value} does not fit; a number is wanted here",
    "bool_type": lambda value, _: f"{value} does not fit; write true or false",
    "tuple_type": lambda value, _: f"{value} does not fit; a list is wanted here, such as [a, b]",
    "dict_type": lambda value, _: f"{value} does not fit; keys with values are wanted here",
    "model_type": lambda value, _: f"{value} does not fit; keys with values are wanted here",
    "too_short": lambda _, __: "holds nothing; it needs at least one entry",
    "value_error": lambda _, context: str(context["error"]),
}
"""pydantic's error types that this model can raise; each says what is wrong; what is allowed."""

SECRET_KEYS: Final = frozenset({"secret", "token", "password", "pin", "url"})
"""Their values are not repeated; a url may hold a password where none belongs."""


def problem_of(section: str, error: ErrorDetails) -> Problem:
    """An error that arose while this section was read."""
    key = (section, *(str(part) for part in error["loc"] if part != "[key]"))
    if error["type"] == "missing":
        return missing(key)
    if error["type"] == "extra_forbidden":
        return unknown(key)
    return Problem(key=key, sentence=_said(key, error))


def _said(key: Key, error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    value = "the value" if key[-1] in SECRET_KEYS else shown(error["input"])
    saying = SAYINGS.get(error["type"])
    said = saying(value, context) if saying else f"{value} does not fit ({error['msg']}); see docs/configuration.md"
    return said if error["input"] is not None else f"has no value; {said.partition('; ')[2]}"


def _number(value: float) -> str:
    return f"{value:g}" if value < 1e6 else str(value)


def missing(key: Key) -> Problem:
    """The key must be there and is not."""
    field = field_at(key)
    told = (field.description or "").rstrip(".") if field else ""
    return Problem(key=key, sentence=f"is missing; add it: {told[:1].lower() + told[1:]}")


def unknown(key: Key) -> Problem:
    """There is no such key; the nearest one there is."""
    around = sorted(fields_of(annotation_at(key[:-1])))
    near = get_close_matches(key[-1], around, n=1)
    if key[-1].isdigit():
        return Problem(key=key, sentence='is not a key here; within { } a value with commas needs quotes, as in {seats: "8001,8003"}')
    if near:
        return Problem(key=key, sentence=f"is not a key; did you mean {near[0]}?")
    elsewhere = [dotted(path) for path in every_key() if path[-1] == key[-1]]
    hint = f"did you mean {elsewhere[0]}?" if elsewhere else f"allowed here: {', '.join(around)}"
    return Problem(key=key, sentence=f"is not a key here; {hint}")


def fields_of(annotation: object) -> Mapping[str, FieldInfo]:
    """The keys of a section by name; none where it is no section."""
    kind = bare_type(annotation)
    return kind.model_fields if isinstance(kind, type) and issubclass(kind, Section) else {}


def bare_type(annotation: object) -> Any:  # noqa: ANN401  whatever a model is annotated with
    """The annotation without Annotated and without None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        others = [arg for arg in get_args(annotation) if arg is not NoneType]
        if NoneType not in get_args(annotation) or len(others) != 1:
            return annotation
        annotation = others[0]


def item_of(annotation: object) -> object:
    """What the values of a mapping or the items of a list are; None where it is neither."""
    kind = bare_type(annotation)
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def annotation_at(key: Key) -> object:
    """The type of the value at this key; None where there is no such key."""
    found: object = Settings
    for part in key:
        fields = fields_of(found)
        found = fields[part].annotation if part in fields else None if fields else item_of(found)
    return found


def field_at(key: Key) -> FieldInfo | None:
    """The field that this key is; None for a name the user chose."""
    return fields_of(annotation_at(key[:-1])).get(key[-1])


def every_key(annotation: object = Settings, above: Key = ROOT) -> Iterator[Key]:
    """Every key of the model, in its order; NAME stands for a name the user chooses, N for a place in a list."""
    for name, field in fields_of(annotation).items():
        key = (*above, name)
        yield key
        yield from every_key(field.annotation, key)
        item = item_of(field.annotation)
        if fields_of(item):
            below = "NAME" if get_origin(bare_type(field.annotation)) is dict else "N"
            yield from every_key(item, (*key, below))
