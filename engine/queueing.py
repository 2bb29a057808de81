"""The part of a call's road between the queue and the talk: it waits, seats are rung for it, and at last the ladder ends."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import structlog

from calls.events import Event, RecordingStarted
from calls.masking import masked
from engine.desk import Desk
from engine.mailbox import Mailbox
from engine.ringing import RingResult
from engine.steps import LADDER_END, Outcome, Steps
from engine.telling import Telling
from pbx.line import AgiLine
from routing.dispatching import WayOut
from routing.ends import LadderEnd, Ring, Say
from routing.waiting import CallState, LiveCall, Offer, OfferOutcome

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 5.0
"""So often a waiting call looks whether live state still knows that it waits."""


_DISMISSED: Final = "dismissed"


class SentAway(Exception):
    """A supervisor ended the call's waiting."""

    def __init__(self, way: WayOut) -> None:
        super().__init__(way)
        self.way = way


@dataclass(frozen=True, slots=True, kw_only=True)
class Queueing:
    """One call that waits. `call` and `facts` are what it joined with, in case live state loses it.

    Args:
        callback_key: the key by which the caller chooses to be called back, "" where there is none for him.
        quiet: nobody hears anything while it waits: it is a call-back. seat_id: the seat it is for first, or alone.
        left: the seat that it comes from, which is passed over while another one is there.
    """

    desk: Desk
    line: AgiLine
    mailbox: Mailbox
    call: LiveCall
    facts: Sequence[Event]
    telling: Telling
    callback_key: str = ""
    quiet: bool = False
    seat_id: str = ""
    left: str = ""

    @property
    def wants_callback(self) -> bool:
        """Whether he has chosen to be called back."""
        return self.callback_key != "" and self.mailbox.key == self.callback_key

    async def until_answered(self, longest_wait_s: float) -> bool:
        """Join, and go from offer to offer until a seat talked with the caller.

        False at the end of the longest wait, or where he has chosen to be called back.

        Raises: SentAway. LegGone: the caller hung up. StoreFault.
        """
        if self.line.arrival.again:
            _leave_if_sent_away(await self.desk.waiting.call(self.call.call_id))
        offer = await self._join()
        until = self.desk.clock.monotonic() + longest_wait_s
        while (offer := offer or await self._next_offer(until)) is not None:
            await self.desk.record(self.line)
            result = await self.desk.ringing.ring(
                self.line, self.mailbox, offer, talking=self._talking(), on_answer=partial(self._answered, offer)
            )
            if result.answered:
                return True
            offer = await self._not_answered(offer, result)
        return False

    async def at_ladder_end(self, end: LadderEnd, *, reason: str = LADDER_END) -> Outcome:
        """Nobody took it: the end's steps, such as the duty phone and the word that he will be called back."""
        await self.desk.waiting.arrive(self.call, ())  # a seat that is free from now on is not kept waiting for this call
        steps = Steps(desk=self.desk, line=self.line, mailbox=self.mailbox, call=self.call)
        return await steps.carry_out(end.steps, reason=reason)

    async def led_out(self, way: WayOut) -> Outcome:
        """As a supervisor ordered: the number rings, then the message is played."""
        log.info("call_sent_away", by=way.by, number=masked(way.number))
        await self.line.answer()  # a seat may have been ringing for it, and nobody have picked it up
        rung = (Ring(number=way.number, ring_s=way.ring_s),) if way.number else ()
        end = LadderEnd(after_s=0, steps=(*rung, Say(prompt=way.message)))
        return await self.at_ladder_end(end, reason=_DISMISSED)

    async def _join(self) -> Offer | None:
        """Into the waiting room, and meanwhile what a seat's phone is to show. What fails first is told when both are over."""
        joined, presented = await asyncio.gather(
            self._joined(self.facts),
            self.line.present(self.call.number, self.call.name),
            return_exceptions=True,
        )
        if isinstance(presented, BaseException):
            raise presented
        if isinstance(joined, BaseException):
            raise joined
        return joined

    async def _joined(self, facts: Sequence[Event]) -> Offer | None:
        offer = await self.desk.waiting.join(self.call, facts, seat_id=self.seat_id, left=self.left)
        self.mailbox.reached, self.mailbox.talk = CallState.WAITING, None
        return offer

    async def _called(self) -> None:
        """Return when an offer is there, or he wants to be called back."""
        await self.mailbox.offer_or_key(self.callback_key)

    async def _next_offer(self, until: float) -> Offer | None:
        """Music until an offer is delivered; the first time with a word that all seats are busy, cut short by an offer.

        None where there is no time left, or he wants to be called back and no seat was quicker.
        """
        if (offer := self.mailbox.take_offer()) is not None:
            return offer
        if not self.quiet:
            noting = asyncio.create_task(self.telling.joined(), name=f"expected wait {self.call.call_id}")
            try:
                await self.line.wait_with_music(self._called, announcements=self._announcements)
            finally:
                await noting  # it ends with an offer, and is over in a moment anyway
        while (offer := self.mailbox.take_offer()) is None:
            left = until - self.desk.clock.monotonic()
            if left <= 0 or self.wants_callback:
                return None
            if self.mailbox.take_poke() and (offer := await self._still_waiting()) is not None:
                return offer
            if not self.quiet and self.telling.due_in_s <= 0:
                await self.telling.tell(self.line, until=self._called, longest_s=left)
                continue
            within_s = min(left, LOOK_EVERY_S, LOOK_EVERY_S if self.quiet else self.telling.due_in_s)
            in_time = await self.line.unless_hung_up(self.mailbox.offered_or_poked(self.callback_key), within_s=within_s)
            if not in_time and (offer := await self._still_waiting()) is not None:
                return offer
        return offer

    @property
    def _announcements(self) -> tuple[str, ...]:
        if not self.callback_key:
            return ("please-wait",)
        key = {"*": "star", "#": "hash"}.get(self.callback_key, self.callback_key)
        return "please-wait", "callback-offer", f"key-{key}"

    async def _still_waiting(self) -> Offer | None:
        """Join again where live state does not have it waiting any more: Redis lost its data, or a word of ours came too late."""
        live = await self.desk.waiting.call(self.call.call_id)
        _leave_if_sent_away(live)
        if live is not None and live.state in (CallState.WAITING, CallState.OFFERED):
            return None
        log.warning("call_joined_again", state=live.state if live is not None else None)
        return await self._joined(self.facts if live is None else ())

    async def _not_answered(self, offer: Offer, result: RingResult) -> Offer | None:
        assert result.outcome is not None  # noqa: S101  not answered
        log.info("offer_ended", seat_id=offer.seat_id, outcome=result.outcome, cause=result.cause)
        another = await self.desk.waiting.offer_ended(offer, result.outcome, cause=result.cause, again=result.again)
        if another is None and result.outcome is OfferOutcome.WITHDRAWN:
            _leave_if_sent_away(await self.desk.waiting.call(offer.call_id))
        return self.mailbox.take_offer(another)

    def _answered(self, offer: Offer) -> None:
        answer = self.mailbox.seat_answer
        self.mailbox.saw(
            replace(
                self.call,
                state=CallState.TALKING,
                seat_id=offer.seat_id,
                seat_leg=answer.leg if answer is not None else "",
                seat_channel=answer.channel if answer is not None else "",
                answered=self.desk.clock.now(),
                recording=self.call.call_id if self.desk.service.recordings else "",
            )
        )
        if (error_s := self.telling.error_s) is not None:
            self.desk.wait_missed_by(error_s)

    def _talking(self) -> list[Event]:
        if not self.desk.service.recordings:
            return []
        call_id = self.call.call_id
        return [RecordingStarted(call_id=call_id, at=self.desk.clock.now(), name=call_id)]


def _leave_if_sent_away(live: LiveCall | None) -> None:
    """Raises: SentAway."""
    if live is not None and (way := WayOut.of_errand(live.errand)) is not None:
        raise SentAway(way)
