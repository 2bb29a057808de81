"""Live state held against Asterisk: at start, after every reconnect, every few seconds. What differs is mended and logged."""

import asyncio
from typing import Final

import structlog

from calls.errors import Fault
from engine.mailbox import PostOffice
from engine.watcher import SeatPhones
from pbx.ami.link import AmiLink
from pbx.ami.snapshot import Snapshot
from routing.waiting import CallState, LiveCall, WaitingRoom

log = structlog.get_logger(__name__)

END_REASONS: Final = {CallState.IVR: "menu_left", CallState.WAITING: "abandoned", CallState.OFFERED: "abandoned"}
"""Why a call ended whose caller is gone, by where it was; everywhere else it had been served."""


class Reconciler:
    """Mends what got lost: calls whose channel is gone, seats' phones that changed unseen."""

    def __init__(self, *, link: AmiLink, waiting: WaitingRoom, phones: SeatPhones, post: PostOffice, every_s: float = 5.0) -> None:
        self._link = link
        self._waiting = waiting
        self._phones = phones
        self._post = post
        self._every_s = every_s

    async def run(self) -> None:
        """Reconcile every few seconds, for ever."""
        while True:
            await asyncio.sleep(self._every_s)
            if not self._link.state.up:
                continue
            try:
                with self._link.holding_events():
                    await self.once()
            except Fault as fault:
                log.warning("reconcile_failed", code=fault.code, why=fault.sentence)

    async def once(self) -> None:
        """Compare now, and mend. Raises: PbxFault, StoreFault: one of the two could not be asked; nothing was mended."""
        # Calls first: a call known to live state then must have a channel in what is asked afterwards.
        calls = await self._waiting.calls()
        snapshot = await self._link.snapshot(tuple(self._phones.devices))
        for device in self._phones.devices:
            if (state := snapshot.devices.get(device)) is not None:
                self._phones.saw(device, state)
        if not snapshot.missing:
            for call in calls:
                await self._mend(call, snapshot)

    async def _mend(self, call: LiveCall, snapshot: Snapshot) -> None:
        if call.call_id in snapshot.channels or call.call_id in self._post.calls:
            return
        reason = END_REASONS.get(call.state, "completed")
        log.warning("call_without_channel_ended", call_id=call.call_id, state=call.state, engine=call.engine, reason=reason)
        await self._waiting.end(call.call_id, reason, detail="its channel was gone")
