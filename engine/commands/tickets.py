"""`zhida tickets`: look at tickets and write what the agent writes, from the shell."""

import json
import sys
from typing import Annotated

import typer

from engine.client import Api
from engine.commands.options import AsJson, ConfigFile, settings_of
from engine.commands.table import table

app = typer.Typer(no_args_is_help=True, help="Look at tickets, and write what the agent writes.")

Number = Annotated[str, typer.Argument(metavar="TICKET", help="Its number.")]


@app.command("list")
def list_tickets(
    config: ConfigFile = None,
    as_json: AsJson = False,
    most: Annotated[int, typer.Option("--most", min=1, help="At the most so many.")] = 50,
) -> None:
    """Tickets, the newest first."""
    found = Api(settings_of(config)).items("/tickets", most=most)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [(one["number"], one["status"], one["type"], one["enterprise"], one["seat"], one["due"], one["call_id"]) for one in found]
    sys.stdout.write(table(("ticket", "status", "type", "enterprise", "seat", "due", "call"), rows))


@app.command()
def show(number: Number, config: ConfigFile = None) -> None:
    """One ticket, as JSON."""
    sys.stdout.write(json.dumps(Api(settings_of(config)).get(f"/tickets/{number}"), ensure_ascii=False, indent=2) + "\n")


@app.command()
def edit(
    number: Number,
    config: ConfigFile = None,
    kind: Annotated[str | None, typer.Option("--type", help="咨询, 求助, 建议, 投诉 or 举报, or the English words.")] = None,
    content: Annotated[str | None, typer.Option(help="What the caller wants.")] = None,
    answer: Annotated[str | None, typer.Option(help="What he was told.")] = None,
    status: Annotated[str | None, typer.Option(help="Its status.")] = None,
) -> None:
    """Write into the ticket; what is not named stays as it is."""
    given = {"type": kind, "content": content, "answer": answer, "status": status}
    patch = {name: value for name, value in given.items() if value is not None}
    changed = Api(settings_of(config)).send("PATCH", f"/tickets/{number}", patch)
    sys.stdout.write(json.dumps(changed, ensure_ascii=False, indent=2) + "\n")
