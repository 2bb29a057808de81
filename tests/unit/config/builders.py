"""Configuration files for the stories."""

from collections.abc import Mapping, Sequence
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
