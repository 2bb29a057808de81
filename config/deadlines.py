"""The presets that come with Zhida, config/presets/*.yaml, and the rules that a hotline makes of one."""

from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from calls.errors import Refused
from config.settings import Settings
from config.yaml_text import NotYaml, parse
from tickets.deadline import Deadlines
from tickets.presets import Preset, deadlines_of, preset_from_mapping

PRESETS: Final = Path(__file__).parent / "presets"


@cache
def presets() -> dict[str, Preset]:
    """Name ("js/yancheng") to preset. Raises: Refused: a file of them is faulty."""
    files = sorted(PRESETS.rglob("*.yaml"))
    return {name: _preset(name, file) for file in files for name in [file.relative_to(PRESETS).with_suffix("").as_posix()]}


def _preset(name: str, file: Path) -> Preset:
    try:
        value = parse(file.read_text(encoding="utf-8")).value
    except NotYaml as wrong:
        raise Refused("preset_faulty", f"{file}:{wrong.line}: {wrong.sentence}") from None
    if not isinstance(value, dict):
        raise Refused("preset_faulty", f"{file} holds no keys; a preset has version, parent, source and deadlines")
    return preset_from_mapping(name, value)


def deadlines(settings: Settings) -> Deadlines:
    """What the hotline reckons deadlines by. Raises: Refused: as tickets.presets.deadlines_of."""
    return deadlines_of(presets(), settings.hotline.preset, settings.deadlines, zone=ZoneInfo(settings.hotline.timezone))
