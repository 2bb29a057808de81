"""All commands, and how their failures are told: one sentence on stderr, exit code 1 (2 where the command was misused)."""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, Final

import typer

from calls.errors import ZhidaError
from config.faults import ConfigFault
from engine.commands.options import CHECKOUT
from engine.logs import configure_logs

COMMANDS: Final[Mapping[str, str]] = {
    "demo": "demo:demo",
    "serve": "serve:serve",
    "record": "record:record",
    "reload": "reload:reload",
    "check": "check:check",
    "asterisk-config": "asterisk_config:asterisk_config",
    "prompts": "prompts:prompts",
    "explain": "explain:explain",
    "whitelist": "whitelist:app",
    "specialists": "specialists:app",
    "calls": "in_call:app",
    "seats": "seats:app",
    "shifts": "shifts:app",
    "tickets": "tickets:app",
    "acts": "acts:acts",
    "callbacks": "callbacks:app",
    "voicemails": "voicemails:app",
    "recordings": "recordings:app",
    "audit": "audit:run_audit",
    "lab": "lab:app",
    "bench": "bench:bench",
    "simulate": "simulate:simulate",
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
    app.callback()(_options)
    for word in args[:1] if args[:1] and args[0] in COMMANDS else COMMANDS:
        module, _, name = COMMANDS[word].partition(":")
        command = getattr(import_module(f"engine.commands.{module}"), name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=word)
        else:
            app.command(word)(command)
    return app


def _tell_version(wanted: bool) -> None:
    if wanted:
        project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        sys.stdout.write(f"zhida {project['version']}\n")
        raise typer.Exit


def _options(
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.", is_eager=True, callback=_tell_version)] = False,
) -> None:
    # Typer would make a lone command the whole command line; with a callback it stays a word of it.
    return


def main() -> None:
    """Run the command line. What a command prints is on stdout, what it logs on stderr."""
    configure_logs("warning")
    sys.exit(_run(sys.argv[1:]))


def _run(args: Sequence[str]) -> int:
    try:
        code = app_of(args)(args, prog_name="zhida", standalone_mode=False)
    except typer.TyperException as misuse:  # without a message it has printed the help
        return _told(misuse.format_message(), misuse.exit_code)
    except typer.Abort:
        return _told("stopped.", 1)
    except ConfigFault as fault:
        for finding in fault.findings:
            sys.stderr.write(f"{finding}\n")
        return 1
    except ZhidaError as error:
        return _told(error.sentence, 1)
    except OSError as error:
        if error.filename is None:
            raise
        return _told(f"{error.filename}: {error.strerror}.", 1)
    return code if isinstance(code, int) else 0


def _told(sentence: str, code: int) -> int:
    if sentence:
        sys.stderr.write(f"zhida: {sentence}\n")
    return code
