"""`zhida serve`: the engine."""

import gc
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Final

import structlog
import typer
import uvloop

from config.load import Loaded, read
from config.settings import Settings
from engine.addresses import agi_addresses
from engine.building import build
from engine.commands.options import ConfigFile, Overrides, config_file, options_of, settings_of
from engine.http import api_server
from engine.live_check import prompts_there
from engine.logs import configure_logs
from engine.reloading import Reloader
from engine.running import run

log = structlog.get_logger(__name__)

_SWITCH_S: Final = 0.0005  # a thread that computes (an import of a list) gives way to the calls after so long at most


def serve(
    config: ConfigFile = None,
    overrides: Overrides = None,
    engine: Annotated[int, typer.Option(min=1, help="Which of the configuration's engines this is.")] = 1,
) -> None:
    """Serve calls until told to stop (SIGTERM)."""
    settings = settings_of(config, overrides)
    addresses = agi_addresses(settings)
    if engine > len(addresses):
        raise typer.BadParameter(f"--engine {engine}: the configuration names {len(addresses)} (engine.agi.engines).")
    configure_logs(settings.engine.log_level)
    for _, missing in prompts_there(settings):
        log.error("prompt_missing", why=missing.sentence)
    file = config_file(config)
    uvloop.run(_serve(settings, engine, options_of(config, overrides), lambda: read(file, overrides or [])))


async def _serve(settings: Settings, number: int, options: Sequence[str], again: Callable[[], Loaded]) -> None:
    engine = build(settings, number, options=options)
    reloader = Reloader(engine, again)
    sys.setswitchinterval(_SWITCH_S)
    gc.collect()
    gc.freeze()
    await run(engine, api_server(engine, number, reloader), reloader)
