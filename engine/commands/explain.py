"""`zhida explain`: the whole decision for a call that might come, in words or as JSON."""

import asyncio
import json
import sys
from dataclasses import replace
from typing import Annotated

import typer

from calls.clock import SystemClock
from config.derive import background
from config.settings import Settings
from engine.commands.options import SAMPLES, AsJson, ConfigFile, Overrides, config_file, is_labs, moment_of, settings_of
from engine.directory import CurrentDirectory
from engine.explaining import Explainer
from engine.lists import import_samples
from engine.serving import decider_of, shift_rules_of
from engine.shifts import ShiftWatch
from engine.stores import open_stores
from routing.explain import Asked, Explanation


def explain(
    number: Annotated[str, typer.Argument(help="The caller's number, in any form.")],
    config: ConfigFile = None,
    overrides: Overrides = None,
    dialled: Annotated[str | None, typer.Option(help="The number he dials; else the configuration's first.")] = None,
    trunk: Annotated[str | None, typer.Option(help="The trunk his call comes by; else the first trusted one.")] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When, e.g. 2026-10-01T02:00 by the hotline's clock; else now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what happens with a call from this number, and why."""
    settings = settings_of(config, overrides)
    samples = is_labs(config_file(config))
    asked = Asked(dialled=dialled or next(iter(settings.dialled)), trunk=_trunk(settings, trunk), at=moment_of(settings, at))
    explanation = asyncio.run(_explain(settings, number, asked, samples=samples))
    if as_json:
        sys.stdout.write(json.dumps(explanation.document(), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(explanation.words())


async def _explain(settings: Settings, number: str, asked: Asked, *, samples: bool) -> Explanation:
    stores = open_stores(settings, SystemClock())
    try:
        await stores.database.upgrade()
        if samples:
            await import_samples(settings, stores, SAMPLES)
        directory = CurrentDirectory()
        await directory.read(stores.directory)
        shifts = ShiftWatch(shift_rules_of(settings), SystemClock())
        await shifts.read(stores.rota)
        behind = replace(background(settings), rosters=shifts.rosters)
        explainer = Explainer(decider=decider_of(settings, directory), entries=stores.directory, background=behind)
        return await explainer.explain(number, asked)
    finally:
        await stores.database.close()


def _trunk(settings: Settings, given: str | None) -> str:
    if given is None:
        return next((name for name, trunk in settings.trunks.items() if trunk.trusted), next(iter(settings.trunks)))
    if given not in settings.trunks:
        raise typer.BadParameter(f"--trunk {given}: the configuration has {', '.join(settings.trunks)}.")
    return given
