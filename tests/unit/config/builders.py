"""Configuration files for the stories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.faults import ConfigFault
from config.load import load
from config.settings import Settings

MINIMAL = """\
hotline: {id: yancheng, name: 盐城 12345, area_code: 0515}
asterisk:
  pbx1:
    ami: {secret: ami-secret}
trunks:
  carrier: {match: [10.0.0.1], trusted: true}
dialled:
  12345: {}
groups:
  priority: {label: 直达专席, seats: 8001-8002}
  general: {seats: 8010-8020}
ladders:
  key_enterprise:
    - {group: priority, after_s: 0}
    - {group: general, after_s: 8}
  public:
    - {group: general, after_s: 0}
api:
  tokens:
    desk: {role: admin, token: a-token-of-twenty-ch}
"""
"""The least that a real hotline writes down."""


def written(folder: Path, text: str) -> Path:
    """The text as a file."""
    path = folder / "zhida.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def settings_of(folder: Path, text: str = MINIMAL, *overrides: str, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of the text."""
    return load(written(folder, text), overrides, environ=environ or {})


def faults_of(path: Path, overrides: Sequence[str] = (), environ: Mapping[str, str] | None = None) -> list[str]:
    """The sentences that a faulty file gives, the file's folder left out."""
    try:
        load(path, overrides, environ=environ or {})
    except ConfigFault as fault:
        return [str(finding).replace(f"{path.parent}/", "") for finding in fault.findings]
    return []


def changed(text: str, old: str, new: str) -> str:
    """The text with one thing changed that is in it once."""
    assert text.count(old) == 1, f"{old!r} is in the text {text.count(old)} times"
    return text.replace(old, new)


@dataclass(frozen=True)
class Case:
    """A block of a table: a change of the minimal file, and what is said of it."""

    text: str
    overrides: tuple[str, ...]
    said: list[str]


def cases(table: str) -> list[Case]:
    """The blocks of a table beside this file; faults.table says how they read."""
    content = (Path(__file__).parent / table).read_text(encoding="utf-8")
    blocks = [block.splitlines() for block in content.split("\n\n")]
    return [_case(block) for block in blocks if not block[0].startswith("#")]


def _case(block: list[str]) -> Case:
    def lines(sign: str) -> list[str]:
        return [line.removeprefix(sign).removeprefix(" ") for line in block if line.startswith(sign)]

    old, new = "\n".join(lines("-")), "\n".join(lines("+"))
    text = changed(MINIMAL, old, new) if old else f"{MINIMAL}{new}\n" if new else MINIMAL
    return Case(text=text, overrides=tuple(lines("$")), said=lines("="))
