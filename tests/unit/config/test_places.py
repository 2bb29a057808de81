"""Whatever becomes of a file, it loads or every fault names a line that is there; nothing else is ever raised."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.faults import ConfigFault, Finding, dotted
from config.lab_file import LAB_FILE
from config.load import load
from config.yaml_text import MAX_DEPTH, NotYaml, Value, parse, to_yaml

LINES = LAB_FILE.read_text(encoding="utf-8").splitlines(keepends=True)
SIGNS = r"""\t : :_ -_
 { } [ ] " ' # &a_ *a !!x_ | > ? % @ --- ... null ~ -1 ${ ${x} $${ 0 999999999999999999999 1e999 nan .inf true \ "\x00" \n
\r \x85 \u2028 \ufeff 8001-8020 ８００１ 一企来 __ <<:_ priority person \x00 𠀀"""
NASTY = st.sampled_from([sign.replace("_", " ") for sign in SIGNS.split()] + ["\t", "\n", "\r", "\x85", "\u2028", "\ufeff", "\x00"])


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The lab's file after a few slips of the hand."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        slip = draw(st.sampled_from(["drop", "double", "swap", "insert", "cut", "indent"]))
        line = lines[place]
        column = draw(st.integers(0, len(line)))
        if slip == "drop":
            del lines[place]
        elif slip == "double":
            lines.insert(place, line)
        elif slip == "swap":
            lines[place], lines[place - 1] = lines[place - 1], line
        elif slip == "insert":
            lines[place] = line[:column] + draw(NASTY) + line[column:]
        elif slip == "cut":
            lines[place] = line[:column] + "\n"
        else:
            lines[place] = " " * draw(st.integers(1, 4)) + line
    return "".join(lines)


def outcome(text: str, overrides: Sequence[str] = ()) -> None:
    """Load the text; complain of any fault that is not at one of its lines, or not one printable line itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zhida.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        for finding in findings_of(path, overrides):
            assert str(finding).isprintable()
            at_line = re.fullmatch(rf"{re.escape(str(path))}:([0-9]+)", finding.place)
            if at_line:
                assert 1 <= int(at_line[1]) <= text.count("\n") + (not text.endswith("\n"))
            else:
                assert finding.place == str(path) or finding.place.startswith("--set")


def findings_of(path: Path, overrides: Sequence[str]) -> Sequence[Finding]:
    """What is wrong with the file; something is, where it does not load."""
    try:
        load(path, overrides, environ={})
    except ConfigFault as fault:
        return fault.findings or pytest.fail("a fault without a finding")
    return ()


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_a_slip_of_the_hand_is_told_with_a_line_that_is_there(text: str) -> None:
    outcome(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.lists(NASTY, max_size=12).map("".join))
@example("a: |\n  \x0b")
@example('"\\ud800": 1')
@example("%YAML 9.9\n---\na: 1")
@example("a: b: c")
@example("[" * 5000)
@example("- " * 5000)
@example("a: \n" * 3)
def test_any_text_is_read_or_refused(text: str) -> None:
    outcome(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.tuples(st.sampled_from(["seats", "groups.priority", "ladders.public.0", "asterisk"]), NASTY).map("=".join))
def test_any_override_is_taken_or_refused(assignment: str) -> None:
    outcome("".join(LINES), [assignment])


SCALARS = st.none() | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
NAMES = st.from_regex(r"[a-z]{1,4}", fullmatch=True)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner))


def flow(value: Value) -> str:
    """The value as a person would write it between braces, with quotes round every text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return "null" if value is None else "'" + value.replace("'", "''") + "'"


KEYS = "consult 咨询 default lanes enterprise sign_within return_within office_hours seasons calendar count_from stop_on 2027 holidays"
DEADLINES = st.dictionaries(st.sampled_from(KEYS.split()), VALUES | st.sampled_from(["5wd", "1wh", "09:00-12:00", "2027-01-01"]))


@settings(max_examples=150, deadline=None)
@given(DEADLINES | VALUES)
def test_any_deadlines_are_taken_or_refused(section: Value) -> None:
    outcome("".join(LINES), [f"deadlines={flow(section)}"])


@given(VALUES)
def test_what_is_written_is_what_is_read(value: Value) -> None:
    assert parse(flow(value)).value == value


@given(st.integers(1, MAX_DEPTH + 10))
def test_nesting_ends_somewhere(depth: int) -> None:
    try:
        parse("[" * depth + "]" * depth)
    except NotYaml:
        assert depth > MAX_DEPTH


@given(VALUES)
def test_what_the_program_writes_is_read_as_the_same(value: Value) -> None:
    assert parse(to_yaml(value)).value == value


def test_whatever_it_looks_like_a_scalar_is_a_text_or_nothing() -> None:
    value = parse("[1, '1', true, 0515, 2026-10-01, on, null, ~, 'null', '', {a: }]").value
    assert value == ["1", "1", "true", "0515", "2026-10-01", "on", None, None, "null", "", {"a": None}]


def test_every_key_and_item_knows_its_line() -> None:
    lines = parse("a:\n  b: 1\n  c:\n    - x\n\n    - {d: 2,\n       e: 3}\n").lines
    assert {dotted(key): line for key, line in lines.items()} == {
        "": 1,
        "a": 1,
        "a.b": 2,
        "a.c": 3,
        "a.c.0": 4,
        "a.c.1": 6,
        "a.c.1.d": 6,
        "a.c.1.e": 7,
    }
