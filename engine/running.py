"""An engine's life: its parts started in order, kept going, and stopped in reverse."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final

import structlog

from api.server import ApiServer
from calls.errors import Fault, StoreFault
from config.derive import seat_definitions
from engine.asterisks import Asterisk
from engine.building import Engine
from engine.keying import bring_keys_here
from engine.recording import end_pauses
from engine.reloading import Reloader
from seats.log_ins import LogIns

log = structlog.get_logger(__name__)

_FIRST_LINK_S: Final = 5.0
_FIRST_DIRECTORY_S: Final = 10.0
_STORE_RETRY_S: Final = 0.5
_LOOK_EVERY_S: Final = 5.0


async def run(engine: Engine, api: ApiServer, reloader: Reloader) -> None:
    """Serve calls until SIGTERM or SIGINT; then let those in hand go on for `engine.graceful_stop_s` and hand over the rest.

    In order: the API, whose /healthz says what is waited for; live state; the link to Asterisk; timers and deliveries; the
    directory; and last the door for calls.
    Raises: Fault: an address is not to be had.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reloader.signalled)
    try:
        await _listen(api)
        if await _done_before(stop, _live_state_there(engine)) and await _done_before(stop, _linked(engine)):
            await _serve(engine, stop, reloader)
    except ExceptionGroup as several:
        raise (several.exceptions[0] if len(several.exceptions) == 1 else several) from None
    finally:
        await api.close()
        await asyncio.gather(*(asterisk.link.close() for asterisk in engine.asterisks.values()))
        await engine.redis.aclose()
        await engine.stores.database.close()
    log.info("engine_stopped")


async def _listen(api: ApiServer) -> None:
    try:
        await api.start()
    except OSError as error:
        raise Fault("api_cannot_listen", f"Cannot serve HTTP on {api.host}:{api.port}: {error.strerror}.") from None


async def _done_before(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work; False where the engine was told to stop meanwhile."""
    doing, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            return False
        await doing
        return True
    finally:
        doing.cancel()
        stopping.cancel()


async def _serve(engine: Engine, stop: asyncio.Event, reloader: Reloader) -> None:
    async with asyncio.TaskGroup() as tasks:
        side = [tasks.create_task(work, name=name) for name, work in _side_work(engine, reloader).items()]
        if await _done_before(stop, _directory_read(engine)):
            await engine.agi.start()
            engine.taking_calls.set()
            log.info("engine_started", engine=engine.engine_id, agi=engine.agi.address)
            await stop.wait()
            engine.taking_calls.clear()
            log.info("engine_stopping", calls=len(engine.post.calls))
            await engine.agi.close(grace_s=engine.settings.engine.graceful_stop_s)
        for task in side:
            task.cancel()
        await asyncio.wait(side)
    await _sign_off(engine)


async def _sign_off(engine: Engine) -> None:
    """Only once nothing says any more that this engine lives."""
    try:
        await engine.live.sign_off()
    except StoreFault as fault:
        log.error("engine_not_signed_off", code=fault.code)  # the others miss it within seconds


async def _linked(engine: Engine) -> None:
    """Each Asterisk is given some time to be there; one that is not costs the calls on the others no more than that.

    What is there is compared before any timer runs: what a dead engine had offered is withdrawn by one of them, unless the phone
    is known to be in use, which it may be since nobody was there to see it.
    """
    await asyncio.gather(*(_linked_with(asterisk) for asterisk in engine.asterisks.values()))


async def _linked_with(asterisk: Asterisk) -> None:
    asterisk.link.start()
    try:
        await asterisk.link.wait_up(_FIRST_LINK_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_LINK_S):
                await asterisk.reconciler.compared.wait()
    except Fault as fault:
        log.warning("asterisk_not_linked_yet", asterisk=asterisk.name, why=fault.sentence)
        if asterisk.silence is not None:
            asterisk.silence.fell(asterisk.link.state)


def _side_work(engine: Engine, reloader: Reloader) -> dict[str, Coroutine[Any, Any, None]]:
    """What goes on beside the calls, by name."""
    tables_there = asyncio.Event()
    return {
        "deliveries": engine.live.listen(engine.post),
        "timers": engine.live.keep_time(),
        **{f"reconciler of {name}": asterisk.reconciler.run() for name, asterisk in engine.asterisks.items()},
        "directory": _follow_directory(engine, tables_there),
        "duty table": _follow_duty_table(engine, tables_there),
        "announcements": engine.news.listen(),
        "reloads asked": engine.reloads.news.listen(),
        "reloads": reloader.follow(),
        "recorder": _record(engine, tables_there),
        "recordings": engine.keeper.run(),
        "pauses": end_pauses(engine.recordings),
        "figures": _look(engine),
        "figures of call-backs": _look_at_callbacks(engine, tables_there),
        "callbacks": _call_back(engine, tables_there),
        "links": _keep_links(engine, tables_there),
        "wishes": _grant_wishes(engine, tables_there),
        "keys": _take_keys(engine),
    }


async def _record(engine: Engine, tables_there: asyncio.Event) -> None:
    await tables_there.wait()
    await engine.recorder.run()


async def _grant_wishes(engine: Engine, tables_there: asyncio.Event) -> None:
    await tables_there.wait()
    await engine.specialists.wishes.run()


async def _call_back(engine: Engine, tables_there: asyncio.Event) -> None:
    """Only once this engine takes calls: a call-back comes back to it."""
    await tables_there.wait()
    await engine.taking_calls.wait()
    await engine.callback_keeper.run()


async def _keep_links(engine: Engine, tables_there: asyncio.Event) -> None:
    await tables_there.wait()
    await engine.links.run()


async def _take_keys(engine: Engine) -> None:
    """Only while this engine takes calls."""
    await engine.taking_calls.wait()
    await bring_keys_here(engine.asterisks, engine.address)


async def _follow_directory(engine: Engine, tables_there: asyncio.Event) -> None:
    """Make or migrate the tables, however long the database is away; then keep the directory up to date."""
    while True:
        try:
            await engine.stores.database.upgrade()
        except StoreFault as fault:
            log.error("database_awaited", why=fault.sentence)
            await asyncio.sleep(_STORE_RETRY_S)
        else:
            break
    tables_there.set()
    await engine.directory.follow(engine.stores.directory, engine.news)


async def _follow_duty_table(engine: Engine, tables_there: asyncio.Event) -> None:
    await tables_there.wait()
    await engine.shifts.follow(engine.stores.rota, engine.news)


async def _directory_read(engine: Engine) -> None:
    """Wait for the directory, because without it nobody has priority; but calls come before the database."""
    try:
        async with asyncio.timeout(_FIRST_DIRECTORY_S):
            await engine.directory.first_read.wait()
    except TimeoutError:
        log.error("serving_without_directory", why=engine.directory.fault)


async def _look(engine: Engine) -> None:
    """Keep the figures of the hotline fresh, and whoever is signed in, signed in."""
    log_ins = LogIns(engine.seats)
    while True:
        try:
            engine.seen.calls, engine.seen.seats = await engine.live.calls(), await engine.live.seats()
            await log_ins.look(engine.seen.seats)
        except StoreFault as fault:
            log.debug("figures_not_read", code=fault.code)
        else:
            engine.shifts.look(engine.seen.seats)
        await asyncio.sleep(_LOOK_EVERY_S)


async def _look_at_callbacks(engine: Engine, tables_there: asyncio.Event) -> None:
    """The same for the call-back list and voice messages, which are in SQL; while that is away there is no figure, not an old one."""
    await tables_there.wait()
    while True:
        try:
            engine.seen.callbacks = await engine.stores.callbacks.standing()
            engine.seen.voicemails = await engine.stores.records.unheard()
        except StoreFault as fault:
            engine.seen.callbacks, engine.seen.voicemails = (), ()
            log.debug("figures_not_read", code=fault.code)
        await asyncio.sleep(_LOOK_EVERY_S)


async def _live_state_there(engine: Engine) -> None:
    """Bring the configured seats and agents into live state; wait for Redis as long as it takes."""
    said = False
    while True:
        try:
            await engine.live.define(seat_definitions(engine.settings))
            await engine.seats.sign_out_strangers()
        except StoreFault as fault:
            if not said:
                log.error("live_state_awaited", why=fault.sentence)
            said = True
            await asyncio.sleep(_STORE_RETRY_S)
        else:
            return
