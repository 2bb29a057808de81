"""A seat that holds its caller by its phone's own key: Asterisk plays the music, and here it is recorded."""

import asyncio

import structlog

from calls.clock import Clock
from calls.errors import StoreFault
from calls.events import Held, Resumed
from routing.waiting import WaitingRoom

log = structlog.get_logger(__name__)

BY_PHONE = "phone"


class PhoneHolds:
    """Told of every leg that is held; of those, a call's seat is recorded. The call's state stays: its caller is where he was."""

    def __init__(self, *, waiting: WaitingRoom, clock: Clock) -> None:
        self._waiting = waiting
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def said(self, call_id: str, leg: str, *, held: bool) -> None:
        """The leg's phone holds, or does so no more."""
        task = asyncio.create_task(self.note(call_id, leg, held=held), name=f"hold by phone {leg}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def note(self, call_id: str, leg: str, *, held: bool) -> None:
        """Record it, where the leg is the seat's."""
        try:
            call = await self._waiting.call(call_id)
            if call is None or call.seat_leg != leg:
                return
            fact = Held if held else Resumed
            await self._waiting.record([fact(call_id=call_id, at=self._clock.now(), seat_id=call.seat_id, how=BY_PHONE)])
        except StoreFault as fault:
            log.warning("hold_not_recorded", call_id=call_id, code=fault.code)  # what the caller hears is right all the same
