"""Which worker does what next: decided from values alone."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

STORIES: Final = "tests/scenarios/"
FIRST: Final = "tests/unit/test_house.py"
"""Minutes of processor time in three tests; at the end they would be waited for."""


class Role(StrEnum):
    """What a worker is there for."""

    STORIES = "stories"  # it has a lab; without stories left it helps with the rest
    REST = "rest"  # whatever needs no lab, at low priority: the stories' phones do not wait for the processor


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Tests that one worker does one after another: those of a file.

    Args:
        tests: their places in the collection.
        lab: the configuration its stories want; None where no lab is wanted. The same text is the same lab.
    """

    file: str
    tests: tuple[int, ...]
    lab: str | None = None


def parts_of(tests: Iterable[tuple[int, str]], root: Path) -> list[Part]:
    """Tests, by place and name, put together by their files; what takes long first."""
    files: dict[str, list[int]] = {}
    for place, name in tests:
        files.setdefault(name.partition("::")[0], []).append(place)
    found = [Part(file=file, tests=tuple(places), lab=lab_of(root / file, file)) for file, places in files.items()]
    return sorted(found, key=lambda part: part.file != FIRST)


def lab_of(path: Path, file: str) -> str | None:
    """What stands behind `LAB =` in a file of stories; None where no test asks for the hotline.

    The file is not imported: only workers collect.
    """
    if not file.startswith(STORIES):
        return None
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not any(isinstance(node, ast.arg) and node.arg == "hotline" for node in ast.walk(tree)):
        return None
    for line in tree.body:
        if isinstance(line, ast.Assign) and [ast.unparse(target) for target in line.targets] == ["LAB"]:
            found = ast.unparse(line.value)
            of_another, _, its_own = found.partition(".")
            return lab_of(path.with_name(f"{of_another}.py"), file) if its_own == "LAB" else found
    return ""


def next_part(left: Iterable[Part], role: Role, *, runs: str | None, elsewhere: Sequence[str | None]) -> Part | None:
    """What a worker does next; None where there is nothing for it any more.

    Stories go where their lab runs already: to start another takes seconds. Where that is no guide, the lab with the most
    stories goes first that no other worker runs, and of its files the longest, so that the last ones are short.

    Args:
        runs: the lab that the worker runs. elsewhere: those of the others.
    """
    left = list(left)
    stories: dict[str, int] = {}
    for part in left:
        if part.lab is not None:
            stories[part.lab] = stories.get(part.lab, 0) + len(part.tests)
    if role is Role.REST or not stories:
        return next((part for part in left if part.lab is None), None)
    return max(
        (part for part in left if part.lab is not None),
        key=lambda part: (part.lab == runs, part.lab not in elsewhere, stories[part.lab or ""], len(part.tests)),
    )
