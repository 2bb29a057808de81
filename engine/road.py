"""The road of one call, top to bottom: identify, plan, menu, wait, ring, talk, after.

One call is one coroutine. Where it breaks off because this engine dies, the dialplan brings the call to the next one,
which reads from live state how far it was and goes on from there.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import LegGone, StoreFault
from calls.events import Arrived, Event, Identified, MenuChosen, Planned, Queued, Rated, RecordingStarted, to_ms
from calls.masking import masked
from conference.flow import Conference
from conference.legs import Legs
from engine.decision import Decider, Decision
from engine.mailbox import Mailbox, PostOffice
from engine.reconcile import END_REASONS
from engine.ringing import Ringing, RingResult
from ivr.menu import Menu, run_menu
from ivr.rating import ask_rating
from pbx.line import AgiLine, Arrival
from routing.plan import IvrMode, LadderEnd, Plan
from routing.waiting import CallState, LiveCall, Offer, WaitingRoom

log = structlog.get_logger(__name__)

_SERVED: Final = frozenset({CallState.TALKING, CallState.CONSULT, CallState.THREE_WAY, CallState.AFTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the configuration says of serving a call.

    Args:
        recordings: folder for recordings as Asterisk sees it; "" records nothing.
        rating: whether the caller is asked for one. rating_timeout_s: seconds to wait for its key.
        hunt_s: a hunt for a specialist that took this long rings no further phone.
    """

    menus: dict[str, Menu]
    recordings: str = ""
    rating: bool = True
    rating_timeout_s: float = 5.0
    hunt_s: float = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything a call is served with."""

    engine_id: str
    pbx: str
    clock: Clock
    decider: Decider
    waiting: WaitingRoom
    legs: Legs
    post: PostOffice
    ringing: Ringing
    service: Service
    outside: Callable[[str], str]
    """A number as people write it -> the device that rings it over the outside trunk."""


class Road:
    """Takes the calls of one engine."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

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
            reason = await self._serve(line, mailbox)
            await self.desk.waiting.end(line.uniqueid, reason)
            await line.finish()
            log.info("call_ended", reason=reason)
        except LegGone:
            await self._caller_left(line)
        except StoreFault as fault:
            # Without live state nobody can be served here: the dialplan tries the next engine, then its own queue.
            log.error("call_given_back", code=fault.code, why=fault.sentence)

    async def _caller_left(self, line: AgiLine) -> None:
        try:
            live = await self.desk.waiting.call(line.uniqueid)
            if live is not None:
                reason = END_REASONS.get(live.state, "completed")
                await self.desk.waiting.end(line.uniqueid, reason, detail="caller hung up")
                log.info("call_ended", reason=reason, detail="caller hung up")
        except StoreFault as fault:
            log.error("call_end_not_recorded", code=fault.code)  # reconciliation ends it: its channel is gone

    async def _serve(self, line: AgiLine, mailbox: Mailbox) -> str:
        """Returns the reason the call ended for."""
        arrival = line.arrival
        live = await self.desk.waiting.call(line.uniqueid) if arrival.again else None
        if live is not None and live.state in _SERVED | {CallState.OFFERED} and arrival.dial_status == "ANSWER":
            log.info("call_taken_over", state=live.state)
            return await self._after_talk(line, mailbox, live, resumed=True)
        if live is not None and live.state in _SERVED:
            log.info("call_taken_over", state=live.state)
            return await self._after_talk(line, mailbox, live, resumed=True)
        decision = self.desk.decider.decide(
            raw_number=arrival.raw_number, trunk=arrival.trunk, dialled=arrival.dialled, at=self.desk.clock.now()
        )
        log.info(
            "call_arrived",
            number=masked(decision.number),
            caller_class=decision.identity.caller_class,
            trunk=arrival.trunk,
            dialled=arrival.dialled,
            again=arrival.again,
        )
        call, facts = self._live_call(line, decision)
        if decision.plan.ivr.mode is not IvrMode.NONE:
            decision, facts = await self._in_menu(line, call, decision, facts)
        return await self._wait_and_talk(line, mailbox, call, decision, facts)

    # ── menu ──

    async def _in_menu(self, line: AgiLine, call: LiveCall, decision: Decision, facts: list[Event]) -> tuple[Decision, list[Event]]:
        known = await self.desk.waiting.arrive(call, facts)
        if known is not None and known.state in (CallState.WAITING, CallState.OFFERED):
            return decision, []  # it had chosen before its engine died; join() knows its place
        await line.answer()
        line.language = decision.plan.ivr.language
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

    # ── waiting room ──

    async def _wait_and_talk(
        self, line: AgiLine, mailbox: Mailbox, call: LiveCall, decision: Decision, facts: Sequence[Event]
    ) -> str:
        now = self.desk.clock.now()
        plan = decision.plan
        call = replace(call, queued=now, state=CallState.WAITING, ladder=plan.ladder, skills=plan.skills)
        queued = Queued(call_id=call.call_id, at=now, rank_ms=call.rank_ms)
        offer, _ = await asyncio.gather(self.desk.waiting.join(call, [*facts, queued]), line.present(call.number, call.name))
        if not await self._until_answered(line, mailbox, offer, plan.end.after_s):
            return await self._ladder_end(line, plan.end)
        live = await self.desk.waiting.call(call.call_id)
        if live is None:
            raise LegGone("call_forgotten", "the call was ended by somebody else", call_id=call.call_id)
        return await self._after_talk(line, mailbox, live, resumed=False)

    async def _until_answered(self, line: AgiLine, mailbox: Mailbox, offer: Offer | None, longest_wait_s: float) -> bool:
        """Offer after offer until a seat talked with the caller; False at the end of the longest wait."""
        until = self.desk.clock.monotonic() + longest_wait_s
        while True:
            if offer is None:
                offer = await self._next_offer(line, mailbox, until)
                if offer is None:
                    return False
            await self._record(line)
            result = await self.desk.ringing.ring(line, mailbox, offer, talking=self._talking(line))
            if result.answered:
                return True
            offer = await self._not_answered(mailbox, offer, result)

    async def _not_answered(self, mailbox: Mailbox, offer: Offer, result: RingResult) -> Offer | None:
        assert result.outcome is not None  # noqa: S101  not answered
        log.info("offer_ended", seat_id=offer.seat_id, outcome=result.outcome, cause=result.cause)
        another = await self.desk.waiting.offer_ended(offer, result.outcome, cause=result.cause)
        return another or mailbox.take_offer()

    async def _ladder_end(self, line: AgiLine, end: LadderEnd) -> str:
        """Nobody took it: the duty phone, then the word that he will be called back."""
        if end.duty_phone:
            log.info("duty_phone_rung", number=masked(end.duty_phone))
            dialled = await line.dial_outside(self.desk.outside(end.duty_phone), ring_s=end.duty_ring_s)
            if dialled.status == "ANSWER":
                return "completed"
        await line.play(end.message)
        return "ladder_end"

    async def _next_offer(self, line: AgiLine, mailbox: Mailbox, until: float) -> Offer | None:
        """Music until an offer is delivered; the first time with a word that all seats are busy, cut short by an offer."""
        if (offer := mailbox.take_offer()) is not None:
            return offer
        await line.wait_with_music(mailbox.offer_made, announcement="please-wait")
        while (offer := mailbox.take_offer()) is None:
            left = until - self.desk.clock.monotonic()
            if left <= 0:
                return None
            await line.unless_hung_up(mailbox.changed(), within_s=left)
        return offer

    async def _record(self, line: AgiLine) -> None:
        if self.desk.service.recordings:
            await line.record(self.desk.service.recordings)

    def _talking(self, line: AgiLine) -> list[Event]:
        if not self.desk.service.recordings:
            return []
        return [RecordingStarted(call_id=line.uniqueid, at=self.desk.clock.now(), name=line.uniqueid)]

    # ── talk, conference, after ──

    async def _after_talk(self, line: AgiLine, mailbox: Mailbox, live: LiveCall, *, resumed: bool) -> str:
        """The caller is in our hands again after his seat answered: a conference was opened, or the seat hung up."""
        if live.state in (CallState.CONSULT, CallState.THREE_WAY):
            if live.seat_leg:
                mailbox.watch(live.seat_leg)
            conference = Conference(
                line=line,
                around=mailbox,
                waiting=self.desk.waiting,
                legs=self.desk.legs,
                clock=self.desk.clock,
                hunt_s=self.desk.service.hunt_s,
            )
            await conference.run(resumed=resumed)
        elif live.seat_id:
            await self.desk.waiting.seat_left(live.call_id, live.seat_id)
        if line.gone:
            raise LegGone("caller_gone", "the caller hung up", call_id=line.uniqueid)
        if self.desk.service.rating:
            await self._rate(line)
        return "completed"

    async def _rate(self, line: AgiLine) -> None:
        score = await ask_rating(line, timeout_s=self.desk.service.rating_timeout_s)
        if score is not None:
            await self.desk.waiting.record([Rated(call_id=line.uniqueid, at=self.desk.clock.now(), score=score)])

    # ── the call as live state and records want it ──

    def _live_call(self, line: AgiLine, decision: Decision) -> tuple[LiveCall, list[Event]]:
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
            _arrived(line.uniqueid, line.arrival, line.channel, decision, self.desk.pbx),
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


def _arrived(call_id: str, arrival: Arrival, channel: str, decision: Decision, pbx: str) -> Arrived:
    return Arrived(
        call_id=call_id,
        at=decision.at,
        number=decision.number,
        raw_number=arrival.raw_number,
        trunk=arrival.trunk,
        dialled=arrival.dialled,
        channel=channel,
        pbx=pbx,
    )


def _planned(call_id: str, at: datetime, plan: Plan) -> Planned:
    return Planned(
        call_id=call_id, at=at, ladder=plan.steps, rank_bonus_s=plan.rank_bonus_s, ivr=str(plan.ivr.mode), reasons=plan.reasons
    )
