"""The house's own rules, checked with everything else: style, types and layers."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "style": ["-m", "ruff", "check", "."],
    "types": ["-m", "mypy"],
    "layers": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
}
LONGEST = 400
READ_AS_ONE = frozenset(
    {
        "calls/events.py",  # the one list of facts
        "tests/unit/store/redis/model.py",  # the oracle of live state's steps…
        "tests/unit/store/redis/test_machine.py",  # …and the machine that holds it against them, step by step
    }
)
"""Longer all the same: whoever reads one part of these needs the others beside it."""


def test_no_file_is_longer_than_can_be_read_at_a_sitting() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    files = listed or [str(file.relative_to(ROOT)) for file in ROOT.rglob("*.py")]
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in files if (ROOT / name).is_file()}
    assert {name: length for name, length in lengths.items() if length > LONGEST and name not in READ_AS_ONE} == {}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.timeout(300)
def test_the_code_keeps(rule: str) -> None:
    result = subprocess.run([sys.executable, *RULES[rule]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]
