"""What several commands are asked in the same words."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from config.load import load
from config.settings import Settings

CHECKOUT: Final = Path(__file__).resolve().parents[2]
LAB_STATE: Final = CHECKOUT / ".lab"
SAMPLES: Final = CHECKOUT / "config" / "lab"
SAMPLE: Final = SAMPLES / "zhida.yaml"
CONFIG_VARIABLE: Final = "ZHIDA_CONFIG"

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help=f"The configuration; else ${CONFIG_VARIABLE}, else the lab's.", show_default=False),
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Another value for a key; may be given several times.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def config_file(given: Path | None) -> Path:
    """The configuration meant: the one given, the environment's, that of the lab that is up, or the lab's own file."""
    if given is not None:
        return given
    if os.environ.get(CONFIG_VARIABLE):
        return Path(os.environ[CONFIG_VARIABLE])
    of_lab = LAB_STATE / "zhida.yaml"
    return of_lab if of_lab.is_file() else SAMPLE


def is_labs(file: Path) -> bool:
    """Whether the configuration is the lab's: its lists are the samples, brought in when they are first asked for."""
    return file.resolve() in {SAMPLE.resolve(), (LAB_STATE / "zhida.yaml").resolve()}


def options_of(given: Path | None, overrides: list[str] | None = None) -> tuple[str, ...]:
    """Options by which another command finds the same settings."""
    return ("--config", str(config_file(given)), *(word for override in overrides or [] for word in ("--set", override)))


def settings_of(given: Path | None, overrides: list[str] | None = None) -> Settings:
    """Its settings. Raises: ConfigFault."""
    return load(config_file(given), overrides or [])


def moment_of(settings: Settings, given: str | None) -> datetime:
    """The moment meant by --at, in the hotline's zone; now where none is given."""
    return datetime.now(ZoneInfo(settings.hotline.timezone)) if given is None else moment_in(settings, given, option="--at")


def local(settings: Settings, moment: datetime | str | None) -> datetime | None:
    """A moment as the API or a store has it, in the hotline's zone: so it stands in tables."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return None if moment is None else moment.astimezone(ZoneInfo(settings.hotline.timezone))


def since_of(settings: Settings, given: str | None) -> datetime | None:
    """The moment meant by --since, in the hotline's zone; None where none is given."""
    return None if given is None else moment_in(settings, given, option="--since")


def moment_in(settings: Settings, given: str, *, option: str) -> datetime:
    """The moment that is written so, in the hotline's zone, which is also meant where no zone is written.

    Raises: typer.BadParameter: it is none.
    """
    zone = ZoneInfo(settings.hotline.timezone)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise typer.BadParameter(f"{option} {given}: write a time such as 2026-10-01T02:00.") from None
    if not 1970 <= moment.year <= 2999:
        raise typer.BadParameter(f"{option} {given}: write a moment between 1970 and 2999.")
    return moment.astimezone(zone) if moment.tzinfo is not None else moment.replace(tzinfo=zone)
