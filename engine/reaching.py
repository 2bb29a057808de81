"""The other half of a call-back: a seat has answered, is told whom it is about, and the caller's phone is rung (zhida-reach)."""

import asyncio
from typing import Final

import structlog

from calls.errors import LegGone, PbxFault, Refused, StoreFault
from calls.events import CallerNotReached, CallerReached, CallerRung, Event, RecordingAnnounced
from calls.masking import masked
from engine.callbacks import CallbackDesk
from engine.desk import Desk
from engine.mailbox import Mailbox
from pbx.line import AgiLine, Dialled
from routing.callbacks import CallbackOrder, Reach

log = structlog.get_logger(__name__)

REACH_SCRIPT: Final = "reach"
"""What the dialplan asks for where a caller is to be rung: agi://engine/reach."""
_REACH: Final = {"ANSWER": Reach.REACHED, "BUSY": Reach.BUSY, "NOANSWER": Reach.NO_ANSWER, "CANCEL": Reach.CANCELLED}
_DECLINED: Final = 21  # Q.850 call rejected
_TOLD: Final = {Reach.BUSY: "callback-busy", Reach.NO_ANSWER: "callback-no-answer", Reach.DECLINED: "callback-busy"}
_DIGITS_TOLD: Final = 4


class Reaching:
    """Rings callers for seats that have answered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._callbacks: CallbackDesk = desk.callbacks

    async def take(self, line: AgiLine) -> None:
        """Ring the order's caller; returns when he was not reached, or when they have talked.

        Where an engine died over it, Asterisk rang on, and the next engine only notes what came of it: nobody is rung twice.
        """
        mailbox = self._desk.post.open(line.uniqueid)
        try:
            order = await self._callbacks.orders.order(line.arrival.order)
            if order is not None:
                with structlog.contextvars.bound_contextvars(call_id=order.call_id):
                    await self._reach(line, mailbox, order)
            await line.finish()
        except LegGone:
            log.debug("callback_line_gone")
        except (StoreFault, PbxFault) as fault:
            log.error("callback_given_back", code=fault.code, why=fault.sentence)  # the dialplan asks again, and the seat hears music
        finally:
            self._desk.post.close(mailbox)

    async def _reach(self, line: AgiLine, mailbox: Mailbox, order: CallbackOrder) -> None:
        if status := line.arrival.dial_status:
            reach, cause = _REACH.get(status, Reach.FAILED), 0
        else:
            reach, cause = await self._rung(line, mailbox, order)
        if reach is Reach.REACHED:
            await self._reached(order)
            return
        log.info("caller_not_reached", outcome=reach, cause=cause)
        await self._note(order, reach, CallerNotReached(call_id=order.call_id, at=self._desk.clock.now(), outcome=reach, cause=cause))
        if not line.gone:
            await line.play(_TOLD.get(reach, "callback-failed"))

    async def _rung(self, line: AgiLine, mailbox: Mailbox, order: CallbackOrder) -> tuple[Reach, int]:
        """Tell the seat who it is, and ring him."""
        try:
            device = self._desk.outside(order.number)
        except Refused as refused:
            log.error("caller_not_callable", code=refused.code)
            return Reach.FAILED, 0
        await line.play("callback-to")
        for digit in [character for character in order.number if character.isdecimal()][-_DIGITS_TOLD:]:
            await line.play(f"key-{digit}")
        await line.present(self._callbacks.place.shown, "")
        await self._desk.waiting.record([CallerRung(call_id=order.call_id, at=self._desk.clock.now(), number=order.number)])
        log.info("caller_rung", number=masked(order.number))
        return await self._dialled(line, mailbox, order, device)

    async def _dialled(self, line: AgiLine, mailbox: Mailbox, order: CallbackOrder, device: str) -> tuple[Reach, int]:
        """Ring him; where he picks up that is noted at once, not only when they have talked."""
        ring_s = self._callbacks.place.rules.ring_s
        prompt = self._desk.service.recording_prompts.get(order.dialled, "")
        told = f"{self._callbacks.decision(order).plan.ivr.language}/{prompt}" if prompt else ""
        dial = asyncio.create_task(line.dial_outside(device, ring_s=ring_s, ringing=True, told=told), name=f"reach {order.call_id}")
        answer = asyncio.create_task(mailbox.answer())
        try:
            await asyncio.wait({dial, answer}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                await self._reached(order)
                await self._noted_as_told(order, prompt)
            return _outcome(await dial)
        finally:
            answer.cancel()
            dial.cancel()
            await asyncio.gather(answer, dial, return_exceptions=True)

    async def _noted_as_told(self, order: CallbackOrder, prompt: str) -> None:
        """Whoever picks up is told that he is recorded, and may be another than the one who called."""
        if not prompt:
            return
        try:
            told = RecordingAnnounced(call_id=order.call_id, at=self._desk.clock.now(), prompt=prompt)
            await self._desk.waiting.record([told])
        except StoreFault as fault:
            log.error("announcement_not_recorded", code=fault.code)

    async def _reached(self, order: CallbackOrder) -> None:
        """Said again, it changes nothing."""
        if await self._callbacks.reached(order.call_id):
            return
        log.info("caller_reached")
        await self._note(order, Reach.REACHED, CallerReached(call_id=order.call_id, at=self._desk.clock.now()))

    async def _note(self, order: CallbackOrder, reach: Reach, fact: Event) -> None:
        try:
            await self._callbacks.orders.note(order.call_id, reach)
            await self._desk.waiting.record([fact])
        except StoreFault as fault:
            log.error("reach_not_recorded", outcome=reach, code=fault.code)


def _outcome(dialled: Dialled) -> tuple[Reach, int]:
    if dialled.cause == _DECLINED:
        return Reach.DECLINED, dialled.cause
    return _REACH.get(dialled.status, Reach.FAILED), dialled.cause
