"""The part of a call's road between the queue and the talk: it waits, seats are rung for it, and at last the ladder ends."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from calls.errors import Refused, StoreFault
from calls.events import Answered, Event, RecordingStarted
from calls.masking import masked
from engine.desk import Desk
from engine.mailbox import Mailbox
from engine.ringing import RingResult
from pbx.line import AgiLine
from routing.plan import LadderEnd
from routing.waiting import CallState, LiveCall, Offer

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 5.0
"""So often a waiting call looks whether live state still knows that it waits."""
_DUTY: Final = "duty"  # stands in the records for the seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Queueing:
    """One call that waits. `call` and `facts` are what it joined with, in case live state loses it."""

    desk: Desk
    line: AgiLine
    mailbox: Mailbox
    call: LiveCall
    facts: Sequence[Event]

    async def until_answered(self, longest_wait_s: float) -> bool:
        """Join, and go from offer to offer until a seat talked with the caller; False at the end of the longest wait.

        Raises: LegGone: the caller hung up. StoreFault.
        """
        offer = await self._join()
        until = self.desk.clock.monotonic() + longest_wait_s
        while (offer := offer or await self._next_offer(until)) is not None:
            if self.desk.service.recordings:
                await self.line.record(self.desk.service.recordings)
            result = await self.desk.ringing.ring(self.line, self.mailbox, offer, talking=self._talking())
            if result.answered:
                return True
            offer = await self._not_answered(offer, result)
        return False

    async def at_ladder_end(self, end: LadderEnd) -> str:
        """Nobody took it: the duty phone, then the word that he will be called back. Returns why the call ended."""
        await self.desk.waiting.arrive(self.call, ())  # a seat that is free from now on is not kept waiting for this call
        if end.duty_phone and await self._duty_phone_answered(end):
            return "completed"
        await self.line.play(end.message)
        return "ladder_end"

    async def _join(self) -> Offer | None:
        """Into the waiting room, and meanwhile what a seat's phone is to show. What fails first is told when both are over."""
        joined, presented = await asyncio.gather(
            self.desk.waiting.join(self.call, self.facts),
            self.line.present(self.call.number, self.call.name),
            return_exceptions=True,
        )
        if isinstance(presented, BaseException):
            raise presented
        if isinstance(joined, BaseException):
            raise joined
        return joined

    async def _next_offer(self, until: float) -> Offer | None:
        """Music until an offer is delivered; the first time with a word that all seats are busy, cut short by an offer."""
        if (offer := self.mailbox.take_offer()) is not None:
            return offer
        await self.line.wait_with_music(self.mailbox.offer_made, announcement="please-wait")
        while (offer := self.mailbox.take_offer()) is None:
            left = until - self.desk.clock.monotonic()
            if left <= 0:
                return None
            in_time = await self.line.unless_hung_up(self.mailbox.offer_made(), within_s=min(left, LOOK_EVERY_S))
            if not in_time and (offer := await self._still_waiting()) is not None:
                return offer
        return offer

    async def _still_waiting(self) -> Offer | None:
        """Join again where live state does not have it waiting any more: Redis lost its data, or a word of ours came too late."""
        live = await self.desk.waiting.call(self.call.call_id)
        if live is not None and live.state in (CallState.WAITING, CallState.OFFERED):
            return None
        log.warning("call_joined_again", state=live.state if live is not None else None)
        return await self.desk.waiting.join(self.call, self.facts if live is None else ())

    async def _not_answered(self, offer: Offer, result: RingResult) -> Offer | None:
        assert result.outcome is not None  # noqa: S101  not answered
        log.info("offer_ended", seat_id=offer.seat_id, outcome=result.outcome, cause=result.cause)
        another = await self.desk.waiting.offer_ended(offer, result.outcome, cause=result.cause)
        return self.mailbox.take_offer(another)

    async def _duty_phone_answered(self, end: LadderEnd) -> bool:
        try:
            device = self.desk.outside(end.duty_phone)
        except Refused as refused:
            log.error("duty_phone_not_callable", code=refused.code)
            return False
        log.info("duty_phone_rung", number=masked(end.duty_phone))
        self.mailbox.forget_ringing()
        dial = asyncio.create_task(self.line.dial_outside(device, ring_s=end.duty_ring_s), name=f"duty phone {self.call.call_id}")
        answer = asyncio.create_task(self.mailbox.answer())
        try:
            await asyncio.wait({dial, answer}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done() or (await dial).status == "ANSWER":
                await self._note_duty()
            return (await dial).status == "ANSWER"
        finally:
            answer.cancel()
            dial.cancel()
            await asyncio.gather(answer, dial, return_exceptions=True)

    async def _note_duty(self) -> None:
        """A call that is served is recorded as answered, so that it becomes a ticket."""
        assert self.call.queued is not None  # noqa: S101  it waited
        now = self.desk.clock.now()
        waited_s = (now - self.call.queued).total_seconds()
        fact = Answered(call_id=self.call.call_id, at=now, offer_id=_DUTY, seat_id=_DUTY, group=_DUTY, waited_s=waited_s)
        try:
            await self.desk.waiting.record([fact])
        except StoreFault as fault:
            log.error("answer_not_recorded", seat_id=_DUTY, code=fault.code)

    def _talking(self) -> list[Event]:
        if not self.desk.service.recordings:
            return []
        call_id = self.call.call_id
        return [RecordingStarted(call_id=call_id, at=self.desk.clock.now(), name=call_id)]
