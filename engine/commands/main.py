"""All commands, and how their failures are told: one sentence on stderr, exit code 1 (2 where the command was misused)."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

import typer

from calls.errors import ZhidaError
from config.faults import ConfigFault
from engine.logs import configure_logs

COMMANDS: Final[Mapping[str, str]] = {
    "demo": "demo:demo",
    "serve": "serve:serve",
    "check": "check:check",
    "asterisk-config": "asterisk_config:asterisk_config",
    "prompts": "prompts:prompts",
    "explain": "explain:explain",
    "whitelist": "whitelist:app",
    "specialists": "specialists:app",
    "calls": "calls:app",
    "seats": "seats:app",
    "tickets": "tickets:app",
    "audit": "audit:run_audit",
    "lab": "lab:app",
    "bench": "bench:bench",
}
"""Word -> module in engine.commands and what it holds: a command, or a Typer of commands. Imported only when asked for,
because an engine that is started again must not wait for the softphones of the demo."""


def app_of(args: Sequence[str]) -> typer.Typer:
    """The command line for these arguments: one command, or all of them where none is named."""
    app = typer.Typer(
        name="zhida",
        help="Zhida (直达): IVR and seat routing for 12345 government enterprise hotlines, on Asterisk.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_no_options)
    for word in args[:1] if args[:1] and args[0] in COMMANDS else COMMANDS:
        module, _, name = COMMANDS[word].partition(":")
        command = getattr(import_module(f"engine.commands.{module}"), name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=word)
        else:
            app.command(word)(command)
    return app


def _no_options() -> None:
    # Typer would make a lone command the whole command line; with a callback it stays a word of it.
    return


def main() -> None:
    """Run the command line. What a command prints is on stdout, what it logs on stderr."""
    configure_logs("warning")
    try:
        app_of(sys.argv[1:])(prog_name="zhida")
    except ConfigFault as fault:
        for finding in fault.findings:
            sys.stderr.write(f"{finding}\n")
        sys.exit(1)
    except ZhidaError as error:
        sys.stderr.write(f"zhida: {error.sentence}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
