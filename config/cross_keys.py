"""What must fit together of the codes that phones dial and key in."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from config.calling_keys import CallKeysSettings
from config.faults import Key, Problem
from config.faults import unknown_name as _unknown
from config.settings import Settings
from ivr.call_keys import SEATS, SPECIALISTS, TURNS, KeyAct
from ivr.seat_codes import CodeAction

_KEYS: Final = ("conference", "keys")


def seat_codes_differ(settings: Settings) -> Iterator[Problem]:
    """Each code that is dialled means one thing."""
    codes = settings.seats.codes
    taken = {codes.pause + digit: f"pause with the digit {digit}" for digit in settings.seats.pause_reasons}
    for action in CodeAction:
        code = getattr(codes, action)
        other = taken.setdefault(code, action)
        if codes.enabled and other != action:
            yield Problem(key=("seats", "codes", action), sentence=f"{code} is also dialled for {other}; give each its own")


def call_keys_are_clear(settings: Settings) -> Iterator[Problem]:
    """Nobody has to guess, or to wait, for what a row of keys means, nor is it what the same phone dials when it is idle."""
    keys = settings.conference.keys
    if not keys.enabled:
        return
    yield from _clear(_written(keys), _KEYS)
    specialists = {act: code for act in SPECIALISTS if (code := getattr(keys.specialists, act)) is not None}
    yield from _clear(specialists, (*_KEYS, "specialists"))
    if not settings.seats.codes.enabled:
        return
    dialled = {getattr(settings.seats.codes, action): action for action in CodeAction}
    for act, code in _written(keys).items():
        if code in dialled:
            sentence = f"{code} is what idle phones dial for another thing (seats.codes.{dialled[code]}); choose another"
            yield Problem(key=(*_KEYS, act), sentence=sentence)


def _written(keys: CallKeysSettings) -> dict[KeyAct, str]:
    return {act: code for act in SEATS if (code := getattr(keys, act)) is not None}


def _clear(written: Mapping[KeyAct, str], above: Key) -> Iterator[Problem]:
    acts = list(written)
    for place, act in enumerate(acts):
        for other in acts[:place]:
            code, taken = written[act], written[other]
            if code == taken and TURNS.get(other) is not act:
                yield Problem(key=(*above, act), sentence=f"{code} is also keyed in for {other}; give each its own")
            elif code != taken and (code.startswith(taken) or taken.startswith(code)):
                sentence = f"{code} and {taken} ({other}) begin alike, so that one hides the other; no code may begin another"
                yield Problem(key=(*above, act), sentence=sentence)


def short_numbers_lead_somewhere(settings: Settings) -> Iterator[Problem]:
    """A group's short number is no seat, and the group is there, and so is the other hotline."""
    for number, hotline in settings.conference.keys.hotlines.items():
        if hotline not in settings.transfer.hotlines:
            yield _unknown((*_KEYS, "hotlines", number), "other hotline", hotline, settings.transfer.hotlines)
    seats = {*(settings.seats.ids or ()), *(seat for group in settings.groups.values() for seat in group.seats)}
    for number, group in settings.conference.keys.groups.items():
        if group not in settings.groups:
            yield _unknown((*_KEYS, "groups", number), "group", group, settings.groups)
        if number in seats:
            sentence = f"{number} is a seat, which is handed callers by its own number; give the group another one"
            yield Problem(key=(*_KEYS, "groups", number), sentence=sentence)


KEY_CHECKS: Final[tuple[tuple[frozenset[str], Callable[[Settings], Iterator[Problem]]], ...]] = (
    (frozenset({"seats"}), seat_codes_differ),
    (frozenset({"conference", "seats"}), call_keys_are_clear),
    (frozenset({"conference", "groups", "seats", "transfer"}), short_numbers_lead_somewhere),
)
"""The sections each looks at, and the check."""
