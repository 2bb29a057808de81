"""What is done for a caller whom no seat takes, step by step: a number of the outside world rings, a prompt, a call-back, a message."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from calls.errors import LegGone, Refused, StoreFault
from calls.events import Answered, Event
from calls.masking import masked
from engine.desk import Desk
from engine.dictating import Taking
from engine.mailbox import Mailbox
from pbx.line import AgiLine
from routing.ends import CallBack, Ring, Say, Step, Voicemail
from routing.plan import Plan
from routing.waiting import CallState, LiveCall
from tickets.record import VOICEMAIL

log = structlog.get_logger(__name__)

CLOSED: Final = "closed"
LADDER_END: Final = "ladder_end"
_CALL_BACK: Final = "callback"
_SERVED: Final = "completed"
_LEFT: Final = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Why the call is over, as its record tells it. `served`: somebody answered him."""

    reason: str
    detail: str = ""
    served: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """One call that no seat takes. It is known to live state, and waits for no seat."""

    desk: Desk
    line: AgiLine
    mailbox: Mailbox
    call: LiveCall

    async def carry_out(self, steps: Sequence[Step], *, reason: str) -> Outcome:
        """All of them in order, until one serves the caller.

        Args:
            reason: why the call is over if none does. A step that notes a call-back makes it "callback", where he has a number. And who
                is closed to, yet rung for in vain, has not merely been told so: nobody took his call.

        Raises: LegGone: the caller hung up, which is in the records then.
        """
        ends = reason
        for step in steps:
            if isinstance(step, Voicemail):
                outcome = await self.take_message(step.prompt, reason=ends)
                if outcome.served:
                    return outcome
                ends = outcome.reason
                continue
            try:
                served = await self._carry_out(step)
            except LegGone:
                await self._left(_LEFT if isinstance(step, Ring) and ends != _CALL_BACK else ends)
                raise
            if served:
                return Outcome(reason=_SERVED, detail=served, served=True)
            if isinstance(step, CallBack) and self.call.number:
                ends = _CALL_BACK
            elif isinstance(step, Ring) and ends == CLOSED:
                ends = LADDER_END
        return Outcome(reason=ends)

    async def take_message(self, prompt: str, *, reason: str, begun: int = 0) -> Outcome:
        """Have the caller leave a voice message; `served` where there is one. Where none can be recorded he is to be called back.

        Args: reason: as in `carry_out`. begun: so often he had begun when his engine died over it.
        Raises: LegGone: as `carry_out`.
        """
        taking = Taking(desk=self.desk, line=self.line, call_id=self.call.call_id, callable=bool(self.call.number))
        try:
            await taking.carry_out(prompt, begun=begun)
        except LegGone:
            await self._left(VOICEMAIL if taking.left else _CALL_BACK if taking.failed and self.call.number else reason)
            raise
        if taking.left is not None:
            return Outcome(reason=VOICEMAIL, detail=f"{taking.left.length_s:.0f} s", served=True)
        return Outcome(reason=_CALL_BACK if taking.failed and self.call.number else reason)

    async def resume_message(self, begun: int, plan: Plan, facts: Sequence[Event]) -> Outcome:
        """He was leaving a message when his engine died, and spoke on.

        Args: begun: so often he had begun. facts: of the call, where live state lost it.
        Raises: LegGone: as `carry_out`.
        """
        log.info("voicemail_taken_over", begun=begun)
        await self.desk.waiting.arrive(self.call, facts)
        self.mailbox.reached = CallState.IVR
        prompt, reason = self.desk.decider.rules.voicemail, CLOSED if plan.closed else LADDER_END
        return await self.take_message(prompt, reason=reason, begun=begun)

    async def _carry_out(self, step: Ring | Say | CallBack) -> str:
        """Who served the caller, in words; "" where he was not."""
        match step:
            case Ring():
                return await self._rung(step)
            case Say(prompt=prompt):
                await self.line.play(prompt)
            case CallBack():
                log.info("callback_noted" if self.call.number else "callback_not_noted", number=masked(self.call.number))
        return ""

    async def _rung(self, step: Ring) -> str:
        try:
            device = self.desk.outside(step.number)
        except Refused as refused:
            log.error("outside_not_callable", called=step.seat_id, code=refused.code)
            return ""
        await self.desk.record(self.line, begin=False)
        log.info("outside_rung", called=step.seat_id, number=masked(step.number))
        self.mailbox.forget_ringing()
        dial = asyncio.create_task(self.line.dial_outside(device, ring_s=step.ring_s), name=f"{step.seat_id} {self.call.call_id}")
        answer = asyncio.create_task(self.mailbox.answer())
        try:
            await asyncio.wait({dial, answer}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done() or (await dial).status == "ANSWER":
                await self._note_answer(step)
            if (await dial).status == "ANSWER":
                return f"{masked(step.number)} answered"
        finally:
            answer.cancel()
            dial.cancel()
            await asyncio.gather(answer, dial, return_exceptions=True)
        if self.line.gone:
            raise LegGone("caller_gone", "The caller hung up while it rang.", call_id=self.line.uniqueid)
        return ""

    async def _note_answer(self, step: Ring) -> None:
        """A call that is served is recorded as answered, so that it becomes a ticket."""
        who = step.seat_id
        now = self.desk.clock.now()
        waited_s = (now - (self.call.queued or self.call.arrived)).total_seconds()
        fact = Answered(call_id=self.call.call_id, at=now, offer_id=who, seat_id=who, group=who, waited_s=waited_s)
        try:
            await self.desk.waiting.record([fact])
        except StoreFault as fault:
            log.error("answer_not_recorded", seat_id=who, code=fault.code)

    async def _left(self, reason: str) -> None:
        """The caller hung up meanwhile. One whose connection was lost goes on in the dialplan, to the next engine."""
        if not self.line.hung_up:
            return
        try:
            await self.desk.waiting.end(self.call.call_id, reason, detail="caller hung up")
            self.mailbox.reached = None
        except StoreFault as fault:
            log.error("call_end_not_recorded", code=fault.code)  # reconciliation ends it: its channel will be gone
