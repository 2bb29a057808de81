"""The road of one call, top to bottom: identify, plan, menu, wait, ring, talk, after.

One call is one coroutine. Where it breaks off because this engine dies, the dialplan brings the call to the next one,
which reads from live state how far it was and goes on from there.
"""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from calls.errors import LegGone, PbxFault, StoreFault
from calls.events import Arrived, Event, Identified, MenuChosen, Planned, Queued, Rated, RecordingAnnounced, to_ms
from calls.masking import masked
from conference.errand_store import IN_CONFERENCE
from conference.flow import Conference
from conference.known_again import known_again
from conference.recording import ConsultsRecorded
from engine.decision import Decision
from engine.desk import Desk
from engine.handing_on import HandingOn
from engine.mailbox import Mailbox
from engine.queueing import Queueing, SentAway
from engine.reconcile import END_REASONS
from engine.returning import Returning
from engine.steps import CLOSED, Outcome, Steps
from engine.telling import Telling
from ivr.menu import run_menu
from ivr.rating import ask_rating
from pbx.line import AgiLine
from routing.ivr import IvrMode
from routing.plan import Plan
from routing.waiting import CallState, LiveCall, Offer

log = structlog.get_logger(__name__)

_SERVED: Final = frozenset(CallState) - {CallState.IVR, CallState.WAITING, CallState.OFFERED}
_HANDED_ON: Final = frozenset({CallState.TRANSFERRED, CallState.OUTSIDE})


class Road:
    """Takes the calls of one engine."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._returning = Returning(desk.waiting.missing_before)

    async def take(self, line: AgiLine) -> None:
        """Serve one call to its end. The line's last word is said only when there is nothing left to do for it."""
        mailbox = self.desk.post.open(line.uniqueid)
        try:
            with structlog.contextvars.bound_contextvars(call_id=line.uniqueid):
                await self._take(line, mailbox)
        finally:
            self.desk.post.close(mailbox)

    async def _take(self, line: AgiLine, mailbox: Mailbox) -> None:
        try:
            outcome = await self._serve(line, mailbox)
            await self._end(line, outcome.reason, detail=outcome.detail)
            mailbox.reached = mailbox.talk = None
            try:
                await line.finish()
            finally:
                await self.desk.callbacks.begin_asked(line.uniqueid)
        except LegGone as gone:
            if line.hung_up:
                await self._caller_left(line, mailbox)
            else:
                log.error("call_lost", code=gone.code)  # he is still there, and keeps his place for the next engine
        except (StoreFault, PbxFault) as fault:
            # Without live state nobody can be served here: the dialplan tries the next engine, then its own queue.
            log.error("call_given_back", code=fault.code, why=fault.sentence)

    async def _caller_left(self, line: AgiLine, mailbox: Mailbox) -> None:
        try:
            live = await self.desk.waiting.call(line.uniqueid)
        except StoreFault as fault:
            log.error("call_end_not_recorded", code=fault.code)
            return
        reached = mailbox.reached if live is None else live.state  # live state may have lost it; its record has an end all the same
        if reached is None:
            return
        reason = END_REASONS.get(reached, "completed")
        if live is not None and line.arrival.back:
            reason = await self.desk.callbacks.end_reason(live)
        await self._end(line, reason, detail="caller hung up")
        mailbox.talk = None

    async def _end(self, line: AgiLine, reason: str, *, detail: str = "") -> None:
        try:
            await self.desk.waiting.end(line.uniqueid, reason, detail=detail)
        except StoreFault as fault:
            log.error("call_end_not_recorded", code=fault.code)  # reconciliation ends it: its channel will be gone
        else:
            log.info("call_ended", reason=reason, detail=detail)
        if line.arrival.back:
            await self.desk.callbacks.over(line.uniqueid, reason)

    async def _serve(self, line: AgiLine, mailbox: Mailbox) -> Outcome:
        """Returns why the call is over."""
        arrival = line.arrival
        live = await known_again(self.desk.waiting, mailbox, line.uniqueid) if arrival.again else None
        if arrival.again and (arrival.dial_status == "ANSWER" or (live is not None and live.state in _SERVED)):
            log.info("call_taken_over", state=live.state if live is not None else None)
            return await self._after_talk(line, mailbox, await self._taken_over(live), resumed=True)
        if live is not None and live.state in (CallState.WAITING, CallState.OFFERED):
            await self._returning.in_turn(live.rank_ms)
        if arrival.back:
            return await self._calls_back(line, mailbox)
        decision = self.desk.decider.decide(
            raw_number=arrival.raw_number,
            trunk=arrival.trunk,
            dialled=arrival.dialled,
            at=self.desk.clock.now() if live is None else live.arrived,  # who came while it was open is not closed to
        )
        log.info(
            "call_arrived",
            number=masked(decision.number),
            caller_class=decision.identity.caller_class,
            trunk=arrival.trunk,
            dialled=arrival.dialled,
            again=arrival.again,
        )
        if decision.identity.decided:
            log.warning("identity_decided", number=masked(decision.number), why=decision.identity.decided)
        line.language = decision.plan.ivr.language
        call, facts = self._live_call(line, decision)
        if arrival.again and (begun := await self.desk.tapes.begun(line.uniqueid)):
            return await self._steps(line, mailbox, live or call).resume_message(begun, decision.plan, facts if live is None else ())
        if decision.plan.ivr.mode is not IvrMode.NONE:
            mailbox.reached = CallState.IVR
            decision, facts = await self._in_menu(line, call, decision, facts)
        if decision.plan.closed or decision.plan.first:
            outcome, facts = await self._while_closed(line, mailbox, call, decision.plan, facts)
            if outcome.served or not decision.plan.ladder:
                return outcome
        return await self._wait_and_talk(line, mailbox, call, decision, facts)

    # ── call-backs ──

    async def _calls_back(self, line: AgiLine, mailbox: Mailbox) -> Outcome:
        """The engine's own call: nobody is on this line until a seat has answered. Returns as `_serve`."""
        callbacks = self.desk.callbacks
        order = await callbacks.orders.order(line.uniqueid)
        if order is None:
            return Outcome(reason="withdrawn")
        decision = callbacks.decision(order)
        log.info("callback_arrived", number=masked(order.number), cause=order.cause, task=order.task_id, again=line.arrival.again)
        line.language = decision.plan.ivr.language
        call, facts = self._live_call(line, decision, trunk=order.trunk, number=order.number)
        call = replace(callbacks.call_of(order, call, decision), queued=decision.at, state=CallState.WAITING)
        facts = [*facts, callbacks.fact_of(order), Queued(call_id=call.call_id, at=decision.at, rank_ms=call.rank_ms)]
        queueing = Queueing(
            desk=self.desk,
            line=line,
            mailbox=mailbox,
            call=call,
            facts=facts,
            telling=self._telling(line, mailbox),
            quiet=True,
            seat_id=order.seat_id,
        )
        async with callbacks.kept(order):
            try:
                if not await queueing.until_answered(order.wait_s):
                    return Outcome(reason="no_seat")
            except SentAway:
                return Outcome(reason="withdrawn")  # there is nobody on the line whom a supervisor could send elsewhere
            return await self._after_talk(line, mailbox, await self._talked(line), resumed=False)

    async def _chose_callback(self, line: AgiLine, call: LiveCall, decision: Decision) -> Outcome:
        """He is told that it is noted; when he has hung up his place is kept by a call of the engine's."""
        group = call.ladder[0].group if decision.chosen and call.ladder else ""
        await self.desk.callbacks.asked(call, trunk=line.arrival.trunk, dialled=line.arrival.dialled, group=group)
        try:
            await line.play("callback-noted")
        except LegGone:
            if not line.hung_up:
                self.desk.callbacks.forget_wish(call.call_id)
                raise
        return Outcome(reason="callback")

    # ── closed, menu ──

    async def _while_closed(
        self, line: AgiLine, mailbox: Mailbox, call: LiveCall, plan: Plan, facts: list[Event]
    ) -> tuple[Outcome, list[Event]]:
        """What is done for a caller to whom the hotline is closed; the facts that are not recorded yet where he then waits."""
        known = await self.desk.waiting.arrive(call, facts)
        mailbox.reached = CallState.IVR
        if plan.ladder and known is not None and known.state in (CallState.WAITING, CallState.OFFERED):
            return Outcome(reason=CLOSED), []  # it waited when its engine died; join() knows its place
        if known is not None:
            await self.desk.waiting.record([fact for fact in facts if not isinstance(fact, Arrived | Identified)])
        await line.answer()
        reason = CLOSED if plan.closed else END_REASONS[CallState.IVR]
        return await self._steps(line, mailbox, call).carry_out(plan.first, reason=reason), []

    def _steps(self, line: AgiLine, mailbox: Mailbox, call: LiveCall) -> Steps:
        return Steps(desk=self.desk, line=line, mailbox=mailbox, call=call)

    async def _in_menu(self, line: AgiLine, call: LiveCall, decision: Decision, facts: list[Event]) -> tuple[Decision, list[Event]]:
        known = await self.desk.waiting.arrive(call, facts)
        if known is not None and known.state in (CallState.WAITING, CallState.OFFERED):
            return decision, []  # it had chosen before its engine died; join() knows its place
        await line.answer()
        if decision.plan.ivr.mode is IvrMode.GREETING:
            await line.play(decision.plan.ivr.greeting)
            return decision, []
        menu = self.desk.service.menus[decision.plan.ivr.menu]
        choices = await run_menu(menu, self.desk.service.menus, line)
        now = self.desk.clock.now()
        chosen: list[Event] = [
            MenuChosen(call_id=call.call_id, at=now, menu=choice.menu, digit=choice.digit, target=choice.target) for choice in choices
        ]
        decision = self.desk.decider.after_menu(decision, choices[-1])
        return decision, [*chosen, _planned(call.call_id, now, decision.plan)]

    # ── waiting room, talk ──

    async def _wait_and_talk(self, line: AgiLine, mailbox: Mailbox, call: LiveCall, decision: Decision, facts: list[Event]) -> Outcome:
        facts = await self._announced(line, mailbox, call, facts)
        now = self.desk.clock.now()
        plan = decision.plan
        call = self.desk.callbacks.take_place(call)
        call = replace(call, queued=now, state=CallState.WAITING, ladder=plan.ladder, skills=plan.skills)
        facts = [*facts, Queued(call_id=call.call_id, at=now, rank_ms=call.rank_ms)]
        telling, key = self._telling(line, mailbox), self.desk.callbacks.key_for(decision)
        queueing = Queueing(desk=self.desk, line=line, mailbox=mailbox, call=call, facts=facts, telling=telling, callback_key=key)
        try:
            answered = await queueing.until_answered(plan.end.after_s)
        except SentAway as out:
            return await queueing.led_out(out.way)
        if not answered and queueing.wants_callback:
            return await self._chose_callback(line, call, decision)
        if not answered:
            return await queueing.at_ladder_end(plan.end)
        return await self._after_talk(line, mailbox, await self._talked(line), resumed=False)

    def _telling(self, line: AgiLine, mailbox: Mailbox) -> Telling:
        desk, dialled = self.desk, line.arrival.dialled
        return Telling(waiting=desk.waiting, clock=desk.clock, mailbox=mailbox, announcing=desk.service.announcing, dialled=dialled)

    async def _announced(self, line: AgiLine, mailbox: Mailbox, call: LiveCall, facts: list[Event]) -> list[Event]:
        """Tell the caller that he is recorded, before a seat is reserved for him; the facts that are not recorded yet.

        One who waited when his engine died has heard it.
        """
        prompt = self.desk.service.recording_prompts.get(line.arrival.dialled)
        if prompt is None:
            return facts
        if any(isinstance(fact, Arrived) for fact in facts):
            known, facts = await self.desk.waiting.arrive(call, facts), []
            mailbox.reached = CallState.IVR
        else:
            known = await self.desk.waiting.call(call.call_id)
        if known is not None and known.state in (CallState.WAITING, CallState.OFFERED):
            return facts
        await line.answer()
        await line.play(prompt)
        return [*facts, RecordingAnnounced(call_id=call.call_id, at=self.desk.clock.now(), prompt=prompt)]

    async def _known(self, call_id: str) -> LiveCall | None:
        """The call after its talk; None where live state lost it or cannot be asked: it was a talk without a conference then."""
        return await self._asked(self.desk.waiting.call(call_id))

    async def _talked(self, line: AgiLine) -> LiveCall | None:
        """As `_known`; who only talked, and is there, has left his seat with that, and nothing of a conference can be done with him."""
        waiting = self.desk.waiting
        return await self._asked(waiting.call(line.uniqueid) if line.gone else waiting.talk_over(line.uniqueid))

    async def _asked(self, asked: Awaitable[LiveCall | None]) -> LiveCall | None:
        try:
            return await asked
        except StoreFault as fault:
            log.error("talk_end_not_recorded", code=fault.code)
            return None

    async def _taken_over(self, live: LiveCall | None) -> LiveCall | None:
        """The call, this engine's from now on, with its answer in the records where nobody was there to see it."""
        if live is None:
            return None
        if live.state is CallState.OFFERED:
            offer = Offer(
                offer_id=live.offer_id, call_id=live.call_id, seat_id=live.seat_id, group="", devices=(), deadline=self.desk.clock.now()
            )
            await self.desk.waiting.answered(offer, seat_leg="", seat_channel="")
        await self.desk.waiting.arrive(live, ())
        return await self.desk.waiting.call(live.call_id)

    # ── conference, after ──

    async def _after_talk(self, line: AgiLine, mailbox: Mailbox, live: LiveCall | None, *, resumed: bool) -> Outcome:
        """The caller is in our hands again after his seat answered: a conference was opened, he was handed on, or the seat hung up."""
        mailbox.reached = CallState.TALKING
        while True:
            if live is not None and live.state in IN_CONFERENCE:
                await self._in_conference(line, mailbox, live, resumed=resumed)
                live = await self._known(line.uniqueid)
            if line.gone:
                raise LegGone("caller_gone", "The caller hung up.", call_id=line.uniqueid)
            if live is not None and live.state is CallState.TALKING:
                live = await self._talked(line)
                continue
            if live is None or live.state not in _HANDED_ON:
                break
            handing_on = HandingOn(desk=self.desk, line=line, mailbox=mailbox, telling=self._telling(line, mailbox))
            outcome = await handing_on.carry_out(live, resumed=resumed)
            if outcome is not None:
                return outcome
            live, resumed = await self._known(line.uniqueid), False
        if live is not None and live.seat_id:
            await self._seat_left(live)
        if line.arrival.back and not await self.desk.callbacks.reached(line.uniqueid):
            return Outcome(reason="not_reached")
        if self.desk.service.rating:
            await self._rate(line)
        return Outcome(reason="completed")

    async def _in_conference(self, line: AgiLine, mailbox: Mailbox, live: LiveCall, *, resumed: bool) -> None:
        if live.seat_leg:
            mailbox.watch(live.seat_leg)
        conference = Conference(
            line=line,
            around=mailbox,
            waiting=self.desk.waiting,
            legs=self.desk.legs,
            clock=self.desk.clock,
            hunt_s=self.desk.service.hunt_s,
            recorded=ConsultsRecorded(self.desk.recording),
            record_anew=lambda: self.desk.record(line, begin=False),
            away_after_missed=self.desk.service.away_after_missed,
        )
        await conference.run(resumed=resumed)

    async def _seat_left(self, live: LiveCall) -> None:
        try:
            await self.desk.waiting.seat_left(live.call_id, live.seat_id)
        except StoreFault as fault:
            log.error("seat_left_not_recorded", seat_id=live.seat_id, code=fault.code)  # the call's end frees the seat

    async def _rate(self, line: AgiLine) -> None:
        score = await ask_rating(line, timeout_s=self.desk.service.rating_timeout_s)
        if score is None:
            return
        try:
            await self.desk.waiting.record([Rated(call_id=line.uniqueid, at=self.desk.clock.now(), score=score)])
        except StoreFault as fault:
            log.error("rating_not_recorded", code=fault.code)

    # ── the call as live state and records want it ──

    def _live_call(self, line: AgiLine, decision: Decision, *, trunk: str = "", number: str = "") -> tuple[LiveCall, list[Event]]:
        """Args: trunk, number: of the caller who is called back; else the line's own."""
        now, identity = decision.at, decision.identity
        entry_id = identity.entry.entry_id if identity.entry is not None else ""
        call = LiveCall(
            call_id=line.uniqueid,
            state=CallState.IVR,
            engine=self.desk.engine_id,
            caller_class=identity.caller_class,
            number=decision.number,
            name=decision.shown_name,
            channel=line.channel,
            rank_ms=to_ms(now) - decision.plan.rank_bonus_s * 1000,
            arrived=now,
            enterprise=decision.enterprise,
            entry_id=entry_id,
        )
        facts: list[Event] = [
            Arrived(
                call_id=line.uniqueid,
                at=now,
                number=decision.number,
                raw_number=number or line.arrival.raw_number,
                trunk=trunk or line.arrival.trunk,
                dialled=line.arrival.dialled,
                channel=line.channel,
                pbx=self.desk.pbx,
            ),
            Identified(
                call_id=line.uniqueid,
                at=now,
                caller_class=identity.caller_class,
                trusted=identity.trusted,
                entry_id=entry_id,
                enterprise=decision.enterprise,
                tier=identity.entry.tier if identity.entry is not None else "",
                reasons=tuple(identity.reasons),
            ),
            _planned(line.uniqueid, now, decision.plan),
        ]
        return call, facts


def _planned(call_id: str, at: datetime, plan: Plan) -> Planned:
    return Planned(call_id=call_id, at=at, ladder=plan.steps, rank_bonus_s=plan.rank_bonus_s, ivr=str(plan.ivr.mode), reasons=plan.reasons)
