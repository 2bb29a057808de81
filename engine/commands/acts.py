"""`zhida acts`: who did what to which call, seat, ticket or list, and why."""

import asyncio
import json
import sys
from typing import Annotated

import typer

from api.documents.acts import act_document
from calls.clock import SystemClock
from calls.events import Act
from config.settings import Settings
from engine.commands.options import AsJson, ConfigFile, local, settings_of, since_of
from engine.commands.table import table
from engine.stores import open_stores
from tickets.acts import WantedActs
from tickets.records import MOST


def acts(
    config: ConfigFile = None,
    as_json: AsJson = False,
    who: Annotated[str | None, typer.Option(help="Only by this token, `shell`, or person.")] = None,
    what: Annotated[str | None, typer.Option(help="Only this operation, e.g. start_supervision.")] = None,
    on: Annotated[str | None, typer.Option(help="Only on this: seats/8001, or all seats: seats.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only since then, e.g. 2026-11-01T00:00.")] = None,
    undone: Annotated[bool, typer.Option("--undone", help="Also what was refused or failed.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, help="At the most so many.")] = 50,
) -> None:
    """What persons did that had an effect, the latest first; read from the database, also while no engine runs."""
    settings = settings_of(config)
    wanted = WantedActs(who=who, what=what, subject=on, since=since_of(settings, since), undone=undone)
    found = asyncio.run(_found(settings, wanted, most))
    if as_json:
        documents = [act_document(act).model_dump(mode="json") for act in found]
        sys.stdout.write(json.dumps(documents, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [(local(settings, act.at), _who(act), act.what, act.subject, act.detail, act.why, act.came_of) for act in found]
    sys.stdout.write(table(("at", "who", "what", "on", "asked for", "why", "came of it"), rows))


async def _found(settings: Settings, wanted: WantedActs, most: int) -> list[Act]:
    stores = open_stores(settings, SystemClock())
    found: list[Act] = []
    cursor: str | None = None
    try:
        await stores.database.upgrade()
        while len(found) < most:
            page = await stores.acts.acts(wanted, cursor=cursor, limit=min(most - len(found), MOST))
            found += page.items
            if (cursor := page.next) is None:
                break
    finally:
        await stores.database.close()
    return found


def _who(act: Act) -> str:
    return f"{act.who}/{act.person}" if act.person else act.who
