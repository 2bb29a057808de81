"""Tells seats when a specialist they wished for can be had; any number of engines look, and one of them tells."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import Conflict, Fault, PbxFault, Refused
from calls.events import SpecialistFree
from conference.asking import Roster, SpecialistDesk, Wanted
from conference.figures import SpecialistFigures
from conference.legs import Legs
from conference.telling import FREE
from conference.wishes import CameTrue, FreeWish, FreeWishes, came_true
from routing.live_call import live_call
from routing.waiting import WaitingRoom

log = structlog.get_logger(__name__)

_EVERY_S: Final = 2.0
_AFTER_FAULT_S: Final = 10.0
_KEPT: Final = timedelta(hours=12)
"""A wish nobody could grant for so long is let go: the shift is over."""


class WishDesk:
    """Takes wishes, and looks whether they have come true."""

    def __init__(
        self,
        *,
        wishes: FreeWishes,
        specialists: SpecialistDesk,
        roster: Roster,
        figures: SpecialistFigures,
        waiting: WaitingRoom,
        legs: Legs,
        clock: Clock,
    ) -> None:
        self._wishes = wishes
        self._specialists = specialists
        self._roster = roster
        self._figures = figures
        self._waiting = waiting
        self._legs = legs
        self._clock = clock

    async def wish(self, call_id: str, wanted: Wanted) -> FreeWish:
        """The seat of this call wants to be told. Raises: NotFound, Conflict: it has no seat. Refused: nobody is meant. StoreFault."""
        call = await live_call(self._waiting, call_id)
        if not call.seat_id:
            raise Conflict("seat_has_left", f"No seat serves call {call_id}; only a seat can be told.", call_id=call_id)
        meant, words = await self._specialists.meant(wanted)
        now = self._clock.now()
        standing = await self._specialists.standing(now)
        wish = FreeWish(
            wish_id=secrets.token_hex(8),
            seat_id=call.seat_id,
            call_id=call_id,
            wanted=meant[0].name if wanted.specialist_id else words,
            specialists=tuple(one.specialist_id for one in meant),
            off_duty=tuple(one.specialist_id for one in meant if not standing(one).on_duty),
            made=now,
        )
        return await self._wishes.add(wish)

    async def lately(self, seat_id: str | None, *, hours: float) -> Sequence[FreeWish]:
        """Open wishes, and those that came true in the last hours, the latest first. Raises: StoreFault."""
        return await self._wishes.lately(seat_id=seat_id, since=self._clock.now() - timedelta(hours=hours))

    async def withdraw(self, wish_id: str) -> None:
        """Raises: NotFound, StoreFault."""
        await self._wishes.withdraw(wish_id)

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.look()
            except Fault as fault:
                log.warning("wishes_not_looked_at", code=fault.code)
                await asyncio.sleep(_AFTER_FAULT_S)
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> None:
        """Tell of every wish that has come true. Raises: StoreFault."""
        wishes = await self._wishes.open()
        if not wishes:
            return
        now = self._clock.now()
        roster, standing, busy = await self._roster.everybody(), await self._specialists.standing(now), await self._specialists.busy()
        wished = {ident for wish in wishes for ident in wish.specialists}
        answering = await self._figures.answering(sorted(wished), since=now)
        stands = {one.specialist_id: standing(one) for one in roster}
        for wish in wishes:
            if now - wish.made > _KEPT:
                await self._wishes.withdraw(wish.wish_id)
                continue
            found = came_true(wish, roster, standing=stands, busy=busy, answering=answering)
            if found is not None:
                await self._tell(wish, found)

    async def _tell(self, wish: FreeWish, found: CameTrue) -> None:
        one, now = found.specialist, self._clock.now()
        told = replace(wish, told=now, specialist_id=one.specialist_id, name=one.name, why=found.why)
        if not await self._wishes.tell(told):
            return  # another engine has, or the seat does not want it any more
        fact = SpecialistFree(
            call_id=wish.call_id,
            at=now,
            wish_id=wish.wish_id,
            seat_id=wish.seat_id,
            specialist_id=one.specialist_id,
            name=one.name,
            department=one.department,
            why=found.why,
        )
        await self._waiting.record([fact])
        log.info("wish_came_true", wish_id=wish.wish_id, seat_id=wish.seat_id, why=found.why)
        await self._say(wish)

    async def _say(self, wish: FreeWish) -> None:
        """It hears it too where it still serves that call."""
        call = await self._waiting.call(wish.call_id)
        if call is None or call.seat_id != wish.seat_id or not call.seat_leg:
            return
        try:
            await self._legs.say_to(call.seat_leg, [FREE])
        except (PbxFault, Refused) as fault:
            log.info("wish_not_said", code=fault.code)
