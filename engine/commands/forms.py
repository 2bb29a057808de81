"""What `whitelist` and `specialists` do alike: a form in with its difference shown first, all of it out."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from calls.clock import SystemClock
from calls.errors import Refused, StoreFault
from config.derive import redis_url
from config.settings import Settings
from engine.acts import noted_act
from engine.lists import FormList
from engine.stores import Stores, open_stores
from store.redis.announcing import Announcements
from store.redis.connection import connect

T = TypeVar("T")

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Apply the difference without asking.")]
RemoveMissing = Annotated[bool, typer.Option("--remove-missing", help="Take out what the file could hold and does not.")]
TargetFile = Annotated[Path, typer.Argument(metavar="FILE.xlsx")]


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


def import_form(settings: Settings, form: FormList[T], file: Path, *, yes: bool, remove_missing: bool) -> None:
    """Read the file, show the difference, apply it once that is confirmed; exit 1 where rows were refused."""
    read = form.read(file, settings.hotline.area_code)
    sys.stdout.write(read.words() + "\n")

    async def change(stores: Stores) -> None:
        kept, version = await form.kept(stores)
        changes = form.diff(kept, read.items, remove_missing)
        sys.stdout.write(form.describe(changes) + "\n")
        if changes.nothing_to_change:
            return
        if not yes and not typer.confirm("Apply this?"):
            sys.stdout.write("Nothing was changed.\n")
            return
        async with noted_act(stores, "import_list", form.name, file=file.name, changes=form.describe(changes)[:2000]):
            await form.apply(stores, changes, version)
        await announce(settings)
        sys.stdout.write("Applied; every engine has it.\n")

    run(settings, change)
    if read.refused:
        raise typer.Exit(1)


def export_form(settings: Settings, form: FormList[T], file: Path) -> None:
    """Write all that is kept into a file of the form's columns. Raises: Refused: there is no such folder."""
    if not file.absolute().parent.is_dir():
        raise Refused("no_such_folder", f"{file} cannot be written: there is no folder {file.parent}.")

    async def write(stores: Stores) -> None:
        kept, _ = await form.kept(stores)
        form.write(kept, file)
        sys.stdout.write(f"{len(kept)} written to {file}.\n")

    run(settings, write)


async def announce(settings: Settings) -> None:
    """Tell every engine that a list was changed; one that does not hear it looks by itself within seconds."""
    redis = connect(redis_url(settings))
    try:
        await Announcements(redis, hotline=settings.hotline.id).announce()
    except StoreFault as fault:
        sys.stderr.write(f"The engines were not told at once, and look by themselves in some seconds: {fault.sentence}\n")
    finally:
        await redis.aclose()
