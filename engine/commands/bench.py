"""`zhida bench`: the benchmark, on a lab of its own."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from calls.clock import SystemClock
from conference.roster import Specialist
from config.load import load
from engine.addresses import login_of
from engine.commands import lab as lab_command
from engine.commands.forms import announce
from engine.commands.options import AsJson
from engine.commands.stopping import until_told
from engine.stores import open_stores
from lab.asterisk.instance import console
from lab.bench.conference_report import ConferenceReport
from lab.bench.conferences import MOST, ConferenceScale, Entries, Ground, measure_conferences
from lab.bench.key_memory import bytes_of_keys
from lab.bench.report import Report
from lab.bench.run import Hotline, Surroundings, run
from lab.bench.scale import FULL, QUICK
from lab.house import control
from lab.house.files import read_house
from pbx.ami.link import AmiLink
from routing.seat_board import SeatBoard
from routing.waiting import Rules, WaitingRoom
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.sql.database import Database
from store.sql.directory import SqlDirectory
from whitelist.changes import Diff
from whitelist.keeping import EntryStore

_NET: Final = "127.0.26"
_HOTLINE: Final = "bench"
_LINK_S: Final = 10.0


def bench(
    as_json: AsJson = False,
    quick: Annotated[bool, typer.Option("--quick", help="Two or three minutes: less of everything, figures less sure.")] = False,
    conferences: Annotated[
        int, typer.Option(min=0, max=MOST, help="Instead: this many three-way conferences at once, beside a bare ConfBridge.")
    ] = 0,
    net: lab_command.Net = _NET,
) -> None:
    """Measure Zhida beside a bare Dial() and app_queue of the same Asterisk in the same run (docs/benchmark.md); about ten minutes."""
    folder = lab_command.state_dir(net) / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    if conferences:
        scale = ConferenceScale(conferences=conferences, window_s=5 if quick else 20)
        _print(asyncio.run(until_told(measure_conferences(scale, _ground(net, folder)))), as_json=as_json)
        return
    around = Surroundings(
        lab=lambda overrides: _lab(net, overrides),
        steps=lambda hotline: _steps(net, hotline),
        memory=lambda: _memory(net),
        store=_store,
        folder=folder,
        say=_say,
    )
    _print(asyncio.run(until_told(run(QUICK if quick else FULL, around))), as_json=as_json)


def _print(report: Report | ConferenceReport, *, as_json: bool) -> None:
    sys.stdout.write(json.dumps(report.document(), ensure_ascii=False) + "\n" if as_json else report.text())


def _ground(net: str, folder: Path) -> Ground:
    """What measuring conferences needs of the lab on that net."""

    async def roster(specialists: Sequence[Specialist]) -> None:
        settings = load(read_house(lab_command.state_dir(net)).config)
        stores = open_stores(settings, SystemClock())
        try:
            changes: Diff[Specialist] = Diff(added=tuple(specialists))
            await stores.roster.apply(changes, by=_HOTLINE, at=SystemClock().now())
        finally:
            await stores.database.close()
        await announce(settings)

    async def hang_up() -> None:
        await console(read_house(lab_command.state_dir(net)).box, "channel request hangup all")

    return Ground(
        lab=lambda overrides: _lab(net, overrides), roster=roster, entries=lambda: _entries(net), hang_up=hang_up, folder=folder, say=_say
    )


@asynccontextmanager
async def _entries(net: str) -> AsyncIterator[Entries]:
    """Who comes into a room, by an AMI link of the benchmark's own."""
    settings = load(read_house(lab_command.state_dir(net)).config)
    (pbx,) = settings.asterisk.values()
    entries = Entries()
    link = AmiLink(login_of(pbx), clock=SystemClock())
    link.subscribe("ConfbridgeJoin", lambda event: entries.note(event.get("Conference"), event.get("Uniqueid")))
    link.start()
    try:
        await link.wait_up(_LINK_S)
        yield entries
    finally:
        await link.close()


def _say(what: str) -> None:
    sys.stderr.write(f"… {what}\n")
    sys.stderr.flush()


@asynccontextmanager
async def _lab(net: str, overrides: tuple[str, ...]) -> AsyncIterator[Hotline]:
    """A lab of the benchmark's own, up while the block lasts."""
    state = lab_command.state_dir(net)
    _say(f"the lab on {net}.1 ({overrides[-1]})")
    try:
        await lab_command.start(net, engines=1, overrides=list(overrides))
        status = lab_command.status_of(net)
        pids = {name: part["pid"] for name, part in status["parts"].items()}
        yield Hotline(net=net, api_url=status["api"]["url"], api_token=status["api"]["token"], pids=pids)
    finally:
        await control.stop(state)


@asynccontextmanager
async def _steps(net: str, hotline: str) -> AsyncIterator[tuple[WaitingRoom, SeatBoard]]:
    """The waiting room of a hotline of its own on the lab's Redis, which forgets it when the lab is started anew."""
    redis = connect(f"unix://{read_house(lab_command.state_dir(net)).socket}")
    try:
        live = RedisLiveState(redis, hotline=hotline, engine_id=_HOTLINE, rules=Rules(wrap_up_s=0), clock=SystemClock())
        yield live, live
    finally:
        await redis.aclose()


async def _memory(net: str) -> int:
    """Bytes that the keys of the lab's Redis take."""
    redis = connect(f"unix://{read_house(lab_command.state_dir(net)).socket}")
    try:
        return await bytes_of_keys(redis)
    finally:
        await redis.aclose()


@asynccontextmanager
async def _store(folder: Path) -> AsyncIterator[EntryStore]:
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    try:
        await database.upgrade()
        yield SqlDirectory(database, _HOTLINE)
    finally:
        await database.close()
