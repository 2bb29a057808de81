"""`zhida calls`, in the call: hold, mute, hand on."""

from typing import Annotated

import typer

from engine.client import Api
from engine.commands.calls import CallId, app, print_json
from engine.commands.options import ConfigFile, settings_of

__all__ = ("app",)

Member = Annotated[str, typer.Argument(help="caller, seat, target, or a specialist's id.")]


@app.command()
def hold(call: CallId, config: ConfigFile = None) -> None:
    """Put the caller on music; the seat is alone."""
    print_json(Api(settings_of(config)).send("PUT", f"/calls/{call}/hold"))


@app.command()
def resume(call: CallId, config: ConfigFile = None) -> None:
    """Take the caller back."""
    print_json(Api(settings_of(config)).send("DELETE", f"/calls/{call}/hold"))


@app.command()
def mute(call: CallId, member: Member, config: ConfigFile = None) -> None:
    """Let a member hear the others, and not be heard."""
    print_json(Api(settings_of(config)).send("PUT", f"/conferences/{call}/members/{member}/mute"))


@app.command()
def unmute(call: CallId, member: Member, config: ConfigFile = None) -> None:
    """Let a member be heard again."""
    print_json(Api(settings_of(config)).send("DELETE", f"/conferences/{call}/members/{member}/mute"))


@app.command()
def colleague(
    call: CallId,
    specialist: Annotated[str, typer.Argument(help="The id of the specialist who asks; he must be on the line.")],
    config: ConfigFile = None,
) -> None:
    """A specialist on the line hands on to a colleague of his department, who is looked for."""
    print_json(Api(settings_of(config)).send("POST", f"/conferences/{call}/members/{specialist}/colleague"))


@app.command()
def transfer(
    call: CallId,
    seat: Annotated[str | None, typer.Option(help="To this seat, which must be free.")] = None,
    group: Annotated[str | None, typer.Option(help="To this group; announced, to one of its free seats.")] = None,
    number: Annotated[str | None, typer.Option(help="To this number of the outside world.")] = None,
    hotline: Annotated[str | None, typer.Option(help="To this other hotline, e.g. 12366 (zhida calls targets).")] = None,
    announced: Annotated[bool, typer.Option("--announced", help="Talk with the target first; then `complete`, or `cancel`.")] = False,
    summary: Annotated[str, typer.Option(help="What the target is to know.")] = "",
    config: ConfigFile = None,
) -> None:
    """Hand the caller on. At once: the seat is free, the caller hears music until he is taken."""
    given = {"seat": seat, "group": group, "number": number, "hotline": hotline}
    wanted = {name: value for name, value in given.items() if value is not None}
    if len(wanted) != 1:
        raise typer.BadParameter("Name one of --seat, --group, --number and --hotline.")
    body = {**wanted, "announced": announced, "summary": summary}
    print_json(Api(settings_of(config)).send("POST", f"/calls/{call}/transfer", body))


@app.command()
def complete(call: CallId, config: ConfigFile = None) -> None:
    """Leave the caller to the target that was talked with."""
    print_json(Api(settings_of(config)).send("POST", f"/calls/{call}/transfer/complete"))


@app.command()
def targets(config: ConfigFile = None) -> None:
    """Numbers and hotlines that callers may be handed on to."""
    print_json(Api(settings_of(config)).get("/transfer-targets"))
