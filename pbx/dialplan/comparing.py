"""A live Asterisk's dialplan held against the snippets, priority by priority."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

_CONTEXT: Final = re.compile(r"\[([A-Za-z0-9_-]+)\]")
_FIRST: Final = re.compile(r"exten => ([^,]+),1(?:\([a-z]+\))?,(.*)")
_NEXT: Final = re.compile(r"same => n(?:\([a-z]+\))?,(.*)")

Step = tuple[str, str, int]
"""Context, extension, priority."""


def steps_of(text: str) -> Mapping[Step, str]:
    """What extensions_zhida.conf says is done at each step: `Application(data)`."""
    steps: dict[Step, str] = {}
    context = extension = ""
    priority = 0
    for line in text.splitlines():
        line = line.partition(" ;")[0].strip()  # noqa: PLW2901  what is left of it
        if found := _CONTEXT.match(line):
            context = found[1]
        elif found := _FIRST.match(line):
            extension, priority = found[1], 1
            steps[context, extension, priority] = _as_read(found[2])
        elif found := _NEXT.match(line):
            priority += 1
            steps[context, extension, priority] = _as_read(found[1])
    return steps


def _as_read(text: str) -> str:
    return text.strip().replace("\\;", ";")  # the file's way to write a semicolon


def contexts_of(steps: Iterable[Step]) -> list[str]:
    """The contexts, in the order of the file."""
    return list(dict.fromkeys(context for context, _, _ in steps))


def differences(wanted: Mapping[Step, str], live: Mapping[Step, str]) -> Iterator[str]:
    """One sentence for each context that is not there, and for the first step of an extension that is not as it should be.

    Extensions that somebody added to a context of ours are his own affair.
    """
    there = set(contexts_of(live))
    for context in contexts_of(wanted):
        if context not in there:
            yield f"the dialplan has no context {context}: include extensions_zhida.conf and reload"
            continue
        yield from _steps_apart(context, wanted, live)


def _steps_apart(context: str, wanted: Mapping[Step, str], live: Mapping[Step, str]) -> Iterator[str]:
    told: set[str] = set()
    ours = {step[1] for step in wanted if step[0] == context}
    for step in sorted({step for step in (*wanted, *live) if step[0] == context and step[1] in ours}):
        extension = step[1]
        if wanted.get(step) != live.get(step) and extension not in told:
            told.add(extension)
            has, should = live.get(step, "nothing"), wanted.get(step, "nothing")
            where = f"{context}, extension {extension}, priority {step[2]}"
            yield f"{where} has {has}; it should have {should}: write the snippets anew and reload"
