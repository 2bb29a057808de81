"""`zhida whitelist`: the annex forms in and out, and what is on the list."""

import getpass
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.clock import SystemClock
from engine.acts import noted_act
from engine.commands.forms import RemoveMissing, TargetFile, Yes, announce, export_form, import_form, run
from engine.commands.options import AsJson, ConfigFile, settings_of
from engine.commands.table import table
from engine.lists import WHITELIST
from engine.stores import Stores
from whitelist.entries import Entry
from whitelist.exporting import contacts_text
from whitelist.keeping import WantedEntries
from whitelist.numbers import parse_number

app = typer.Typer(no_args_is_help=True, help="The whitelist: the annex forms in and out, and what is on the list.")

_PAGE = 200


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="三星级及以上企业信息库 and/or 重点项目信息库.")],
    config: ConfigFile = None,
    yes: Yes = False,
    remove_missing: RemoveMissing = False,
) -> None:
    """Read the forms, show what would change, and apply it once that is confirmed."""
    import_form(settings_of(config), WHITELIST, file, yes=yes, remove_missing=remove_missing)


@app.command()
def export(file: TargetFile, config: ConfigFile = None) -> None:
    """Write the list back into the annex forms."""
    export_form(settings_of(config), WHITELIST, file)


@app.command("list")
def list_entries(
    config: ConfigFile = None,
    name: Annotated[str | None, typer.Option(help="Only names that hold this.")] = None,
    number: Annotated[str | None, typer.Option(help="Only entries that claim this number, in any form.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is on the list."""
    settings = settings_of(config)
    parsed = parse_number(number, area_code=settings.hotline.area_code).e164 or number if number is not None else None
    wanted = WantedEntries(name=name, number=parsed)

    async def show(stores: Stores) -> None:
        entries = await _found(stores, wanted)
        if as_json:
            sys.stdout.write(json.dumps([_document(entry) for entry in entries], ensure_ascii=False, indent=2) + "\n")
            return
        rows = [(entry.entry_id, entry.kind, entry.name, entry.tier, entry.valid_until, contacts_text(entry.contacts)) for entry in entries]
        sys.stdout.write(table(("id", "kind", "name", "tier", "valid until", "contacts"), rows))

    run(settings, show)


@app.command()
def remove(ids: Annotated[list[str], typer.Argument(metavar="ID…", help="As `list` shows them.")], config: ConfigFile = None) -> None:
    """Take entries off the list."""
    settings = settings_of(config)

    async def take_out(stores: Stores) -> None:
        async with noted_act(stores, "remove_from_list", "enterprises", ids=ids[:100]):
            await stores.directory.remove(ids, by=getpass.getuser(), at=SystemClock().now())
        await announce(settings)
        sys.stdout.write(f"{len(set(ids))} removed; every engine knows.\n")

    run(settings, take_out)


async def _found(stores: Stores, wanted: WantedEntries) -> list[Entry]:
    found: list[Entry] = []
    cursor: str | None = None
    while True:
        page = await stores.directory.find(wanted, cursor=cursor, limit=_PAGE)
        found += page.items
        if (cursor := page.next) is None:
            return found


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "kind": entry.kind,
        "name": entry.name,
        "tier": entry.tier or None,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
        "numbers": [{"pattern": number.pattern, "role": number.role, "contact": number.contact} for number in entry.numbers],
    }
