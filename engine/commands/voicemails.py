"""`zhida voicemails`: voice messages (留言) that nobody has handled yet, and what is said in them, from the shell."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from config.settings import Settings
from engine.client import Api
from engine.commands.options import AsJson, ConfigFile, local, settings_of
from engine.commands.table import table
from tickets.ticket import VOICEMAIL_TAG, TicketStatus

app = typer.Typer(no_args_is_help=True, help="Voice messages: which are not handled yet, and what is said in them.")


@app.command("list")
def list_voicemails(
    config: ConfigFile = None,
    as_json: AsJson = False,
    handled: Annotated[bool, typer.Option("--handled", help="Those that are handled, too.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, help="At the most so many.")] = 50,
) -> None:
    """Messages whose tickets are open, the latest first; `zhida tickets edit` writes what was done, `zhida callbacks` calls back."""
    status = None if handled else str(TicketStatus.OPEN)
    settings = settings_of(config)
    found = Api(settings).items("/tickets", most=most, tag=VOICEMAIL_TAG, status=status)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    heads = ("ticket", "status", "class", "number", "enterprise", "left", "seconds", "due", "call")
    sys.stdout.write(table(heads, [_row(settings, one) for one in found]))


@app.command()
def save(
    call: Annotated[str, typer.Argument(metavar="CALL", help="The call's id, as `list` shows it.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write (WAV).")],
    config: ConfigFile = None,
) -> None:
    """Write the sound of a message to a file; who did so is noted."""
    sound = Api(settings_of(config)).fetch(f"/calls/{call}/voicemail")
    out.write_bytes(sound)
    sys.stdout.write(f"{out}: {len(sound)} bytes.\n")


def _row(settings: Settings, ticket: dict[str, Any]) -> tuple[object, ...]:
    left = ticket["voicemail"]
    return (
        ticket["number"],
        ticket["status"],
        ticket["class"],
        ticket["caller"] or "anonymous",
        ticket["enterprise"],
        local(settings, left["left"]),
        f"{left['length_s']:.0f}",
        local(settings, ticket["due"]),
        ticket["call_id"],
    )
