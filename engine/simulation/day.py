"""One day in virtual time: callers come, wait, talk and leave; seats ring, answer, decline, miss and wrap up.

Who gets which seat when is decided by the waiting room alone (`store.redis.virtual`: the same steps that run in production).
Here is only what people do, and what the engine does with a call's offers (`engine.queueing`), without Asterisk.
"""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from calls.errors import Conflict
from calls.events import from_ms
from engine.simulation.agenda import Agenda
from engine.simulation.callers import Caller
from engine.simulation.outcome import CallOutcome, DayOutcome, End
from engine.simulation.seats import Reaction, SeatLife, lives_of
from engine.simulation.staff import Staff
from routing.ends import asks_for_message
from routing.waiting import CallState, LiveCall, Offer, OfferOutcome
from seats.seat import Phone
from seats.state import SeatEvent
from store.redis.virtual import VirtualHotline

_BY = "simulation"
_BREATH = 200  # steps


@dataclass(slots=True)
class _Contact:
    """A call that waits, rings or talks. `overdue`: its ladder has ended while a seat was ringing for it."""

    call_id: str
    caller: Caller
    queued_ms: int
    offer: Offer | None = None
    rung_ms: int = 0
    rung: int = 0
    waits: bool = True
    overdue: bool = False


class Day:
    """One day on a hotline that is new.

    Args:
        seed: of what seats do; what callers do was drawn with them.
    """

    def __init__(self, hotline: VirtualHotline, staff: Staff, *, seed: int) -> None:
        self._hotline = hotline
        self._live = hotline.live
        self._rules = hotline.live.rules
        self._staff = staff
        self._lives: dict[str, SeatLife] = dict(lives_of(staff))
        self._chance = Random(f"{seed} seats")  # noqa: S311  a simulation
        self._agenda = Agenda()
        self._contacts: dict[str, _Contact] = {}
        self._to_come = 0
        self._numbers = itertools.count(1)
        self._outcomes: list[CallOutcome] = []
        self._closed = 0
        self._voicemails = 0

    async def run(self, callers: Sequence[Caller]) -> DayOutcome:
        """Until the last of the callers, who are in the order of their coming, has left. Raises: StoreFault."""
        await self._open()
        coming = iter(callers)
        self._to_come = len(callers)
        self._put_next(coming)
        turns = itertools.count(1)
        while self._to_come or self._contacts:
            if next(turns) % _BREATH == 0:
                await asyncio.sleep(0)  # nothing else here gives way, and somebody may want to stop it
            due, planned = self._hotline.due_ms, self._agenda.next_ms
            if due is not None and (planned is None or due <= planned):
                self._advance(due)
                await self._hotline.tick()
            elif planned is not None:
                self._advance(planned)
                await self._agenda.take()()
            for offer in self._hotline.offers():
                self._ring(self._contacts[offer.call_id], offer)
        seats = {seat_id: life.outcome() for seat_id, life in self._lives.items()}
        return DayOutcome(calls=self._outcomes, seats=seats, closed=self._closed, voicemails=self._voicemails)

    @property
    def _now(self) -> int:
        return self._hotline.clock.ms

    def _advance(self, to_ms: int) -> None:
        self._hotline.clock.ms = max(self._now, to_ms)

    def _in(self, seconds: float) -> int:
        return self._now + round(seconds * 1000)

    # ── seats ──

    async def _open(self) -> None:
        """All phones are registered; agents sign in as their shifts begin."""
        await self._live.define(self._staff.seats)
        for seat_id, life in self._lives.items():
            await self._live.phone(seat_id, Phone.IDLE)
            for shift in life.shifts:
                self._agenda.put(shift.from_ms, partial(self._ask, seat_id, SeatEvent.MAKE_READY, "the shift begins"))
                self._agenda.put(shift.until_ms, partial(self._ask, seat_id, SeatEvent.LOG_OUT, "the shift is over"))

    async def _ask(self, seat_id: str, event: SeatEvent, why: str) -> None:
        await self._live.ask(seat_id, event, why=why, by=_BY)

    def _go_away(self, seat_id: str, life: SeatLife) -> None:
        """He did not take a call, and is ready again after a while, or in his next shift."""
        back_s = life.manner(self._now).back.drawn(self._chance)
        if back_s < life.left_s(self._now):
            self._agenda.put(self._in(back_s), partial(self._ask, seat_id, SeatEvent.MAKE_READY, "back again"))
        life.spend("away", self._now, self._in(min(back_s, life.left_s(self._now))))

    def _ring(self, contact: _Contact, offer: Offer) -> None:
        """A seat is rung; it will do something about it."""
        contact.offer, contact.rung_ms, contact.rung = offer, self._now, contact.rung + 1
        reaction = self._lives[offer.seat_id].reaction(self._now, self._chance, ring_s=self._rules.ring_s)
        self._agenda.put(self._in(reaction.after_s), partial(self._react, contact, offer, reaction))

    def _rung(self, contact: _Contact) -> SeatLife:
        """The seat rings no more."""
        assert contact.offer is not None  # noqa: S101  it was rung
        life = self._lives[contact.offer.seat_id]
        life.spend("ringing", contact.rung_ms, self._now)
        contact.offer = None
        return life

    async def _react(self, contact: _Contact, offer: Offer, reaction: Reaction) -> None:
        if contact.offer is not offer:
            return  # the caller left before
        life = self._rung(contact)
        if reaction.outcome is None:
            await self._answer(contact, offer, life)
        else:
            await self._refuse(contact, offer, life, reaction.outcome)

    async def _answer(self, contact: _Contact, offer: Offer, life: SeatLife) -> None:
        await self._live.answered(offer, seat_leg="", seat_channel="")
        life.answered += 1
        self._note(contact, End.ANSWERED, group=offer.group)
        contact.waits = False
        self._agenda.put(self._in(contact.caller.talk_s), partial(self._hang_up, contact, offer.seat_id, self._now))

    async def _refuse(self, contact: _Contact, offer: Offer, life: SeatLife, outcome: OfferOutcome) -> None:
        declined = outcome is OfferOutcome.DECLINED
        life.declined, life.missed = life.declined + declined, life.missed + (not declined)
        if self._rules.away_after_missed:
            self._go_away(offer.seat_id, life)
        another = await self._live.offer_ended(offer, outcome)
        if another is not None:
            self._ring(contact, another)
        elif contact.overdue:
            await self._leave(contact, End.LADDER_END)

    async def _hang_up(self, contact: _Contact, seat_id: str, since_ms: int) -> None:
        life = self._lives[seat_id]
        life.spend("talking", since_ms, self._now)
        del self._contacts[contact.call_id]
        await self._live.end(contact.call_id, "completed")
        if self._rules.wrap_up_s > 0:
            self._wrap_up(seat_id, life)

    def _wrap_up(self, seat_id: str, life: SeatLife) -> None:
        """Until the ticket is saved, or until the waiting room ends it."""
        saved_s = life.manner(self._now).wrap_up.drawn(self._chance)
        life.wrap_up += 1
        life.spend("wrap_up", self._now, self._in(min(saved_s, self._rules.wrap_up_s)))
        if saved_s < self._rules.wrap_up_s:
            self._agenda.put(self._in(saved_s), partial(self._saved, seat_id, life.wrap_up))

    async def _saved(self, seat_id: str, wrap_up: int) -> None:
        if self._lives[seat_id].wrap_up != wrap_up:
            return
        try:
            await self._live.wrapped_up(seat_id)
        except Conflict:
            pass  # his shift ended meanwhile: he has signed out

    # ── callers ──

    def _put_next(self, coming: Iterator[Caller]) -> None:
        caller = next(coming, None)
        if caller is not None:
            self._agenda.put(caller.at_ms, partial(self._arrive, caller, coming))

    async def _arrive(self, caller: Caller, coming: Iterator[Caller]) -> None:
        self._put_next(coming)
        if caller.ivr_s:
            self._agenda.put(self._in(caller.ivr_s), partial(self._queue, caller))
        else:
            await self._queue(caller)

    async def _queue(self, caller: Caller) -> None:
        self._to_come -= 1
        if not caller.plan.ladder:
            self._closed += caller.plan.closed
            self._voicemails += asks_for_message(caller.plan.first)
            return
        contact = _Contact(f"call-{next(self._numbers):09}", caller, self._now)
        self._contacts[contact.call_id] = contact
        offer = await self._live.join(self._live_call(contact), ())
        if offer is not None:
            self._ring(contact, offer)
        self._agenda.put(self._in(caller.plan.end.after_s), partial(self._ladder_end, contact))
        if caller.patience_s < caller.plan.end.after_s:
            self._agenda.put(self._in(caller.patience_s), partial(self._give_up, contact))

    async def _give_up(self, contact: _Contact) -> None:
        if contact.waits:
            await self._leave(contact, End.ABANDONED)

    async def _ladder_end(self, contact: _Contact) -> None:
        """As the engine does it: what rings at that moment rings to its end."""
        contact.overdue = True
        if contact.waits and contact.offer is None:
            self._voicemails += asks_for_message(contact.caller.plan.end.steps)
            await self._leave(contact, End.LADDER_END)

    async def _leave(self, contact: _Contact, end: End) -> None:
        if contact.offer is not None:
            self._rung(contact)
        self._note(contact, end)
        contact.waits = False
        del self._contacts[contact.call_id]
        await self._live.end(contact.call_id, end)

    def _note(self, contact: _Contact, end: End, *, group: str = "") -> None:
        self._outcomes.append(
            CallOutcome(
                caller_class=contact.caller.caller_class,
                queued_ms=contact.queued_ms,
                waited_s=(self._now - contact.queued_ms) / 1000,
                end=end,
                group=group,
                rung=contact.rung,
            )
        )

    def _live_call(self, contact: _Contact) -> LiveCall:
        caller = contact.caller
        return LiveCall(
            call_id=contact.call_id,
            state=CallState.WAITING,
            engine=self._live.engine_id,
            caller_class=caller.caller_class,
            number=caller.number,
            name="",
            channel="",
            rank_ms=caller.at_ms - caller.plan.rank_bonus_s * 1000,
            arrived=from_ms(caller.at_ms),
            queued=from_ms(self._now),
            ladder=caller.plan.ladder,
            skills=caller.plan.skills,
            entry_id=caller.entry_id,
        )
