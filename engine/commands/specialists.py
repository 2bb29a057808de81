"""`zhida specialists`: the roster form in and out, and who is on it."""

import getpass
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from calls.clock import SystemClock
from engine.acts import noted_act
from engine.commands.forms import RemoveMissing, TargetFile, Yes, announce, export_form, import_form, run
from engine.commands.options import AsJson, ConfigFile, settings_of
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
    import_form(settings_of(config), ROSTER, file, yes=yes, remove_missing=remove_missing)


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
            (one.specialist_id, one.department, one.kind, one.name, one.title, "、".join(one.office), "、".join(one.mobile), one.notes)
            for one in found
        ]
        sys.stdout.write(table(("id", "department", "kind", "name", "title", "office", "mobile", "notes"), rows))

    run(settings_of(config), show)


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
