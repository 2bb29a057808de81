"""`zhida recordings`: what is kept, whether it is still what it was, and what belongs to nobody. Only holds need an engine."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Annotated

import structlog
import typer

from calls.clock import SystemClock
from calls.errors import NotFound, Refused
from config.settings import Settings
from engine.acts import noted_act
from engine.client import Api
from engine.commands.options import AsJson, ConfigFile, local, settings_of
from engine.commands.table import table
from engine.recording_stores import RecordingStores
from engine.stores import Stores, open_stores
from store.recordings.manifest_json import from_json
from tickets.manifests import MANIFEST, Manifest, RecordingStore, Stored
from tickets.sweeping import REMOVABLE, Finding, call_of, findings, not_there

log = structlog.get_logger(__name__)
app = typer.Typer(no_args_is_help=True, help="Recordings: what is kept, whether it is what it was, and what belongs to nobody.")

_ASKED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A manifest and the store it was found in."""

    manifest: Manifest
    store: RecordingStore


@app.command("list")
def list_recordings(
    config: ConfigFile = None,
    as_json: AsJson = False,
    most: Annotated[int, typer.Option("--most", min=1, help="At the most so many.")] = 50,
) -> None:
    """Recordings that are kept or were, the latest first."""
    settings = settings_of(config)
    kept = asyncio.run(_list(settings, most))
    documents = [{**asdict(one.manifest), "place": one.store.place} for one in kept]
    if as_json:
        sys.stdout.write(json.dumps(documents, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    rows = [_row(settings, one.manifest) for one in kept]
    sys.stdout.write(table(("recording", "finished", "seconds", "bytes", "sha256", "removed"), rows))


@app.command()
def verify(
    calls: Annotated[list[str] | None, typer.Argument(metavar="NAME…", help="Only these names of the list; else all.")] = None,
    config: ConfigFile = None,
) -> None:
    """Compute each SHA-256 again; exit 1 where one is not what its manifest says."""
    wrong = asyncio.run(_verify(settings_of(config), calls or []))
    if wrong:
        raise typer.Exit(1)


@app.command()
def sweep(
    config: ConfigFile = None,
    as_json: AsJson = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove files of no call, and leftovers of engines that died.")] = False,
    days: Annotated[int, typer.Option("--days", min=1, help="Look for the recordings of calls of so many days.")] = 90,
) -> None:
    """Find files without a call, halves never joined, and recordings that are not there; exit 1 where any is left."""
    found, done = asyncio.run(_sweep(settings_of(config), days=days, remove=remove))
    if as_json:
        sys.stdout.write(json.dumps([{**asdict(one), "removed": one in done} for one in found], ensure_ascii=False, indent=2) + "\n")
    else:
        rows = [(one.lack, one.name, one.size, "removed" if one in done else "") for one in found]
        sys.stdout.write(table(("what", "name", "bytes", ""), rows) if rows else "Everything is in its place.\n")
    if len(found) > len(done):
        raise typer.Exit(1)


@app.command()
def hold(
    call: Annotated[str, typer.Argument(metavar="CALL", help="The call's id.")],
    why: Annotated[str, typer.Option("--why", help="The complaint or case that it is kept for.")],
    config: ConfigFile = None,
) -> None:
    """Have what was recorded of a call, consults too, kept beyond its time."""
    Api(settings_of(config)).send("PUT", f"/calls/{call}/recording/hold", {"why": why})
    sys.stdout.write(f"{call} is kept until it is released.\n")


@app.command()
def release(call: Annotated[str, typer.Argument(metavar="CALL", help="The call's id.")], config: ConfigFile = None) -> None:
    """Have it removed in its time again."""
    Api(settings_of(config)).send("DELETE", f"/calls/{call}/recording/hold")
    sys.stdout.write(f"{call} is removed in its time.\n")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[RecordingStores, Stores]]:
    recordings, stores = RecordingStores(lambda: settings), open_stores(settings, SystemClock())
    try:
        yield recordings, stores
    finally:
        await stores.database.close()


async def _list(settings: Settings, most: int) -> list[Kept]:
    async with _opened(settings) as (recordings, _):
        files: list[tuple[Stored, RecordingStore]] = []
        for store in recordings.all():
            files += [(file, store) async for file in store.everything() if file.name.endswith(MANIFEST)]
        files.sort(key=lambda found: found[0].modified, reverse=True)
        kept = [Kept(manifest=manifest, store=store) for file, store in files[:most] if (manifest := await _read(store, file.name))]
        return sorted(kept, key=lambda one: one.manifest.finished, reverse=True)


async def _read(store: RecordingStore, name: str) -> Manifest | None:
    content = await store.read(name)
    return from_json(content) if content is not None else None


async def _verify(settings: Settings, calls: Sequence[str]) -> int:
    """How many are wrong."""
    wrong = 0
    async with _opened(settings) as (recordings, _):
        for kept in [await _named(recordings, call) for call in calls] or await _list(settings, sys.maxsize):
            if kept.manifest.removed is not None:
                continue
            for file in kept.manifest.files:
                is_now = await _digest(kept.store, file.name, file.size + 1)
                wrong += is_now != file.sha256
                sys.stdout.write(f"{file.name}: {'ok' if is_now == file.sha256 else f'CHANGED: {is_now}, not {file.sha256}'}\n")
    return wrong


async def _named(recordings: RecordingStores, call: str) -> Kept:
    found = await recordings.manifest(call)
    if found is None:
        raise Refused("recording_unknown", f"There is no recording {call}; ./zhida recordings list shows what there is.")
    return Kept(manifest=found[0], store=found[1])


async def _digest(store: RecordingStore, name: str, size: int) -> str:
    """"not there" where it is not. One byte more than there should be is asked for, because a longer file is another file."""
    digest = sha256()
    try:
        async for chunk in store.stream(name, start=0, size=size):
            digest.update(chunk)
    except NotFound:
        return "not there"
    return digest.hexdigest()


async def _sweep(settings: Settings, *, days: int, remove: bool) -> tuple[list[Finding], list[Finding]]:
    """What is wrong, and what of it was removed."""
    async with _opened(settings) as (recordings, stores):
        now, names = SystemClock().now(), set[str]()
        found: list[Finding] = []
        done: list[Finding] = []
        for store in recordings.all():
            files = [file async for file in store.everything()]
            names |= {file.name for file in files}
            here = findings(files, await _ended(stores, {call_of(file.name) for file in files}), now)
            found += here
            if remove:
                done += await _removed(stores, store, [one for one in here if one.lack in REMOVABLE])
        found += await not_there(stores.records, names, since=now - timedelta(days=days), now=now)
    return found, done


async def _removed(stores: Stores, store: RecordingStore, orphans: Sequence[Finding]) -> list[Finding]:
    """Those that are not there any more, each noted in the log of acts before it goes."""
    done: list[Finding] = []
    for one in orphans:
        async with noted_act(stores, "remove_orphan", f"recordings/{one.name}", lack=one.lack, size=one.size, place=store.place):
            await store.remove(one.name)
        log.warning("recording_orphan_removed", name=one.name, lack=one.lack, place=store.place, size=one.size)
        done.append(one)
    return done


async def _ended(stores: Stores, calls: set[str]) -> dict[str, bool]:
    known: dict[str, bool] = {}
    asked = sorted(calls - {""})
    for first in range(0, len(asked), _ASKED_AT_ONCE):
        known |= await stores.records.ended(asked[first : first + _ASKED_AT_ONCE])
    return known


def _row(settings: Settings, manifest: Manifest) -> tuple[object, ...]:
    seconds, size = sum(file.length_s for file in manifest.files), sum(file.size for file in manifest.files)
    finished = local(settings, manifest.finished)
    gone = local(settings, manifest.removed.at if manifest.removed is not None else None)
    return manifest.name, finished, f"{seconds:.1f}", str(size), manifest.files[0].sha256[:12], gone
