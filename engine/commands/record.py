"""`zhida record`: the recorder. Each engine keeps one running (engine.recorder_process); nobody needs to start it by hand."""

import asyncio
import json
import os
import secrets
import signal
import sys
from typing import Final

import uvloop

from calls.clock import SystemClock
from config.derive import redis_url
from config.settings import Settings
from engine.commands.options import ConfigFile, Overrides, settings_of
from engine.logs import configure_logs
from engine.recorder_process import document_of
from engine.stores import open_stores
from store.redis.connection import connect
from store.redis.stream import EventStream
from store.redis.telling import TellingStream
from tickets.recorder import Recorder

_HELD_S: Final = 5.0  # facts that a recorder took and did not get into the database for so long are another one's to record
_NICE: Final = 3
"""Half of an engine's share where both want a processor: records can wait, callers cannot. Much lower, and on a busy machine
a record comes many seconds late, because a batch costs more of the processor than is left over."""
_LOOK_S: Final = 0.25


def record(config: ConfigFile = None, overrides: Overrides = None) -> None:
    """Move facts from the stream into the records until standard input is closed."""
    settings = settings_of(config, overrides)
    configure_logs(settings.engine.log_level)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the engine, which still has calls to be recorded
    os.nice(_NICE)
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # an engine that wakes up need not wait for it
    uvloop.run(_record(settings))


async def _record(settings: Settings) -> None:
    clock, hotline = SystemClock(), settings.hotline.id
    redis, stores = connect(redis_url(settings)), open_stores(settings, clock)
    stream = EventStream(redis, hotline=hotline, recorder=f"{hotline}-{secrets.token_hex(4)}", held_s=_HELD_S)
    recorder = Recorder(TellingStream(stream, redis, hotline=hotline), stores.facts, clock)
    try:
        told = asyncio.create_task(_tell(recorder), name="state")
        recording = asyncio.create_task(recorder.run(), name="recorder")
        closed = asyncio.create_task(_input_closed(), name="input")
        await asyncio.wait({recording, closed}, return_when=asyncio.FIRST_COMPLETED)
        if recording.done():
            recording.result()  # a fault of ours: this process ends of it, and the engine starts another
        recording.cancel()
        await asyncio.wait({recording})
        while await recorder.step(wait_s=0):
            pass
        told.cancel()
    finally:
        await redis.aclose()
        await stores.database.close()


async def _tell(recorder: Recorder) -> None:
    before = None
    while True:
        if (state := recorder.state) != before:
            before = state
            sys.stdout.write(json.dumps(document_of(state)) + "\n")
            sys.stdout.flush()
        await asyncio.sleep(_LOOK_S)


async def _input_closed() -> None:
    """Return when there is nobody any more to record for."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass
