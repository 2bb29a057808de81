"""What the configuration says of recording, and the parts of an engine that see to it."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import StoreFault
from conference.recording import RecordingDesk
from config.settings import Settings
from config.telephony import PbxSettings
from engine.recording_keeper import RecordingKeeper
from engine.recording_stores import RecordingStores
from engine.stores import Stores
from store.redis.live import RedisLiveState

log = structlog.get_logger(__name__)

NO_RECORDING: Final = ""
_LOOK_EVERY_S: Final = 1.0


def folder_of(settings: Settings, pbx: PbxSettings) -> str:
    """Where Asterisk records to, as it sees that folder; NO_RECORDING where nothing is to be recorded."""
    return pbx.recordings_dir if settings.recording.enabled else NO_RECORDING


def keeper_of(settings: Callable[[], Settings], live: RedisLiveState, stores: Stores, clock: Clock) -> RecordingKeeper:
    """An engine's keeper, by the settings in force."""

    async def live_ids() -> set[str]:
        return {call.call_id for call in await live.calls()}

    return RecordingKeeper(
        settings=settings,
        stores=RecordingStores(settings),
        records=stores.records,
        live=live_ids,
        tell=live.record,
        clock=clock,
    )


async def end_pauses(desk: RecordingDesk) -> None:
    """Resume, for ever, what was paused longer than is allowed."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        try:
            await desk.end_overdue()
        except StoreFault as fault:
            log.debug("pauses_not_looked_at", why=fault.sentence)
