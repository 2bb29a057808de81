"""An engine's life: its parts started in order, kept going, and stopped in reverse."""

import asyncio
import signal
from typing import Final

import structlog

from calls.errors import Fault, StoreFault
from config.derive import seat_definitions
from engine.building import Engine

log = structlog.get_logger(__name__)

_FIRST_LINK_S: Final = 5.0
_STORE_RETRY_S: Final = 0.5


async def run(engine: Engine) -> None:
    """Serve calls until SIGTERM or SIGINT; then let those in hand go on for `engine.graceful_stop_s` and hand over the rest.

    In order: live state, the directory, the link to Asterisk, timers and deliveries, and last the door for calls.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await _live_state_there(engine)
    engine.link.start()
    try:
        await engine.link.wait_up(_FIRST_LINK_S)
    except Fault as fault:
        log.warning("asterisk_not_linked_yet", why=fault.sentence)
    try:
        async with asyncio.TaskGroup() as tasks:
            side = [
                tasks.create_task(engine.live.listen(engine.post), name="deliveries"),
                tasks.create_task(engine.live.keep_time(), name="timers"),
                tasks.create_task(engine.reconciler.run(), name="reconciler"),
            ]
            await engine.agi.start()
            log.info("engine_started", engine=engine.engine_id, agi=engine.agi.address)
            await stop.wait()
            log.info("engine_stopping", calls=len(engine.post.calls))
            await engine.agi.close(grace_s=engine.settings.engine.graceful_stop_s)
            await engine.live.sign_off()
            for task in side:
                task.cancel()
    finally:
        await engine.link.close()
        await engine.redis.aclose()
    log.info("engine_stopped")


async def _live_state_there(engine: Engine) -> None:
    """Bring the configured seats into live state; wait for Redis as long as it takes."""
    said = False
    while True:
        try:
            await engine.live.define(seat_definitions(engine.settings))
        except StoreFault as fault:
            if not said:
                log.error("live_state_awaited", why=fault.sentence)
            said = True
            await asyncio.sleep(_STORE_RETRY_S)
        else:
            return
