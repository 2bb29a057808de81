"""YAML text -> values that know their lines.

A small, safe part of YAML: mappings, lists and texts, without anchors, aliases, tags and further documents, so that
nothing in a file can grow or run. Scalars stay texts, but for null: what they mean is said by the type of their key, so
0515 is never read as an octal number, nor `no` as false where a name is wanted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml

from config.faults import ROOT, Key, Problem

MAX_DEPTH: Final = 20

_NULL: Final = ("tag:yaml.org,2002:null", re.compile(r"(~|null)?\Z"))

Value = None | str | list["Value"] | dict[str, "Value"]


_UNFIT: Final = re.compile(r"[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What no text of a configuration may hold, as it stands or escaped: control characters, halves of
surrogate pairs, and the line breaks that editors do not count (CR alone, U+2028)."""

_DOUBLED: Final = "<<doubled>>"
"""Stands for a key that is already there, while what follows it is passed over."""


class NotYaml(Exception):
    """The text cannot be read from `line` on; the sentence says why."""

    def __init__(self, line: int, sentence: str, key: Key = ROOT) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence
        self.key = key


@dataclass(slots=True)
class Parsed:
    """A text's value, the line of every key and list item (1 is the first), and keys that stood there twice."""

    value: Value
    lines: dict[Key, int]
    doubled: list[tuple[int, Problem]]


def parse(text: str) -> Parsed:
    """Read one YAML document. Raises: NotYaml."""
    text = text.replace("\r\n", "\n")
    unfit = _UNFIT.search(text)
    if unfit:
        line = text.count("\n", 0, unfit.start()) + 1
        raise NotYaml(line, f"the character U+{ord(unfit[0]):04X} cannot stand in a configuration; remove it")
    loader = yaml.SafeLoader(text)
    try:
        return _Reader(iter(loader.get_event, None)).document()
    except yaml.MarkedYAMLError as wrong:
        raise _syntax(text, wrong) from None
    except (ValueError, OverflowError):  # "\\UFFFFFFFF"
        raise NotYaml(loader.line + 1, "an escape names a character that does not exist; correct it") from None


@dataclass(slots=True)
class _Reader:
    events: Iterator[yaml.Event]
    lines: dict[Key, int] = field(default_factory=dict)
    doubled: list[tuple[int, Problem]] = field(default_factory=list)

    def document(self) -> Parsed:
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return Parsed(None, {}, [])
        value = self._value(next(self.events), ROOT)
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise NotYaml(_line(after), "a second document begins here; a configuration is one, without ---")
        return Parsed(value, self.lines, self.doubled)

    def _value(self, event: yaml.Event, key: Key) -> Value:
        self._refuse(event, key)
        self.lines.setdefault(key, _line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(key)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(key)
        return _scalar(event, key) if isinstance(event, yaml.ScalarEvent) else None

    def _refuse(self, event: yaml.Event, key: Key) -> None:
        anchor = event.anchor if isinstance(event, yaml.NodeEvent) else None
        if anchor:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise NotYaml(_line(event), f"{sign}{anchor} is an anchor or alias; write the value out at each place", key)
        if isinstance(event, yaml.CollectionStartEvent | yaml.ScalarEvent) and event.tag:
            raise NotYaml(_line(event), "a tag (!) stands before the value; only plain texts, lists and mappings are allowed", key)
        if len(key) > MAX_DEPTH:
            raise NotYaml(_line(event), f"values are nested more than {MAX_DEPTH} deep; no key of a configuration is", key[:3])

    def _mapping(self, key: Key) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            self._refuse(event, key)
            if not isinstance(event, yaml.ScalarEvent):
                raise NotYaml(_line(event), "a list or mapping stands where a key belongs; a key is a plain word", key)
            name, line = _checked(event, key), _line(event)
            below = (*key, name)
            if name in found:
                first = self.lines[below]
                self.doubled.append((line, Problem(key=below, sentence=f"stands here twice, first in line {first}; keep one of the two")))
                self._value(next(self.events), (*key, _DOUBLED))
                continue
            self.lines[below] = line
            found[name] = self._value(next(self.events), below)
        return found

    def _list(self, key: Key) -> list[Value]:
        found: list[Value] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*key, str(len(found)))))
        return found


def _checked(event: yaml.ScalarEvent, key: Key) -> str:
    text = str(event.value)
    unfit = _UNFIT.search(text)
    if unfit:
        raise NotYaml(_line(event), f"an escape writes the character U+{ord(unfit[0]):04X}, which cannot stand in a configuration", key)
    return text


def _scalar(event: yaml.ScalarEvent, key: Key) -> str | None:
    text = _checked(event, key)
    if event.style is not None:
        return text
    return None if text in ("", "~", "null") else text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _syntax(text: str, wrong: yaml.MarkedYAMLError) -> NotYaml:
    """PyYAML's fault in our words. Its mark may stand behind the last line."""
    mark = wrong.problem_mark or wrong.context_mark
    last = max(1, text.rstrip("\n").count("\n") + 1)
    line = min(mark.line + 1, last) if mark else 1
    if "'\\t'" in (wrong.problem or ""):
        return NotYaml(line, "a tab stands where YAML wants spaces; indent with spaces")
    return NotYaml(line, f"is not YAML ({wrong.problem}); check indentation, colons and quotes here and in the line above")


class _Dumper(yaml.SafeDumper):
    """Writes texts without quotes, because to `parse` nothing but null is anything else."""

    yaml_implicit_resolvers = {"n": [_NULL], "~": [_NULL], "": [_NULL]}  # noqa: RUF012  as PyYAML declares it


def to_yaml(value: Value) -> str:
    """YAML that `parse` reads back as the same value."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=140)
