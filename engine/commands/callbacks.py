"""`zhida callbacks`: the call-back desk from the shell."""

import json
import sys
from typing import Annotated

import typer

from engine.client import Api
from engine.commands.options import AsJson, ConfigFile, local, settings_of
from engine.commands.table import table

app = typer.Typer(no_args_is_help=True, help="Who left before a seat answered: look, call back, close.")

TaskId = Annotated[str, typer.Argument(metavar="ID", help="The id of the call he left, as `list` shows it.")]


@app.command("list")
def list_callbacks(
    config: ConfigFile = None,
    as_json: AsJson = False,
    closed: Annotated[bool, typer.Option("--closed", help="Those who were taken off the list.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, help="At the most so many.")] = 50,
) -> None:
    """Who is to be called back, key enterprises first, then by arrival."""
    settings = settings_of(config)
    found = Api(settings).items("/callbacks", most=most, closed="true" if closed else None)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [
        (
            one["call_id"],
            one["class"],
            one["number"] or "anonymous",
            one["enterprise"],
            local(settings, one["arrived"]),
            len(one["missed"]),
            ", ".join(tried["outcome"] or "goes on" for tried in one["attempts"]),
            one["claimed_by"],
            one["closed_why"] or ("asked" if one["asked"] else one["end_reason"]),
        )
        for one in found
    ]
    heads = ("id", "class", "number", "enterprise", "arrived", "calls", "attempts", "claimed by", "why")
    sys.stdout.write(table(heads, rows))


@app.command()
def show(task: TaskId, config: ConfigFile = None) -> None:
    """One of them with every attempt, as JSON."""
    sys.stdout.write(json.dumps(Api(settings_of(config)).get(f"/callbacks/{task}"), ensure_ascii=False, indent=2) + "\n")


@app.command()
def call(
    task: TaskId, seat: Annotated[str, typer.Option(help="The seat that calls him; its phone rings first.")], config: ConfigFile = None
) -> None:
    """Ring a seat, then the caller."""
    placed = Api(settings_of(config)).send("POST", f"/callbacks/{task}/calls", {"seat": seat})
    sys.stdout.write(f"Seat {seat} is rung, then the caller: call {placed['call_id']}.\n")


@app.command()
def claim(
    task: TaskId,
    config: ConfigFile = None,
    back: Annotated[bool, typer.Option("--give-back", help="Nobody takes care of him any more.")] = False,
) -> None:
    """Take care of him: the engine does not call him by itself meanwhile."""
    found = Api(settings_of(config)).send("DELETE" if back else "PUT", f"/callbacks/{task}/claim")
    whose = f"in the hands of {found['claimed_by']}" if found["claimed_by"] else "in nobody's hands"
    sys.stdout.write(f"Call-back {task} is {whose}.\n")


@app.command()
def close(
    task: TaskId,
    reason: Annotated[str, typer.Option(help="settled, not_wanted, not_reachable or mistake.")],
    note: Annotated[str, typer.Option(help="What else is to be known.")] = "",
    config: ConfigFile = None,
) -> None:
    """Take him off the list."""
    Api(settings_of(config)).send("POST", f"/callbacks/{task}/close", {"reason": reason, **({"note": note} if note else {})})
    sys.stdout.write(f"Call-back {task} is closed: {reason}.\n")
