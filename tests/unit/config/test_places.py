"""Whatever becomes of a file, it loads or every fault names a line that is there; nothing else is ever raised."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.faults import ConfigFault
from config.lab_file import LAB_FILE
from config.load import load
from config.yaml_text import MAX_DEPTH, NotYaml, Plain, Value, parse, typed

LINES = LAB_FILE.read_text(encoding="utf-8").splitlines(keepends=True)
NASTY = st.sampled_from(
    ["\t", ":", ": ", "- ", "{", "}", "[", "]", '"', "'", "#", "&a ", "*a", "!!x ", "|", ">", "?", "%", "@", "---", "...", "null", "~", "-1"]
    + ["${", "${x}", "$${", "0", "999999999999999999999", "1e999", "nan", ".inf", "true", "\\", '"\\x00"', "\n", "\r", "\x85", "\u2028", "\ufeff"]
    + ["8001-8020", "８００１", "一企来", "  ", "<<: ", "priority", "person", "\x00", "𠀀"]
)


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
        try:
            load(path, overrides, environ={})
        except ConfigFault as fault:
            assert fault.findings
            for finding in fault.findings:
                assert str(finding).isprintable()
                assert "Traceback" not in str(finding)
                at_line = re.fullmatch(rf"{re.escape(str(path))}:([0-9]+)", finding.place)
                if at_line:
                    assert 1 <= int(at_line[1]) <= text.count("\n") + (not text.endswith("\n"))
                elif not finding.place.startswith("--set"):
                    assert finding.place == str(path)


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
@given(st.text(max_size=40) | st.tuples(st.sampled_from(["seats", "groups.priority", "ladders.public.0", "engine.agi"]), NASTY).map("=".join))
def test_any_override_is_taken_or_refused(assignment: str) -> None:
    outcome("".join(LINES), [assignment])


SCALARS = st.none() | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z]{1,4}", fullmatch=True), inner))


def flow(value: Value) -> str:
    """The value as a person would write it between braces, with quotes round every text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return "null" if value is None else "'" + value.replace("'", "''") + "'"


@given(VALUES)
def test_what_is_written_is_what_is_read(value: Value) -> None:
    assert parse(flow(value)).value == value


@given(st.integers(1, MAX_DEPTH + 10))
def test_nesting_ends_somewhere(depth: int) -> None:
    try:
        parse("[" * depth + "]" * depth)
    except NotYaml:
        assert depth > MAX_DEPTH


def test_only_bare_words_are_typed() -> None:
    value = parse("{a: 1, b: '1', c: true, d: 0515, e: -2.5, f: on, g: [null, ~, x], h: 1e3}").value
    assert typed(value) == {"a": 1, "b": "1", "c": True, "d": "0515", "e": -2.5, "f": "on", "g": [None, None, "x"], "h": "1e3"}
    assert isinstance(value, dict)
    assert isinstance(value["a"], Plain)


def test_every_key_and_item_knows_its_line() -> None:
    lines = parse("a:\n  b: 1\n  c:\n    - x\n\n    - {d: 2,\n       e: 3}\n").lines
    assert lines == {(): 1, ("a",): 1, ("a", "b"): 2, ("a", "c"): 3, ("a", "c", "0"): 4, ("a", "c", "1"): 6, ("a", "c", "1", "d"): 6,
                     ("a", "c", "1", "e"): 7}  # fmt: skip
