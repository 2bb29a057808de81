"""What differs between two configurations, and what of it a running engine can take on.

Only what is named here takes effect at once: a key that nobody thought of needs a restart, and keeps its value until then.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, SecretStr

from config.cross import cross_problems
from config.faults import Key, Problem
from config.settings import Settings

AT_ONCE: Final[frozenset[Key]] = frozenset(
    {
        ("hotline", "name"),
        ("hotline", "language"),
        ("hotline", "preset"),
        ("trunks",),
        ("outbound",),
        ("dialled",),
        ("groups",),
        ("seats",),
        ("agents",),
        ("supervision",),
        ("ladders",),
        ("hours",),
        ("routes",),
        ("shifts",),
        ("queue",),
        ("callback",),
        ("fallback",),
        ("voicemail",),
        ("ivr",),
        ("whitelist",),
        ("conference",),
        ("links",),
        ("sms",),
        ("transfer",),
        ("after_call",),
        ("recording",),
        ("deadlines",),
        ("engine", "max_call_s"),
        ("engine", "graceful_stop_s"),
        ("engine", "log_level"),
        ("api", "tokens"),
    }
)
"""Sections, or single keys of one, that take effect without a restart."""
RESTART: Final[Mapping[Key, str]] = {
    ("variables",): "nothing by itself: what it is used in is compared",
    ("hotline", "id"): "names every key of live state and every row of the records",
    ("hotline", "area_code"): "the whitelist in force was read by it",
    ("hotline", "timezone"): "midnight and the hours of what is under way were reckoned by it",
    ("asterisk",): "the links to them, their seats and the calls on them",
    ("engine", "agi"): "the door through which calls come",
    ("engine", "max_calls"): "the same door's limit",
    ("api", "host"): "where HTTP is served",
    ("api", "port"): "where HTTP is served",
    ("redis",): "where the live state of the calls in hand is",
    ("sql",): "where the records are",
    ("lab",): "for the lab alone",
}
"""All other sections and keys, each with what it would pull away from under the calls: the old value stands until a restart."""
_ONLY_TEXT: Final = "variables"
"""Texts that other keys are made of, which are compared themselves."""
_HIDDEN: Final = "(a secret)"
_LONGEST: Final = 200


class Effect(StrEnum):
    """When a change takes effect."""

    AT_ONCE = "at_once"
    RESTART = "restart"  # of the engine; until then the old value stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One key; `old` and `new` as a person may see them, None where it is not there."""

    key: Key
    old: str | None
    new: str | None
    effect: Effect


def changes(old: Settings, new: Settings) -> list[Change]:
    """Every key whose value differs, in the order of the file's sections."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    keys = [*after, *(key for key in before if key not in after)]
    differing = [key for key in keys if before.get(key) != after.get(key)]
    sections = list(Settings.model_fields)
    return [_change(key, before, after) for key in sorted(differing, key=lambda key: sections.index(key[0]))]


def taken_on(old: Settings, new: Settings) -> Settings:
    """The new settings, but for what needs a restart, which is as it was."""
    taken = _taken_on(old, new, ())
    assert isinstance(taken, Settings)  # noqa: S101  it is the same model
    return taken


def misfits(taken: Settings) -> list[Problem]:
    """What does not fit together where old and new settings are mixed."""
    return list(cross_problems(taken, frozenset(Settings.model_fields)))


def _taken_on(old: BaseModel, new: BaseModel, above: Key) -> BaseModel:
    kept = {}
    for name in type(new).model_fields:
        key, before, after = (*above, name), getattr(old, name), getattr(new, name)
        if key in AT_ONCE:
            kept[name] = after
        elif any(one[: len(key)] == key for one in AT_ONCE):
            kept[name] = _taken_on(before, after, key)
        else:
            kept[name] = before
    return new.model_copy(update=kept)


def _change(key: Key, before: Mapping[Key, Any], after: Mapping[Key, Any]) -> Change:
    at_once = any(key[:length] in AT_ONCE for length in range(1, len(key) + 1))
    old, new = (_shown(values[key]) if key in values else None for values in (before, after))
    if old == new == _HIDDEN:
        new = "(another secret)"
    return Change(key=key, old=old, new=new, effect=Effect.AT_ONCE if at_once else Effect.RESTART)


def _leaves(value: object, key: Key = ()) -> Iterator[tuple[Key, Any]]:
    if key == (_ONLY_TEXT,) or value is None:
        return
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, (*key, str(name)))
    elif isinstance(value, list | tuple) and any(isinstance(item, BaseModel) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, (*key, str(number)))
    else:
        yield key, value


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return _HIDDEN
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    text = _ranges([str(item) for item in value]) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _ranges(items: Sequence[str]) -> str:
    """The items with commas, numbers that follow each other as 8001-8020."""
    runs: list[list[str]] = []
    for item in items:
        last = runs[-1][-1] if runs else ""
        follows = re.fullmatch(r"[0-9]+", item) and last.isdecimal() and len(last) == len(item) and int(item) == int(last) + 1
        if follows:
            runs[-1].append(item)
        else:
            runs.append([item])
    return ", ".join(run[0] if len(run) == 1 else ", ".join(run) if len(run) == 2 else f"{run[0]}-{run[-1]}" for run in runs)
