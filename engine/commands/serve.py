"""`zhida serve`: the engine."""

from typing import Annotated

import structlog
import typer
import uvloop

from config.settings import Settings
from engine.building import agi_addresses, build
from engine.commands.options import ConfigFile, Overrides, settings_of
from engine.http import api_server
from engine.live_check import prompts_there
from engine.logs import configure_logs
from engine.running import run

log = structlog.get_logger(__name__)


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
    uvloop.run(_serve(settings, engine))


async def _serve(settings: Settings, number: int) -> None:
    engine = build(settings, number)
    await run(engine, api_server(engine, number))
