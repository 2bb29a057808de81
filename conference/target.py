"""The target of an announced transfer, as the engine that owns the call sees to it: it is rung, it comes, it leaves."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from calls.clock import Clock
from calls.errors import Fault, PbxFault, Refused
from calls.events import Answered, Event, SeatLeft
from conference.inside import Inside, revise_inside
from conference.legs import Around, Legs
from conference.table import Happening, then
from conference.transfer import OUTSIDE, TargetKind, Transfer, TransferState
from conference.transferring import complete, end_target
from routing.waiting import LiveCall, WaitingRoom
from seats.state import SeatEvent

_S = TransferState
_OUTCOMES: Final = {0: _S.NO_ANSWER, 16: _S.NO_ANSWER, 17: _S.BUSY, 18: _S.NO_ANSWER, 19: _S.NO_ANSWER, 20: _S.NO_ANSWER, 21: _S.DECLINED}
"""The Q.850 causes a phone that was rung in vain hung up with; any other says that it could not be rung."""
_EVENTS: Final = {_S.NO_ANSWER: SeatEvent.MISSED, _S.BUSY: SeatEvent.MISSED, _S.DECLINED: SeatEvent.MISSED, _S.FAILED: SeatEvent.UNREACHED}
"""What that is to a seat; anything else: the call was taken from it."""


class Target:
    """Of one call.

    Args: away_after_missed: a seat that did not answer is away.
    """

    def __init__(self, *, call_id: str, around: Around, waiting: WaitingRoom, legs: Legs, clock: Clock, away_after_missed: bool) -> None:
        self._call_id = call_id
        self._around = around
        self._waiting = waiting
        self._legs = legs
        self._clock = clock
        self._missed = SeatEvent.MISSED if away_after_missed else SeatEvent.MISSED_KEPT
        self._absent = ""
        self._ended: set[str] = set()

    async def account(self, call: LiveCall) -> bool:
        """Ring it, or note what became of it; True where something was changed."""
        transfer = _of(call)
        if transfer is None:
            return False
        self._around.watch(transfer.transfer_id)
        if transfer.state is _S.ASKED:
            await self._ring(call, transfer)
            return True
        taken_back = transfer.kind is TargetKind.SEAT and transfer.under_way and call.second == ""
        if taken_back or not (transfer.under_way or transfer.state is _S.DONE):
            return await self._is_out(call, transfer, taken_back=taken_back)
        return await self._came_or_went(call, transfer)

    def is_there(self, call: LiveCall) -> bool:
        """Whether somebody of the outside world, who is nobody's seat, is in the room by a transfer."""
        transfer = _of(call)
        there = transfer is not None and transfer.kind is not TargetKind.SEAT and transfer.state in (_S.JOINED, _S.DONE)
        return transfer is not None and there and not self._is_gone(transfer)

    def is_coming(self, call: LiveCall) -> bool:
        """Whether it is being rung."""
        transfer = _of(call)
        return transfer is not None and transfer.state in (_S.ASKED, _S.RINGING)

    async def takes_over(self, call: LiveCall) -> bool:
        """The first seat has left without a word: who was to take the caller over, and is there, has him now. True where that was so."""
        transfer = _of(call)
        if transfer is None or transfer.kind is not TargetKind.SEAT or transfer.state is not _S.JOINED or self._is_gone(transfer):
            return False
        state = then(call.state, Happening.SEAT_LEFT) or call.state
        return await complete(self._waiting, self._clock, call, Inside.from_json(call.inside), transfer, state)

    def catch_up(self, call: LiveCall, in_room: AbstractSet[str]) -> None:
        """Take over from an engine that died, `in_room` being who is there. What rings goes on ringing: the dialplan lets it in."""
        transfer = _of(call)
        if transfer is None:
            return
        self._around.watch(transfer.transfer_id)
        if transfer.state in (_S.JOINED, _S.DONE) and transfer.transfer_id not in in_room:
            self._absent = transfer.transfer_id

    async def stop(self) -> None:
        """The caller has gone, or is on his way elsewhere: who picks up now would come into an empty room."""
        try:
            call = await self._waiting.call(self._call_id)
            transfer = _of(call) if call is not None else None
            if call is not None and transfer is not None and transfer.under_way:
                await end_target(self._waiting, self._clock, call, transfer, _S.CANCELLED, SeatEvent.WITHDRAWN)
                await self._legs.hang_up(transfer.transfer_id)
        except Fault:
            return  # it rings out by itself, and the dialplan lets nobody in whose caller has gone

    async def _ring(self, call: LiveCall, transfer: Transfer) -> None:
        rings = transfer.now(_S.RINGING)
        if await self._noted(transfer, rings):
            try:
                await self._legs.ring_target(rings, call.room)
            except (PbxFault, Refused):
                await end_target(self._waiting, self._clock, call, rings, _S.FAILED, SeatEvent.WITHDRAWN)

    async def _came_or_went(self, call: LiveCall, transfer: Transfer) -> bool:
        leg = transfer.transfer_id
        if transfer.state is _S.RINGING and leg in self._around.members:
            if transfer.kind is TargetKind.SEAT and not await self._waiting.second_answered(call.call_id, leg):
                return False
            return await self._noted(transfer, transfer.now(_S.JOINED), [self._outside(transfer)] if self._is_outside(transfer) else [])
        if transfer.state is _S.DONE or not self._is_gone(transfer):
            return False
        if transfer.state is _S.JOINED:
            if self._is_outside(transfer):
                await self._waiting.record([SeatLeft(call_id=call.call_id, at=self._clock.now(), seat_id=OUTSIDE)])
            await end_target(self._waiting, self._clock, call, transfer, _S.LEFT, SeatEvent.WITHDRAWN)
            return True
        cause = self._around.cause(leg)
        state = _OUTCOMES.get(cause, _S.FAILED)
        event = _EVENTS.get(state, SeatEvent.WITHDRAWN) if cause else SeatEvent.WITHDRAWN  # nobody saw it ring in vain
        await end_target(self._waiting, self._clock, call, transfer, state, self._missed if event is SeatEvent.MISSED else event)
        return True

    async def _is_out(self, call: LiveCall, transfer: Transfer, *, taken_back: bool) -> bool:
        """It is wanted no more, by others' doing: its leg ends, also where it answers only now."""
        leg = transfer.transfer_id
        if leg in self._around.members or (leg not in self._ended and not self._is_gone(transfer)):
            self._ended.add(leg)
            try:
                await self._legs.hang_up(leg)
            except PbxFault:
                self._ended.discard(leg)  # it is tried again at the next look
        if taken_back:
            await end_target(self._waiting, self._clock, call, transfer, _S.CANCELLED, SeatEvent.WITHDRAWN)
        return taken_back

    def _is_outside(self, transfer: Transfer) -> bool:
        return transfer.kind is not TargetKind.SEAT

    def _outside(self, transfer: Transfer) -> Event:
        at = self._clock.now()
        return Answered(call_id=self._call_id, at=at, offer_id=transfer.transfer_id, seat_id=OUTSIDE, group=OUTSIDE, waited_s=0.0)

    async def _noted(self, was: Transfer, now: Transfer, facts: Sequence[Event] = ()) -> bool:
        def revise(_: LiveCall, inside: Inside) -> Inside | None:
            return inside.with_transfer(now) if inside.transfer == was else None

        return await revise_inside(self._waiting, self._call_id, revise, facts) is not None

    def _is_gone(self, transfer: Transfer) -> bool:
        return transfer.transfer_id in self._around.gone or transfer.transfer_id == self._absent


def _of(call: LiveCall) -> Transfer | None:
    transfer = Inside.from_json(call.inside).transfer
    return transfer if transfer is not None and transfer.announced else None
