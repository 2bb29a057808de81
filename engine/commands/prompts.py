"""`zhida prompts`: makes the prompts that have no recording."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from engine.commands.options import CHECKOUT, ConfigFile, Overrides, settings_of
from engine.live_check import prompts_of
from ivr.catalogue import Prompt, catalogue
from pbx.sounds import synthesise_missing

TEXTS: Final = CHECKOUT / "config" / "prompts"


def prompts(config: ConfigFile = None, overrides: Overrides = None) -> None:
    """Synthesise every prompt whose recording is missing from asterisk.*.prompts_dir."""
    settings = settings_of(config, overrides)
    for pbx in settings.asterisk.values():
        for written in make_prompts(pbx.prompts_here, list(prompts_of(settings))):
            sys.stdout.write(f"{written}\n")


def make_prompts(folder: Path, languages: list[str]) -> list[Path]:
    """Make what is missing in these languages. Raises: Fault: it cannot be made."""
    return synthesise_missing(folder, [prompt for language in languages for prompt in _texts(language)])


def _texts(language: str) -> Iterator[Prompt]:
    yield from catalogue(language, yaml.safe_load((TEXTS / f"{language}.yaml").read_text(encoding="utf-8")))
