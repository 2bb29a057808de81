"""One offer carried out: the seat's phones are rung, and where one answers, caller and seat talk until that is over."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import Fault
from calls.events import Event
from conference.legs import Legs
from engine.mailbox import Mailbox, SeatAnswer
from engine.watcher import SeatPhones
from pbx.line import AgiLine, Dialled
from routing.waiting import CallState, Offer, OfferOutcome, WaitingRoom

log = structlog.get_logger(__name__)

_OUTCOMES: Final = {
    "NOANSWER": OfferOutcome.EXPIRED,
    "BUSY": OfferOutcome.DECLINED,
    "CANCEL": OfferOutcome.WITHDRAWN,
    "CONGESTION": OfferOutcome.UNREACHABLE,
    "CHANUNAVAIL": OfferOutcome.UNREACHABLE,
}
_REJECTED_CAUSES: Final = frozenset({17, 21})  # Q.850 user busy, call rejected: 486 and 603 from a phone
_LATE_ANSWER_S: Final = 1.5  # a Dial still going this long after its own limit has been answered, though AMI did not say so


@dataclass(frozen=True, slots=True, kw_only=True)
class RingResult:
    """What came of an offer: a talk (over by now, or turned into a conference), or the outcome it ended with."""

    answered: bool
    outcome: OfferOutcome | None = None
    cause: str = ""


class Ringing:
    """Rings seats for offers."""

    def __init__(
        self, *, waiting: WaitingRoom, phones: SeatPhones, legs: Legs, clock: Clock, ring_s: float, no_ring_s: float
    ) -> None:
        self._waiting = waiting
        self._phones = phones
        self._legs = legs
        self._clock = clock
        self.ring_s = ring_s
        self.no_ring_s = no_ring_s

    async def ring(self, line: AgiLine, mailbox: Mailbox, offer: Offer, *, talking: Sequence[Event]) -> RingResult:
        """Ring the offer's seat; `talking` are facts to be recorded once it answers.

        Returns when nobody answered, or when caller and seat have finished talking or were moved into a conference.
        Raises: LegGone: the caller hung up while it rang. StoreFault.
        """
        devices = self._phones.reachable(offer.seat_id) or offer.devices
        mailbox.forget_ringing()
        log.info("offer_made", seat_id=offer.seat_id, group=offer.group, offer_id=offer.offer_id)
        dial = asyncio.create_task(line.dial(devices, ring_s=self.ring_s, no_ring_s=self.no_ring_s), name=f"dial {offer.offer_id}")
        try:
            answer = await self._answer(dial, mailbox, offer)
            if answer is None:
                return self._unanswered(await dial)
            if not await self._waiting.answered(offer, seat_leg=answer.leg, seat_channel=answer.channel):
                await self._take_back(offer, mailbox)
                return RingResult(answered=False, outcome=OfferOutcome.WITHDRAWN)
            log.info("offer_answered", seat_id=offer.seat_id, offer_id=offer.offer_id)
            if talking:
                await self._waiting.change(
                    offer.call_id, expect=CallState.TALKING, state=CallState.TALKING, facts=talking, recording=offer.call_id
                )
            await dial
            return RingResult(answered=True)
        finally:
            if not dial.done():
                dial.cancel()
                await asyncio.gather(dial, return_exceptions=True)

    async def _answer(self, dial: "asyncio.Task[Dialled]", mailbox: Mailbox, offer: Offer) -> SeatAnswer | None:
        """The leg that answered; None once the Dial ended without one."""
        limit = self._clock.monotonic() + self.ring_s + _LATE_ANSWER_S
        while mailbox.seat_answer is None:
            changed = asyncio.ensure_future(mailbox.changed())
            left = limit - self._clock.monotonic()
            await asyncio.wait({dial, changed}, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            if mailbox.seat_answer is None and dial.done():
                dialled = dial.result()
                return SeatAnswer(leg="", channel=dialled.peer_channel) if dialled.status == "ANSWER" else None
            if mailbox.seat_answer is None and left <= 0:
                return SeatAnswer(leg="", channel="")
            if mailbox.offer is not None and mailbox.offer.offer_id != offer.offer_id and mailbox.seat_answer is None:
                await self._take_back(offer, mailbox)  # this offer was ended for us: its seat's phone is gone
                await dial
                return None
        return mailbox.seat_answer

    async def _take_back(self, offer: Offer, mailbox: Mailbox) -> None:
        for leg in mailbox.ringing:
            try:
                await self._legs.hang_up(leg)
            except Fault as fault:
                log.warning("offer_not_taken_back", seat_id=offer.seat_id, code=fault.code)

    def _unanswered(self, dialled: Dialled) -> RingResult:
        declined = dialled.cause in _REJECTED_CAUSES
        outcome = OfferOutcome.DECLINED if declined else _OUTCOMES.get(dialled.status, OfferOutcome.UNREACHABLE)
        return RingResult(answered=False, outcome=outcome, cause=f"{dialled.status} {dialled.cause}")
