"""All commands, and how their failures are told: one sentence on stderr, exit code 1 (2 where the command was misused)."""

import sys

import typer

from calls.errors import ZhidaError
from config.faults import ConfigFault
from engine.commands import asterisk_config, audit, calls, check, demo, explain, lab, prompts, seats, serve, tickets, whitelist
from engine.logs import configure_logs

app = typer.Typer(
    name="zhida",
    help="Zhida (直达): IVR and seat routing for 12345 government enterprise hotlines, on Asterisk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("check")(check.check)
app.command("asterisk-config")(asterisk_config.asterisk_config)
app.command("prompts")(prompts.prompts)
app.command("explain")(explain.explain)
app.command("audit")(audit.run_audit)
app.add_typer(lab.app, name="lab")
app.add_typer(whitelist.app, name="whitelist")
app.add_typer(seats.app, name="seats")
app.add_typer(calls.app, name="calls")
app.add_typer(tickets.app, name="tickets")


def main() -> None:
    """Run the command line. What a command prints is on stdout, what it logs on stderr."""
    configure_logs("warning")
    try:
        app(prog_name="zhida")
    except ConfigFault as fault:
        for finding in fault.findings:
            sys.stderr.write(f"{finding}\n")
        sys.exit(1)
    except ZhidaError as error:
        sys.stderr.write(f"zhida: {error.sentence}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
