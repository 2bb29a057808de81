"""Looks at the call-back list again and again, and begins what is due (routing.callbacks.turns). Every engine runs one."""

import asyncio
from typing import Final, Protocol

import structlog

from calls.clock import Clock
from calls.errors import Fault, StoreFault
from engine.callbacks import CallbackDesk, since_ms
from routing.callbacks import turns
from routing.waiting import LiveCall
from seats.seat import Seat
from tickets.callbacks import CallbackList, WantedTasks
from tickets.records import MOST

log = structlog.get_logger(__name__)

EVERY_S: Final = 2.0


class Room(Protocol):
    """What it looks at beside the list. Raises (all): StoreFault."""

    async def calls(self) -> list[LiveCall]:
        """All live calls."""
        ...

    async def seats(self) -> list[Seat]:
        """All seats."""
        ...


class CallbackKeeper:
    """One engine's. Engines may look at the same moment: a number's lease decides who calls."""

    def __init__(self, *, desk: CallbackDesk, list_: CallbackList, room: Room, clock: Clock) -> None:
        self._desk = desk
        self._list = list_
        self._room = room
        self._clock = clock
        self._held_up = False

    async def run(self) -> None:
        """Look every two seconds, for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.once()
            except StoreFault as fault:
                if not self._held_up:
                    log.warning("callbacks_held_up", code=fault.code, why=fault.sentence)
                self._held_up = True
            else:
                self._held_up = False

    async def once(self) -> None:
        """Begin what is due now. Raises: StoreFault."""
        rules = self._desk.place.rules
        wanted = WantedTasks(open=True, callable=True, fewer_tries=rules.attempts, chosen=None if rules.auto else True)
        tasks = (await self._list.tasks(wanted, limit=MOST)).items
        calls = await self._room.calls()
        self._desk.stand(calls)
        if not tasks:
            return
        known = {task.task_id: task for task in tasks}
        due = turns(
            [task.owed for task in tasks],
            seats=await self._room.seats(),
            busy={*(call.number for call in calls), *await self._desk.orders.held({task.number: since_ms(task) for task in tasks})},
            ladders={task.task_id: self._desk.groups_for(task) for task in tasks},
            rules=rules,
            now=self._clock.now(),
        )
        for turn in due:
            try:
                await self._desk.begin(known[turn.owed.task_id], turn.cause)
            except StoreFault:
                raise
            except Fault as fault:
                log.warning("callback_not_begun", code=fault.code, why=fault.sentence)
                return
