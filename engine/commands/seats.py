"""`zhida seats`: look at the seats and change their states, from the shell."""

import json
import sys
from typing import Annotated

import typer

from engine.client import Api
from engine.commands.options import AsJson, ConfigFile, settings_of
from engine.commands.table import table

app = typer.Typer(no_args_is_help=True, help="Look at the seats and change their states.")

SeatId = Annotated[str, typer.Argument(metavar="SEAT", help="Its number, e.g. 8001.")]
Reason = Annotated[str, typer.Option(help="Why; it is shown beside the state.")]

_MOST = 10_000


@app.command("list")
def list_seats(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Every seat: state, since when, why, its call."""
    seats = Api(settings_of(config)).items("/seats", most=_MOST)
    if as_json:
        sys.stdout.write(json.dumps(seats, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [(seat["seat_id"], seat["state"], seat["phone"], seat["since"], seat["call"], seat["why"]) for seat in seats]
    sys.stdout.write(table(("seat", "state", "phone", "since", "call", "why"), rows))


@app.command()
def show(seat: SeatId, config: ConfigFile = None) -> None:
    """One seat, as JSON."""
    sys.stdout.write(json.dumps(Api(settings_of(config)).get(f"/seats/{seat}"), ensure_ascii=False, indent=2) + "\n")


@app.command()
def ready(seat: SeatId, reason: Reason = "", config: ConfigFile = None) -> None:
    """Have the seat take calls."""
    _put(seat, "ready", reason, config)


@app.command()
def pause(seat: SeatId, reason: Reason = "", config: ConfigFile = None) -> None:
    """Have the seat take no calls; while it talks, from the end of the call on."""
    _put(seat, "paused", reason, config)


@app.command()
def logout(seat: SeatId, reason: Reason = "", config: ConfigFile = None) -> None:
    """Sign the seat's agent out."""
    _put(seat, "logged_out", reason, config)


@app.command()
def force(
    seat: SeatId,
    state: Annotated[str, typer.Argument(metavar="STATE", help="ready, paused or logged_out.")],
    why: Annotated[str, typer.Option(help="Why; it stands in the log of acts.")],
    config: ConfigFile = None,
) -> None:
    """Change a seat's state at once, whatever its agent wants; a call that rings there goes to another seat."""
    _told(seat, Api(settings_of(config)).send("POST", f"/seats/{seat}/force", {"state": state, "why": why}))


def _put(seat: str, state: str, reason: str, config: ConfigFile) -> None:
    body = {"state": state, **({"reason": reason} if reason else {})}
    _told(seat, Api(settings_of(config)).send("PUT", f"/seats/{seat}/state", body))


def _told(seat: str, now: dict[str, str | None]) -> None:
    wish = f", {now['wish']} afterwards" if now.get("wish") else ""
    sys.stdout.write(f"Seat {seat} is {now['state']}{wish}.\n")
