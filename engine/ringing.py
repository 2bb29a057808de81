"""One offer carried out: the seat's phones are rung, and where one answers, caller and seat talk until that is over."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import Fault, StoreFault
from calls.events import Event
from conference.legs import Legs
from engine.mailbox import Mailbox, SeatAnswer
from engine.watcher import PhonesHere
from pbx.line import AgiLine, Dialled
from routing.waiting import CallState, Offer, OfferOutcome, WaitingRoom

log = structlog.get_logger(__name__)

Dial = asyncio.Task[Dialled]

_OUTCOMES: Final = {
    "NOANSWER": OfferOutcome.EXPIRED,
    "BUSY": OfferOutcome.DECLINED,
    "CANCEL": OfferOutcome.WITHDRAWN,
    "CONGESTION": OfferOutcome.UNREACHABLE,
    "CHANUNAVAIL": OfferOutcome.UNREACHABLE,
}
_REJECTED: Final = 21  # Q.850 call rejected: 603 from a phone, which DIALSTATUS takes for CHANUNAVAIL
_LATE_ANSWER_S: Final = 1.5  # a Dial still going this long after its own limit has been answered, though AMI did not say so
_LATE_REPLY_S: Final = 0.5  # and for this long an engine that was stopped itself may read what came meanwhile
_STEPPED_S: Final = 1.0  # the wall clock, by which Asterisk reckons a Dial's limit, has moved otherwise than time by so much
_STORE_RETRY_S: Final = 1.0
_LATE_TRIES, _LATE_RETRY_S = 4, 0.4  # meanwhile a caller whose seat has left hears nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class RingResult:
    """What came of an offer: a talk (over by now, or turned into a conference), or the outcome it ended with.

    Args: again: the same seat may be rung for this call at once.
    """

    answered: bool
    outcome: OfferOutcome | None = None
    cause: str = ""
    again: bool = False


_TALKED: Final = RingResult(answered=True)


class _Stopwatch:
    """Time since the ring began, by both clocks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._began = clock.now(), clock.monotonic()

    @property
    def rung_s(self) -> float:
        return self._clock.monotonic() - self._began

    @property
    def stepped(self) -> bool:
        """Whether the wall clock was set meanwhile: forward, and Asterisk ends the Dial too early; back, and it rings on and on."""
        return abs((self._clock.now() - self._wall).total_seconds() - self.rung_s) > _STEPPED_S


class Ringing:
    """Rings seats for offers; with `every_contact` each of the telephones that are registered as one device."""

    def __init__(
        self, *, waiting: WaitingRoom, phones: PhonesHere, legs: Legs, clock: Clock, ring_s: float, no_ring_s: float
    ) -> None:
        self._waiting = waiting
        self._phones = phones
        self._legs = legs
        self._clock = clock
        self.ring_s = ring_s
        self.no_ring_s = no_ring_s
        self.every_contact = False

    async def ring(
        self, line: AgiLine, mailbox: Mailbox, offer: Offer, *, talking: Sequence[Event], on_answer: Callable[[], None]
    ) -> RingResult:
        """Ring the offer's seat; once it answers, `on_answer` is called and the facts `talking` are recorded.

        Returns when nobody answered, or when caller and seat have finished talking or were moved into a conference.
        Raises: LegGone: the caller hung up. StoreFault.
        """
        devices = self._phones.reachable(offer.seat_id) or offer.devices
        mailbox.forget_ringing()
        log.info("offer_made", seat_id=offer.seat_id, group=offer.group, offer_id=offer.offer_id)
        ring_s, watch = self._ring_s(offer), _Stopwatch(self._clock)
        ringing = line.dial(devices, ring_s=ring_s, no_ring_s=self.no_ring_s, every_contact=self.every_contact)
        dial = asyncio.create_task(ringing, name=f"dial {offer.offer_id}")
        try:
            answer = await self._answer(dial, mailbox, offer, ring_s, watch)
            if answer is not None and await self._claimed(dial, offer, answer):
                log.info("offer_answered", seat_id=offer.seat_id, offer_id=offer.offer_id)
                on_answer()
                await self._note(offer, talking)
                await dial
                return _TALKED
            if answer is None and dial.done():
                return self._unanswered(offer, dial.result(), cut_short=watch.stepped and watch.rung_s < ring_s - 1)
            overdue = watch.stepped and watch.rung_s > ring_s
            return await self._taken_back(dial, line, mailbox, offer, OfferOutcome.EXPIRED if overdue else OfferOutcome.WITHDRAWN)
        finally:
            if not dial.done():
                dial.cancel()
                await asyncio.gather(dial, return_exceptions=True)
            self._phones.hung_up(offer.seat_id)

    def _unanswered(self, offer: Offer, dialled: Dialled, *, cut_short: bool) -> RingResult:
        result = _unanswered(dialled)
        if cut_short and result.outcome is OfferOutcome.EXPIRED:
            return RingResult(answered=False, outcome=OfferOutcome.WITHDRAWN, cause="the clock was set while it rang", again=True)
        if result.outcome is OfferOutcome.UNREACHABLE:
            self._phones.did_not_ring(offer.seat_id)
        return result

    def _ring_s(self, offer: Offer) -> float:
        """How long to ring: an offer that came late has less of its time left."""
        left = (offer.deadline - self._clock.now()).total_seconds()
        return self.ring_s if left > self.ring_s - 1 else max(1.0, round(left, 1))

    async def _answer(self, dial: Dial, mailbox: Mailbox, offer: Offer, ring_s: float, watch: _Stopwatch) -> SeatAnswer | None:
        """The leg that answered; None once the Dial ended without one, or (the Dial goes on) the offer is over."""
        limit = self._clock.monotonic() + ring_s + _LATE_ANSWER_S
        late = False
        while mailbox.seat_answer is None:
            if dial.done():
                dialled = dial.result()
                return SeatAnswer(leg="", channel=dialled.peer_channel) if dialled.status == "ANSWER" else None
            if await self._is_over(mailbox, offer):
                return None
            left = limit - self._clock.monotonic()
            if late and left <= 0:
                return None if watch.stepped else SeatAnswer(leg="", channel="")
            late = left <= 0
            await _either(dial, mailbox, within_s=_LATE_REPLY_S if late else left)
        return mailbox.seat_answer

    async def _is_over(self, mailbox: Mailbox, offer: Offer) -> bool:
        """Whether the offer was ended by others: its seat's phone is gone, or its lease ran out."""
        if mailbox.offer is not None:
            return True
        if not mailbox.take_poke():
            return False
        try:
            live = await self._waiting.call(offer.call_id)
        except StoreFault:
            return False  # nobody can tell; it rings on
        return live is None or live.offer_id != offer.offer_id

    async def _claimed(self, dial: Dial, offer: Offer, answer: SeatAnswer) -> bool:
        """Note that they talk; False where the offer was over. A talk that Redis does not hear of in time goes on all the same."""
        late = False
        while True:
            try:
                claimed = await self._waiting.answered(offer, seat_leg=answer.leg, seat_channel=answer.channel)
                if late and not claimed:
                    await self._keep_from_others(offer)
            except StoreFault as fault:
                if not late:
                    log.error("answer_not_recorded", seat_id=offer.seat_id, code=fault.code)
                late = True
                await asyncio.wait({dial}, timeout=_STORE_RETRY_S)
                if dial.done():
                    await self._note_late(offer, answer)
                    return True
            else:
                return claimed or late

    async def _note_late(self, offer: Offer, answer: SeatAnswer) -> None:
        """They have talked: a Redis that comes back about now hears of it before it hears of the call's end."""
        for _ in range(_LATE_TRIES):
            try:
                await self._waiting.answered(offer, seat_leg=answer.leg, seat_channel=answer.channel)
            except StoreFault:
                await asyncio.sleep(_LATE_RETRY_S)
            else:
                return

    async def _keep_from_others(self, offer: Offer) -> None:
        """Live state takes the call for waiting by now: it is offered to nobody while this talk goes on."""
        if (live := await self._waiting.call(offer.call_id)) is not None:
            await self._waiting.arrive(live, ())

    async def _note(self, offer: Offer, talking: Sequence[Event]) -> None:
        if not talking:
            return
        state, recording = CallState.TALKING, offer.call_id
        try:
            await self._waiting.change(offer.call_id, expect=state, state=state, facts=talking, recording=recording)
        except StoreFault as fault:
            log.error("recording_not_noted", code=fault.code)

    async def _taken_back(
        self, dial: Dial, line: AgiLine, mailbox: Mailbox, offer: Offer, outcome: OfferOutcome
    ) -> RingResult:
        """Stop what rings, or has just been answered, for an offer that is over; also legs that Asterisk tells of only now."""
        told: set[str] = set()
        hung_up = False
        while not dial.done():
            answered = {mailbox.seat_answer.leg} - {""} if mailbox.seat_answer is not None else set()
            for leg in (mailbox.ringing | answered) - told:
                told.add(leg)
                hung_up |= await self._hung_up(leg, offer)
            await _either(dial, mailbox, within_s=None)
        if (await dial).status == "ANSWER":
            if not hung_up:
                return _TALKED  # Asterisk could not be asked, and so they talked to the end
            await line.forget_talk()
        return RingResult(answered=False, outcome=outcome)

    async def _hung_up(self, leg: str, offer: Offer) -> bool:
        try:
            await self._legs.hang_up(leg)
        except Fault as fault:
            log.warning("offer_not_taken_back", seat_id=offer.seat_id, code=fault.code)
            return False
        return True


async def _either(dial: Dial, mailbox: Mailbox, *, within_s: float | None) -> None:
    """Wait until the Dial is over or the mailbox changed."""
    changed = asyncio.ensure_future(mailbox.changed())
    try:
        await asyncio.wait({dial, changed}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        changed.cancel()


def _unanswered(dialled: Dialled) -> RingResult:
    outcome = OfferOutcome.DECLINED if dialled.cause == _REJECTED else _OUTCOMES.get(dialled.status, OfferOutcome.UNREACHABLE)
    return RingResult(answered=False, outcome=outcome, cause=f"{dialled.status} {dialled.cause}")
