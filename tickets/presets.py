"""Presets: the published rules of provinces and cities, each saying only what differs from its parent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, Final

from calls.calendar import BEIJING
from calls.errors import NotFound, Refused
from tickets.clocks import ClockKind
from tickets.deadline import DeadlineRules, Deadlines
from tickets.layer import Layer
from tickets.sections import layer_from_mapping
from tickets.types import NAMES

OWN_SOURCE: Final = "本热线自行配置"
"""The article of a limit that the hotline's own configuration sets without naming one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A city's or a province's rules, as one file of config/presets holds them.

    Args:
        version: the day of the last change of its data.
    """

    name: str
    version: str
    parent: str | None = None
    layer: Layer = field(default_factory=Layer)


def preset_from_mapping(name: str, document: Mapping[str, Any]) -> Preset:
    """The preset of such a file: `version`, `parent` (or none), `source`, `deadlines`.

    Raises: Refused.
    """
    unknown = set(document) - {"version", "parent", "source", "deadlines"}
    if unknown or not document.get("version"):
        raise Refused("preset_faulty", f"The preset {name} needs a version, and may have parent, source and deadlines; nothing else.")
    return Preset(
        name=name,
        version=str(document["version"]),
        parent=str(document["parent"]) if document.get("parent") else None,
        layer=layer_from_mapping(document.get("deadlines") or {}, source=str(document.get("source") or name)),
    )


def lineage(presets: Mapping[str, Preset], name: str) -> tuple[Preset, ...]:
    """The preset, its parent, and so on to the root.

    Raises: NotFound: there is none of that name. Refused: it is its own ancestor.
    """
    line: list[Preset] = []
    wanted: str | None = name
    while wanted is not None:
        if wanted not in presets:
            raise NotFound("preset_unknown", f"There is no preset {wanted}; there are {', '.join(sorted(presets))}", preset=wanted)
        if any(preset.name == wanted for preset in line):
            raise Refused("preset_circular", f"The preset {wanted} is its own ancestor", preset=wanted)
        line.append(presets[wanted])
        wanted = presets[wanted].parent
    return tuple(line)


def deadlines_of(presets: Mapping[str, Preset], name: str, own: Mapping[str, Any] | None = None, *, zone: tzinfo = BEIJING) -> Deadlines:
    """What a hotline with this preset, and this `deadlines` section of its own, reckons by.

    Raises: Refused, NotFound: as `lineage` and `layer_from_mapping`.
    """
    line = lineage(presets, name)
    layer = layer_from_mapping(own or {}, source=OWN_SOURCE).over(_merged(line))
    return Deadlines(rules=layer.rules(f"{name} {line[0].version}"), calendar=layer.calendar(zone))


def looser_than_parent(presets: Mapping[str, Preset], name: str) -> tuple[str, ...]:
    """A sentence for each limit that gives the units more time than the parent's does: allowed (Jiangsu art. 32), but to be known."""
    line = lineage(presets, name)
    if len(line) == 1:
        return ()
    return tuple(_looser(_merged(line).rules(name), _merged(line[1:]).rules(line[1].name)))


def _looser(rules: DeadlineRules, parent: DeadlineRules) -> Iterator[str]:
    for (lane, kind), term in rules.resolve.items():
        theirs = parent.resolve.get((lane, kind))
        if theirs and term.within.clock is theirs.within.clock is ClockKind.WORK_DAYS and term.within.n > theirs.within.n:
            yield f"{rules.name} gives {NAMES[kind]} ({lane}) {term.within}, its parent {parent.name} only {theirs.within}"


def _merged(line: tuple[Preset, ...]) -> Layer:
    layer = Layer()
    for preset in reversed(line):
        layer = preset.layer.over(layer)
    return layer
