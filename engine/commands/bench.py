"""`zhida bench`: the benchmark, on a lab of its own."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from calls.clock import SystemClock
from engine.commands import lab as lab_command
from engine.commands.options import AsJson
from engine.commands.stopping import until_told
from lab.bench.run import Hotline, Surroundings, run
from lab.bench.scale import FULL, QUICK
from lab.house import control
from lab.house.files import read_house
from routing.waiting import Rules, SeatBoard, WaitingRoom
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.sql.database import Database
from store.sql.directory import SqlDirectory
from whitelist.keeping import EntryStore

_NET: Final = "127.0.26"
_HOTLINE: Final = "bench"


def bench(
    as_json: AsJson = False,
    quick: Annotated[bool, typer.Option("--quick", help="Two or three minutes: less of everything, figures less sure.")] = False,
    net: lab_command.Net = _NET,
) -> None:
    """Measure Zhida beside a bare Dial() and app_queue of the same Asterisk in the same run (docs/benchmark.md); about ten minutes."""
    folder = lab_command.state_dir(net) / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    around = Surroundings(
        lab=lambda overrides: _lab(net, overrides),
        steps=lambda hotline: _steps(net, hotline),
        memory=lambda: _memory(net),
        store=_store,
        folder=folder,
        say=_say,
    )
    report = asyncio.run(until_told(run(QUICK if quick else FULL, around)))
    sys.stdout.write(json.dumps(report.document(), ensure_ascii=False) + "\n" if as_json else report.text())


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
    """Bytes that the lab's Redis uses."""
    redis = connect(f"unix://{read_house(lab_command.state_dir(net)).socket}")
    try:
        return int((await redis.info("memory"))["used_memory"])
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
