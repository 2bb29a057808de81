"""`zhida seats`: look at the seats and change their states, from the shell."""

import json
import sys
from typing import Annotated, Any

import typer

from engine.client import Api
from engine.commands.options import AsJson, ConfigFile, local, settings_of
from engine.commands.table import table

app = typer.Typer(no_args_is_help=True, help="Look at the seats and change their states.")

SeatId = Annotated[str, typer.Argument(metavar="SEAT", help="Its number, e.g. 8001.")]
Reason = Annotated[str, typer.Option(help="Why; it is shown beside the state.")]

_MOST = 10_000


@app.command("list")
def list_seats(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Every seat: state, since when, why, its call."""
    settings = settings_of(config)
    seats = Api(settings).items("/seats", most=_MOST)
    if as_json:
        sys.stdout.write(json.dumps(seats, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [
        (
            seat["seat_id"],
            seat["state"],
            seat["phone"],
            seat["agent"],
            local(settings, seat["since"]),
            seat["call"],
            seat["not_rung_why"] or seat["why"],
        )
        for seat in seats
    ]
    sys.stdout.write(table(("seat", "state", "phone", "agent", "since", "call", "why"), rows))


@app.command()
def show(seat: SeatId, config: ConfigFile = None) -> None:
    """One seat, as JSON."""
    sys.stdout.write(json.dumps(Api(settings_of(config)).get(f"/seats/{seat}"), ensure_ascii=False, indent=2) + "\n")


@app.command()
def ready(seat: SeatId, reason: Reason = "", config: ConfigFile = None) -> None:
    """Have the seat take calls."""
    _put(seat, "ready", reason, config)


@app.command()
def pause(
    seat: SeatId,
    reason: Reason = "",
    code: Annotated[str, typer.Option(help="The digit of a configured reason (seats.pause_reasons).")] = "",
    config: ConfigFile = None,
) -> None:
    """Have the seat take no calls; while it talks, from the end of the call on."""
    _put(seat, "paused", reason, config, code)


@app.command()
def logout(seat: SeatId, reason: Reason = "", config: ConfigFile = None) -> None:
    """Sign the seat's agent out."""
    _put(seat, "logged_out", reason, config)


@app.command("sign-in")
def sign_in(
    seat: SeatId,
    agent: Annotated[str, typer.Option(help="The agent's number.")],
    pin: Annotated[str, typer.Option(help="His PIN, where the token in the configuration is no supervisor's.")] = "",
    paused: Annotated[bool, typer.Option("--paused", help="The seat is paused then, not ready.")] = False,
    config: ConfigFile = None,
) -> None:
    """Sign an agent in at the seat; he is at no other from then on."""
    body = {"agent": agent, "state": "paused" if paused else "ready", **({"pin": pin} if pin else {})}
    _tell(Api(settings_of(config)).send("PUT", f"/seats/{seat}/agent", body))


@app.command("wrapped-up")
def wrapped_up(seat: SeatId, config: ConfigFile = None) -> None:
    """End the seat's wrap-up."""
    _tell(Api(settings_of(config)).send("POST", f"/seats/{seat}/wrapped-up"))


@app.command()
def extend(
    seat: SeatId,
    seconds: Annotated[int | None, typer.Option(help="So much longer; else seats.wrap_up_s.")] = None,
    config: ConfigFile = None,
) -> None:
    """Let the seat's wrap-up last longer."""
    _tell(Api(settings_of(config)).send("POST", f"/seats/{seat}/wrap-up/extend", {} if seconds is None else {"seconds": seconds}))


@app.command()
def agents(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Every agent, and the seat he is signed in at."""
    found = Api(settings_of(config)).get("/agents")["items"]
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    sys.stdout.write(table(("agent", "name", "seat"), [(one["agent"], one["name"], one["seat"]) for one in found]))


@app.command()
def force(
    seat: SeatId,
    state: Annotated[str, typer.Argument(metavar="STATE", help="ready, paused or logged_out.")],
    why: Annotated[str, typer.Option(help="Why; it stands in the log of acts.")],
    config: ConfigFile = None,
) -> None:
    """Change a seat's state at once, whatever its agent wants; a call that rings there goes to another seat."""
    _tell(Api(settings_of(config)).send("POST", f"/seats/{seat}/force", {"state": state, "why": why}))


def _put(seat: str, state: str, reason: str, config: ConfigFile, code: str = "") -> None:
    given = {"reason": reason, "reason_code": code}
    body = {"state": state, **{name: value for name, value in given.items() if value}}
    _tell(Api(settings_of(config)).send("PUT", f"/seats/{seat}/state", body))


def _tell(now: dict[str, Any]) -> None:
    agent = f" with agent {now['agent']}" if now["agent"] else ""
    left = f" for {now['wrap_up_left_s']:g} s more" if now["wrap_up_left_s"] is not None else ""
    wish = f", {now['wish']} afterwards ({now['wish_why']})" if now["wish"] else ""
    sys.stdout.write(f"Seat {now['seat_id']} is {now['state']}{agent}{left}{wish}.\n")
