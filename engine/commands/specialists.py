"""`zhida specialists`: the roster form in and out, and who is on it."""

import getpass
import json
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from calls.clock import SystemClock
from conference.duty import roster_faults
from config.opening_rules import roster_rules
from config.settings import Settings
from engine.acts import noted_act
from engine.client import Api
from engine.commands.forms import RemoveMissing, TargetFile, Yes, announce, export_form, import_form, run
from engine.commands.options import AsJson, ConfigFile, local, moment_in, settings_of
from engine.commands.table import table
from engine.lists import ROSTER
from engine.stores import Stores

app = typer.Typer(no_args_is_help=True, help="The specialists' roster: the form in and out, and who is on it.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="涉企政策专员联络表.")],
    config: ConfigFile = None,
    yes: Yes = False,
    remove_missing: RemoveMissing = False,
) -> None:
    """Read the form, show what would change, and apply it once that is confirmed."""
    settings = settings_of(config)
    try:
        import_form(settings, ROSTER, file, yes=yes, remove_missing=remove_missing)
    except typer.Exit:  # rows were refused, the others are there
        run(settings, lambda stores: _warn(settings, stores))
        raise
    run(settings, lambda stores: _warn(settings, stores))


async def _warn(settings: Settings, stores: Stores) -> None:
    """What is to be seen to in the roster as it is now."""
    for sentence in roster_faults(await stores.roster.everybody(), roster_rules(settings)):
        sys.stderr.write(f"warning: {sentence}\n")


@app.command()
def export(file: TargetFile, config: ConfigFile = None) -> None:
    """Write the roster back into its form."""
    export_form(settings_of(config), ROSTER, file)


@app.command("list")
def list_specialists(
    config: ConfigFile = None,
    department: Annotated[str | None, typer.Option(help="Only units whose name holds this, e.g. 税务.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who is on the roster."""

    async def show(stores: Stores) -> None:
        everybody = await stores.roster.everybody()
        found = [one for one in everybody if department is None or department in one.unit or department in one.department]
        if as_json:
            sys.stdout.write(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2) + "\n")
            return
        rows = [
            (
                *(one.specialist_id, one.department, one.kind, one.name, one.title, "、".join(one.office), "、".join(one.mobile)),
                *("、".join(one.topics), one.level, "、".join(one.duty), "、".join(one.stand_ins), one.notes),
            )
            for one in found
        ]
        added = ("topics", "level", "duty", "stand-ins", "notes")
        sys.stdout.write(table(("id", "department", "kind", "name", "title", "office", "mobile", *added), rows))

    run(settings_of(config), show)


@app.command()
def departments(
    config: ConfigFile = None,
    as_json: AsJson = False,
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="Over so many days until now.")] = 30,
) -> None:
    """How each department answers: calls asked, answered, accepted, how fast, and solved online."""
    since = (SystemClock().now() - timedelta(days=days)).isoformat()
    found = Api(settings_of(config)).get("/departments", **{"from": since})
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    rows = []
    for one in found["items"]:
        figures = one["figures"]
        shares = [_percent(figures[name]) for name in ("share_accepted", "share_solved_online")]
        seconds = [_seconds(figures[name]) for name in ("seconds_median", "seconds_p90")]
        counts = [figures[name] for name in ("asked", "answered", "accepted")]
        on_duty = f"{one['on_duty']} of {one['specialists']}"
        rows.append((one["department"], on_duty, *counts, shares[0], *seconds, figures["solved_online"], shares[1], figures["assigned"]))
    heads = ("department", "on duty", "asked", "answered", "accepted", "share", "median", "p90", "solved online", "share", "tickets left")
    sys.stdout.write(table(heads, rows))


@app.command()
def away(
    specialist: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")],
    until: Annotated[str, typer.Option(help="Until when, e.g. 2026-11-20T18:00.")],
    config: ConfigFile = None,
    why: Annotated[str | None, typer.Option(help="Leave, a meeting …")] = None,
) -> None:
    """He is asked no more until then; whoever stands in for him is."""
    settings = settings_of(config)
    body = {"until": moment_in(settings, until, option="--until").isoformat()} | ({} if why is None else {"why": why})
    shown = Api(settings).send("PUT", f"/specialists/{specialist}/away", body)
    sys.stdout.write(f"{shown['name']} {shown['off_duty_why']}.\n")


@app.command()
def back(specialist: Annotated[str, typer.Argument(metavar="ID")], config: ConfigFile = None) -> None:
    """He is asked again."""
    shown = Api(settings_of(config)).send("DELETE", f"/specialists/{specialist}/away")
    sys.stdout.write(f"{shown['name']} is back.\n")


@app.command()
def wishes(
    config: ConfigFile = None,
    as_json: AsJson = False,
    seat: Annotated[str | None, typer.Option(help="Only this seat's.")] = None,
    withdraw: Annotated[str | None, typer.Option(metavar="WISH", help="This one is not wished any more.")] = None,
) -> None:
    """Which seats wish to be told of a free specialist, and who was told lately."""
    settings = settings_of(config)
    api = Api(settings)
    if withdraw is not None:
        api.send("DELETE", f"/wishes/{withdraw}")
        sys.stdout.write(f"Wish {withdraw} is withdrawn.\n")
        return
    found = api.get("/wishes", **({} if seat is None else {"seat": seat}))["items"]
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [
        (one["wish_id"], one["seat"], one["wanted"], local(settings, one["made"]), local(settings, one["told"]), one["name"], one["why"])
        for one in found
    ]
    sys.stdout.write(table(("wish", "seat", "wanted", "made", "told", "who", "why"), rows))


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def _seconds(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds:.0f} s"


@app.command()
def remove(ids: Annotated[list[str], typer.Argument(metavar="ID…", help="As `list` shows them.")], config: ConfigFile = None) -> None:
    """Take specialists off the roster."""
    settings = settings_of(config)

    async def take_out(stores: Stores) -> None:
        async with noted_act(stores, "remove_from_list", "specialists", ids=ids[:100]):
            await stores.roster.remove(ids, by=getpass.getuser(), at=SystemClock().now())
        await announce(settings)
        sys.stdout.write(f"{len(set(ids))} removed.\n")

    run(settings, take_out)
