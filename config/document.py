"""A configuration as a document: values, each with the place it came from, before they mean anything."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from config.faults import ConfigFault, Finding, Key, Problem, dotted
from config.yaml_text import NotYaml, Value, parse

MAX_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Values and places.

    Args:
        source: the file as the user named it.
        places: "file:line" of every key and list item of the file, "--set key" of those set on the command line.
    """

    source: str
    folder: Path
    value: Mapping[str, Value]
    places: Mapping[Key, str]

    def place(self, key: Key) -> str:
        """Where this key stands, or the nearest one above it that is there."""
        for length in range(len(key), -1, -1):
            found = self.places.get(key[:length])
            if found is not None:
                return found
        return self.source

    def finding(self, problem: Problem) -> Finding:
        """The problem with its place."""
        return Finding(place=self.place(problem.key), key=dotted(problem.key), sentence=problem.sentence)


def read_document(path: Path) -> tuple[Document, list[Finding]]:
    """The file's document, and what is wrong with it that does not keep it from being read on.

    Raises: ConfigFault: it cannot be read at all.
    """
    source = str(path)
    try:
        parsed = parse(_text(path))
    except NotYaml as wrong:
        raise ConfigFault([Finding(place=f"{source}:{wrong.line}", key=dotted(wrong.key), sentence=wrong.sentence)]) from None
    if not isinstance(parsed.value, dict):
        wrong_kind = "is empty" if parsed.value is None else "holds no keys"
        raise _unreadable(source, f"{wrong_kind}; see config/zhida.sample.yaml for what it may hold")
    places = {key: f"{source}:{line}" for key, line in parsed.lines.items()}
    document = Document(source=source, folder=path.absolute().parent, value=parsed.value, places=places)
    doubled = [Finding(place=f"{source}:{line}", key=dotted(twice.key), sentence=twice.sentence) for line, twice in parsed.doubled]
    return document, doubled


def _text(path: Path) -> str:
    content = _bytes(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        raise _unreadable(f"{path}:{line}", f"is not UTF-8 (byte 0x{content[wrong.start]:02X}); save the file as UTF-8") from None


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _unreadable(str(path), "is a directory; name a configuration file")
        if path.exists() and not path.is_file():
            raise _unreadable(str(path), "is not an ordinary file; name a configuration file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        raise _unreadable(str(path), f"cannot be read ({reason}); name a configuration file this user may read") from None
    if len(content) > MAX_BYTES:
        raise _unreadable(str(path), f"is longer than {MAX_BYTES // 1024} KiB; a configuration is not, the whitelist is imported instead")
    return content


def _unreadable(place: str, sentence: str) -> ConfigFault:
    return ConfigFault([Finding(place=place, key="", sentence=sentence)])


def override(document: Document, assignments: Sequence[str]) -> tuple[Document, list[Finding]]:
    """The document with each "key.path=value" in it; the value is YAML, e.g. 3, false, 8001-8020, [8001, 8003]."""
    findings = []
    for assignment in assignments:
        try:
            document = _assign(document, assignment)
        except _UnfitAssignment as wrong:
            findings.append(Finding(place=f"--set {assignment.partition('=')[0]}".rstrip(), key="", sentence=str(wrong)))
    return document, findings


class _UnfitAssignment(Exception):
    """The assignment cannot be made; the text says why."""


def _assign(document: Document, assignment: str) -> Document:
    path, equals, text = assignment.partition("=")
    key = tuple(path.strip().split("."))
    if not equals or not all(key):
        raise _UnfitAssignment("is not an assignment; write key.path=value, e.g. seats.wrap_up_s=0")
    try:
        new = parse(text).value
    except NotYaml as wrong:
        raise _UnfitAssignment(f"its value {wrong.sentence}") from None
    value = {**document.value, key[0]: _put(document.value.get(key[0]), key[1:], key[:1], new)}
    place = f"--set {dotted(key)}"
    kept = {old: where for old, where in document.places.items() if old[: len(key)] != key}
    above = {key[:length]: place for length in range(1, len(key)) if key[:length] not in kept}
    return replace(document, value=value, places={**kept, **above, key: place})


def _put(node: Value, key: Key, done: Key, new: Value) -> Value:
    if not key:
        return new
    head, rest = key[0], key[1:]
    if node is None:
        node = {}
    if isinstance(node, dict):
        return {**node, head: _put(node.get(head), rest, (*done, head), new)}
    if not isinstance(node, list):
        raise _UnfitAssignment(f"{dotted(done)} is a single value, which holds no key {head!r}; set {dotted(done)} itself")
    if not re.fullmatch(r"[0-9]{1,4}", head) or int(head) > len(node):
        raise _UnfitAssignment(f"{dotted(done)} is a list of {len(node)}; name an item by its number, 0 to {len(node)}")
    place = int(head)
    old = node[place] if place < len(node) else None
    return [*node[:place], _put(old, rest, (*done, head), new), *node[place + 1 :]]


_VARIABLE = re.compile(r"\$(\$\{|\{[^}]*\}?)")


def substitute(document: Document) -> tuple[Document, list[Finding]]:
    """The document with the texts under `variables` in place of ${name}; ${here} is the file's folder, $${ a plain ${."""
    section = document.value.get("variables") or {}
    own = {name: text for name, text in section.items() if isinstance(text, str)} if isinstance(section, dict) else {}
    here = {"here": str(document.folder)}
    problems: list[Problem] = []
    variables = {name: _fill(text, here, ("variables", name), problems) for name, text in own.items()} | here
    value = {
        name: item if name == "variables" else _filled(item, variables, (name,), problems) for name, item in document.value.items()
    }
    return replace(document, value=value), [document.finding(problem) for problem in problems]


def _filled(value: Value, variables: Mapping[str, str], key: Key, problems: list[Problem]) -> Value:
    if isinstance(value, dict):
        return {name: _filled(item, variables, (*key, name), problems) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, variables, (*key, str(index)), problems) for index, item in enumerate(value)]
    if value is None or "$" not in value:
        return value
    return _fill(value, variables, key, problems)


def _fill(text: str, variables: Mapping[str, str], key: Key, problems: list[Problem]) -> str:
    def value_of(found: re.Match[str]) -> str:
        if found[0].startswith("$$"):
            return "${"
        name = found[1].strip("{}")
        if name in variables and found[1].endswith("}"):
            return variables[name]
        known = ", ".join(sorted(variables))
        problems.append(Problem(key=key, sentence=f"there is no variable {found[0]}; there are {known}, and $${{ stands for ${{ itself"))
        return found[0]

    return _VARIABLE.sub(value_of, text)


def escaped(value: Value) -> Value:
    """The value with every ${ written so that `substitute` gives it back."""
    if isinstance(value, dict):
        return {name: escaped(item) for name, item in value.items()}
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return value.replace("${", "$${") if value is not None and "${" in value else value
