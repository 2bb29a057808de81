"""`zhida whitelist`: the annex forms in and out, and what is on the list."""

import asyncio
import getpass
import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from calls.clock import SystemClock
from calls.errors import StoreFault
from config.derive import redis_url
from config.settings import Settings
from engine.commands.options import AsJson, ConfigFile, settings_of
from engine.commands.table import table
from engine.stores import Stores, open_stores
from store.redis.announcing import Announcements
from store.redis.connection import connect
from whitelist.changes import Diff, describe_entries, diff_entries
from whitelist.entries import Entry
from whitelist.exporting import contacts_text, write_whitelist
from whitelist.importing import describe, read_whitelist
from whitelist.keeping import WantedEntries
from whitelist.numbers import parse_number

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="The whitelist: the annex forms in and out, and what is on the list.")

_PAGE = 200


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="三星级及以上企业信息库 and/or 重点项目信息库.")],
    config: ConfigFile = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply the difference without asking.")] = False,
    remove_missing: Annotated[bool, typer.Option("--remove-missing", help="Take out what the file could hold and does not.")] = False,
) -> None:
    """Read the forms, show what would change, and apply it once that is confirmed."""
    settings = settings_of(config)
    imported = read_whitelist(file, area_code=settings.hotline.area_code)
    sys.stdout.write(describe(imported) + "\n")

    async def change(stores: Stores) -> None:
        version = await stores.directory.version()
        changes = diff_entries(await _all(stores), imported.entries, remove_missing=remove_missing)
        sys.stdout.write(describe_entries(changes) + "\n")
        if changes.nothing_to_change:
            return
        if not yes and not typer.confirm("Apply this?"):
            sys.stdout.write("Nothing was changed.\n")
            return
        await apply(settings, stores, changes, based_on=version)
        sys.stdout.write("Applied; every engine has it.\n")

    run(settings, change)
    if imported.refused:
        raise typer.Exit(1)


@app.command()
def export(file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")], config: ConfigFile = None) -> None:
    """Write the list back into the annex forms."""

    async def write(stores: Stores) -> None:
        entries = await _all(stores)
        write_whitelist(entries, file)
        sys.stdout.write(f"{len(entries)} entries written to {file}.\n")

    run(settings_of(config), write)


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
        cursor: str | None = None
        rows: list[Entry] = []
        while True:
            page = await stores.directory.find(wanted, cursor=cursor, limit=_PAGE)
            rows += page.items
            if (cursor := page.next) is None:
                break
        if as_json:
            sys.stdout.write(json.dumps([_document(entry) for entry in rows], ensure_ascii=False, indent=2) + "\n")
            return
        cells = [(entry.entry_id, entry.kind, entry.name, entry.tier, entry.valid_until, contacts_text(entry.contacts)) for entry in rows]
        sys.stdout.write(table(("id", "kind", "name", "tier", "valid until", "contacts"), cells))

    run(settings, show)


@app.command()
def remove(ids: Annotated[list[str], typer.Argument(metavar="ID…", help="As `list` shows them.")], config: ConfigFile = None) -> None:
    """Take entries off the list."""
    settings = settings_of(config)

    async def take_out(stores: Stores) -> None:
        await stores.directory.remove(ids, by=getpass.getuser(), at=SystemClock().now())
        await announce(settings)
        sys.stdout.write(f"{len(set(ids))} entries removed; every engine knows.\n")

    run(settings, take_out)


async def apply(settings: Settings, stores: Stores, changes: Diff[Entry], *, based_on: int) -> None:
    """Change the list and tell every engine."""
    await stores.directory.apply(changes, by=getpass.getuser(), at=SystemClock().now(), based_on=based_on)
    await announce(settings)


async def announce(settings: Settings) -> None:
    """Tell every engine that a list was changed; one that does not hear it looks by itself within seconds."""
    redis = connect(redis_url(settings))
    try:
        await Announcements(redis, hotline=settings.hotline.id).announce()
    except StoreFault as fault:
        sys.stderr.write(f"The engines were not told at once, and look by themselves in some seconds: {fault.sentence}\n")
    finally:
        await redis.aclose()


def run(settings: Settings, work: Callable[[Stores], Coroutine[Any, Any, T]]) -> T:
    """Do something with the stores of the configuration, its tables made or migrated first."""

    async def opened() -> T:
        stores = open_stores(settings, SystemClock())
        try:
            await stores.database.upgrade()
            return await work(stores)
        finally:
            await stores.database.close()

    return asyncio.run(opened())


async def _all(stores: Stores) -> list[Entry]:
    return [entry async for batch in stores.directory.batches() for entry in batch]


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
