"""A call's facts in the one order that stands for every order they may have come in."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, TypeVar

from calls.events import KINDS, Event

_Kind = TypeVar("_Kind", bound=Event)
_RANK: Final = {kind: rank for rank, kind in enumerate(KINDS)}


class Facts:
    """Each fact once, by time; at the same moment in the order in which they happen to a call."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.all: tuple[Event, ...] = tuple(_ordered(set(events)))

    def of(self, kind: type[_Kind]) -> list[_Kind]:
        """All of this kind, in order."""
        return [event for event in self.all if isinstance(event, kind)]

    def first(self, kind: type[_Kind]) -> _Kind | None:
        """The first of this kind: where a fact was told twice, the engine acted on the first."""
        return next((event for event in self.all if isinstance(event, kind)), None)


def _ordered(events: Iterable[Event]) -> Iterator[Event]:
    ranked = sorted(events, key=_moment)
    for _, same in groupby(ranked, key=_moment):
        several = list(same)
        yield from sorted(several, key=repr) if len(several) > 1 else several


def _moment(event: Event) -> tuple[float, int]:
    return event.at.timestamp(), _RANK[event.kind]
