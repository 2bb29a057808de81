"""`zhida check`: what is wrong with a configuration, and with the Asterisk it speaks of."""

import sys

import typer

from config.check import check_file
from config.faults import Level
from engine.asterisk_check import asterisk_fits
from engine.commands.options import ConfigFile, Overrides, config_file
from engine.live_check import nobody_on_duty, prompts_there, roster_fits


def check(config: ConfigFile = None, overrides: Overrides = None) -> None:
    """Validate the configuration and compare the live Asterisk with it; exit 1 where something would not work."""
    findings = check_file(config_file(config), overrides or [], hooks=[prompts_there, nobody_on_duty, roster_fits, asterisk_fits])
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    errors = sum(finding.level is Level.ERROR for finding in findings)
    warnings = len(findings) - errors
    sys.stdout.write(f"{config_file(config)}: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}\n")
    if errors:
        raise typer.Exit(1)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
