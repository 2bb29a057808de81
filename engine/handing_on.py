"""A caller whose seat has handed him on: he hears music, and then a seat takes him, or a number of the outside world does.

Where the target does not take him he waits for a seat by the ladder he came by; the seat that handed him on is passed over
while another one is there. His rank stays all the while.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from calls.errors import LegGone, PbxFault, StoreFault
from calls.events import Answered, Event, Queued, Unmuted
from conference.attempts import outcome
from conference.errand import AttemptState, Errand
from conference.inside import Inside, revise_inside
from conference.table import Happening, then
from conference.transfer import OUTSIDE, TargetKind, Transfer, TransferState, back_to_queue, ended_as
from engine.decision import Decision
from engine.desk import Desk
from engine.mailbox import Mailbox
from engine.queueing import Queueing, SentAway
from engine.steps import Outcome
from engine.telling import Telling
from pbx.line import AgiLine, Dialled
from routing.waiting import CallState, LiveCall, Rung

log = structlog.get_logger(__name__)

_DECLINED: Final = 21  # Q.850 call rejected
_ENDS: Final = {"BUSY": TransferState.BUSY, "NOANSWER": TransferState.NO_ANSWER}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingOn:
    """One call, on its caller's line, in the state TRANSFERRED or OUTSIDE."""

    desk: Desk
    line: AgiLine
    mailbox: Mailbox
    telling: Telling

    async def carry_out(self, live: LiveCall, *, resumed: bool) -> Outcome | None:
        """Why the call is over; None where a seat has taken it, and its talk is over or has become a conference.

        Raises: LegGone: the caller hung up. StoreFault, PbxFault.
        """
        transfer = Inside.from_json(live.inside).transfer or back_to_queue(live, self.desk.clock.now())
        live = await self._alone(live)
        if transfer.kind in (TargetKind.NUMBER, TargetKind.HOTLINE):
            outcome = await self._outside(live, transfer, resumed=resumed)
            if outcome is not None:
                return outcome
            transfer = transfer.now(TransferState.FAILED)
        return await self._queues(live, transfer)

    async def _alone(self, live: LiveCall) -> LiveCall:
        """Whoever was on the line is on it no more, also where the engine that was asked for it died over it. The call as it is then."""
        if live.seat_id:
            await self.desk.waiting.seat_left(live.call_id, live.seat_id)
        await self.line.music()
        if not live.room:
            return live
        live = await self._heard_again(await self._noted_as_left(live))
        try:
            for leg in await self.desk.legs.members(live.room):
                if leg != live.call_id:
                    await self.desk.legs.hang_up(leg)
        except PbxFault as fault:
            log.warning("room_not_emptied", code=fault.code)  # who is left there hears nobody, and hangs up
        return live

    async def _heard_again(self, live: LiveCall) -> LiveCall:
        """Who was muted was so in the room: whoever takes the caller now hears him. The call as it is then."""
        muted = live.call_id in Inside.from_json(live.inside).muted
        facts = [Unmuted(call_id=live.call_id, at=self.desk.clock.now(), leg=live.call_id, member="caller", id=live.number)]

        def revise(_: LiveCall, inside: Inside) -> Inside | None:
            return replace(inside, muted=()) if inside.muted else None

        inside = await revise_inside(self.desk.waiting, live.call_id, revise, facts if muted else ())
        return live if inside is None else replace(live, inside=inside.to_json())

    async def _noted_as_left(self, live: LiveCall) -> LiveCall:
        """The specialists who were with him: nobody looks after the room any more, and they can be asked again."""
        errand, now = Errand.from_json(live.errand), self.desk.clock.now()
        there = [attempt for attempt in errand.attempts if attempt.state is AttemptState.JOINED]
        for attempt in there:
            errand = errand.with_state(attempt.attempt_id, AttemptState.LEFT)
        facts = [outcome(live.call_id, attempt, AttemptState.LEFT, now) for attempt in there]
        left, state = replace(live, errand=errand.to_json()), live.state
        if there and await self.desk.waiting.change(live.call_id, expect=state, state=state, errand=left.errand, facts=facts):
            return left
        return live

    # ── the outside world ──

    async def _outside(self, live: LiveCall, transfer: Transfer, *, resumed: bool) -> Outcome | None:
        """Who was reached there, and has talked with the caller; None where nobody was."""
        rang = resumed and transfer.state is TransferState.RINGING
        if live.state is CallState.OUTSIDE or (rang and self.line.arrival.dial_status == "ANSWER"):
            await self._reached(live, transfer)
            return await self._talked(live, transfer)
        if rang:
            await self._not_reached(live, transfer, _ENDS.get(self.line.arrival.dial_status, TransferState.FAILED))
            return None
        await self.line.forget_talk()  # whoever has this call next must not take the seat's answer for this number's
        await self.desk.record(self.line)
        await self._note(live, transfer, TransferState.RINGING)
        log.info("caller_handed_on", target=transfer.kind, to=transfer.name or transfer.value)
        dialled = await self._dialled(live, transfer)
        if dialled.status == "ANSWER":
            await self._reached(live, transfer)
            return await self._talked(live, transfer)
        declined = dialled.cause == _DECLINED
        await self._not_reached(live, transfer, TransferState.DECLINED if declined else _ENDS.get(dialled.status, TransferState.FAILED))
        if self.line.gone:
            raise LegGone("caller_gone", "The caller hung up while it rang.", call_id=live.call_id)
        return None

    async def _dialled(self, live: LiveCall, transfer: Transfer) -> Dialled:
        """Ring it; where it is answered that is noted at once, not only when they have talked."""
        self.mailbox.forget_ringing()
        ringing = self.line.dial_outside(transfer.device, ring_s=transfer.ring_s, headers=transfer.headers)
        dial = asyncio.create_task(ringing, name=f"handed on {live.call_id}")
        answer = asyncio.create_task(self.mailbox.answer())
        try:
            await asyncio.wait({dial, answer}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                await self._reached(live, transfer)
            return await dial
        finally:
            answer.cancel()
            dial.cancel()
            await asyncio.gather(answer, dial, return_exceptions=True)

    async def _reached(self, live: LiveCall, transfer: Transfer) -> None:
        """Said again, it changes nothing."""
        state, now = then(CallState.TRANSFERRED, Happening.NUMBER_ANSWERED), self.desk.clock.now()
        assert state is not None  # noqa: S101  the table has it
        facts: list[Event] = [
            Answered(call_id=live.call_id, at=now, offer_id=transfer.transfer_id, seat_id=OUTSIDE, group=OUTSIDE, waited_s=0.0),
            ended_as(live.call_id, transfer, TransferState.DONE, now),
        ]
        inside = replace(Inside.from_json(live.inside), transfer=transfer.now(TransferState.DONE)).to_json()
        try:
            await self.desk.waiting.change(live.call_id, expect=CallState.TRANSFERRED, state=state, facts=facts, inside=inside)
        except StoreFault as fault:
            log.error("answer_not_recorded", seat_id=OUTSIDE, code=fault.code)

    async def _talked(self, live: LiveCall, transfer: Transfer) -> Outcome:
        await self.desk.waiting.change(live.call_id, expect=CallState.OUTSIDE, state=CallState.AFTER)
        return Outcome(reason="completed", detail=f"handed on to {transfer.name or transfer.kind}", served=True)

    async def _not_reached(self, live: LiveCall, transfer: Transfer, state: TransferState) -> None:
        log.info("transfer_failed", target=transfer.kind, outcome=state)
        await self._note(live, transfer, state, [ended_as(live.call_id, transfer, state, self.desk.clock.now())])

    async def _note(self, live: LiveCall, transfer: Transfer, state: TransferState, facts: Sequence[Event] = ()) -> None:
        def revise(_: LiveCall, inside: Inside) -> Inside:
            return replace(inside, transfer=transfer.now(state))

        await revise_inside(self.desk.waiting, live.call_id, revise, facts)

    # ── the waiting room ──

    async def _queues(self, live: LiveCall, transfer: Transfer) -> Outcome | None:
        await self.line.forget_talk()
        decision = await self._decision(live)
        now = self.desk.clock.now()
        ladder = live.ladder or decision.plan.ladder
        if transfer.kind is TargetKind.GROUP and transfer.under_way:
            ladder = group_first(transfer.value, ladder, self.desk.service.transfer_wait_s)
        call = replace(live, state=CallState.WAITING, queued=now, ladder=ladder, engine=self.desk.engine_id, seat_id="", opened=0)
        log.info("caller_queued_again", target=transfer.kind, to=transfer.value)
        queueing = Queueing(
            desk=self.desk,
            line=self.line,
            mailbox=self.mailbox,
            call=call,
            facts=[Queued(call_id=live.call_id, at=now, rank_ms=live.rank_ms)],
            telling=self.telling,
            seat_id=transfer.value if transfer.kind is TargetKind.SEAT else "",
            left=transfer.from_seat,
        )
        await self._begun(live, transfer)
        try:
            if await queueing.until_answered(decision.plan.end.after_s):
                return None
        except SentAway as out:
            return await queueing.led_out(out.way)
        return await queueing.at_ladder_end(decision.plan.end)

    async def _begun(self, live: LiveCall, transfer: Transfer) -> None:
        """He is about to wait: what was asked for is done, and who takes him next may ask anew."""
        if transfer.under_way:
            fact = ended_as(live.call_id, transfer, TransferState.DONE, self.desk.clock.now())
            await self._note(live, transfer, TransferState.DONE, [fact])

    async def _decision(self, live: LiveCall) -> Decision:
        """What was decided for the caller as he came, which tells what is done at his ladder's end."""
        arrival = self.line.arrival
        order = await self.desk.callbacks.orders.order(live.call_id) if arrival.back else None
        if order is not None:
            return self.desk.callbacks.decision(order)
        return self.desk.decider.decide(raw_number=arrival.raw_number, trunk=arrival.trunk, dialled=arrival.dialled, at=live.arrived)


def group_first(group: str, ladder: Sequence[Rung], alone_s: float) -> tuple[Rung, ...]:
    """This group alone for so long, then the ladder from its beginning."""
    return (Rung(group=group, after_s=0), *(replace(rung, after_s=rung.after_s + alone_s) for rung in ladder))
