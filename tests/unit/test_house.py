"""The house's own rules, checked with everything else: style, types and layers."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "style": ["-m", "ruff", "check", "."],
    "types": ["-m", "mypy"],
    "layers": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
}
LONGEST, LONGEST_FUNCTION = 400, 50
READ_AS_ONE = frozenset(
    {
        "tests/unit/store/redis/model.py",  # the oracle of live state's steps…
        "tests/unit/store/redis/test_machine.py",  # …and the machine that holds it against them, step by step
    }
)
"""Longer all the same: whoever reads one part of these needs the others beside it."""


def sources() -> Iterator[tuple[str, str]]:
    """Every Python file of the house, by its name, and what stands in it."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    files = listed or [str(file.relative_to(ROOT)) for file in ROOT.rglob("*.py")]
    return ((name, (ROOT / name).read_text(encoding="utf-8")) for name in files if (ROOT / name).is_file())


def test_no_file_is_longer_than_can_be_read_at_a_sitting() -> None:
    lengths = {name: len(text.splitlines()) for name, text in sources()}
    assert {name: length for name, length in lengths.items() if length > LONGEST and name not in READ_AS_ONE} == {}


def test_no_function_is_longer_than_can_be_seen_at_once() -> None:
    functions = (
        (f"{name}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for name, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert {function: length for function, length in functions if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.timeout(300)
def test_the_code_keeps(rule: str) -> None:
    result = subprocess.run([sys.executable, *RULES[rule]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]
