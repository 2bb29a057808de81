"""What a supervisor may ask of a call that is talked on; any engine takes it, whichever owns the call."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import structlog

from calls.clock import Clock
from calls.errors import Conflict, Fault, LegGone, NotFound, PbxFault, Refused
from calls.events import Supervised, SupervisionEnded, ThreeWayStarted
from conference.errand_store import IN_CONFERENCE
from conference.legs import Legs
from conference.supervision import LEG, Mode, Supervision, SupervisionBook, SupervisorLegs, SupervisorPhones, call_of
from routing.live_call import live_call
from routing.waiting import CallState, LiveCall, WaitingRoom

log = structlog.get_logger(__name__)

_TALKED_ON: Final = frozenset({CallState.TALKING, *IN_CONFERENCE})
_ORDERED_S: Final = 5.0  # so long a leg that was ordered may not be listed yet


@dataclass(slots=True, kw_only=True)
class SupervisionDesk:
    """Rings supervisors' phones for calls, changes what they do there, and ends it.

    Args: legs: of the conference, for the room that a barge needs.
    """

    waiting: WaitingRoom
    book: SupervisionBook
    phones: SupervisorPhones
    supervisors: SupervisorLegs
    legs: Legs
    clock: Clock
    _ringing: dict[str, str] = field(default_factory=dict)
    """The leg that is to be heard -> the supervisor's that this engine has rung and that nobody picked up yet."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def of(self, call_id: str) -> Supervision:
        """The supervision that is on. Raises: NotFound."""
        text = await self.book.supervision(call_id)
        if not text:
            raise NotFound("supervision_unknown", f"Nobody supervises call {call_id}.", call_id=call_id)
        return Supervision.from_json(text)

    async def start(self, call_id: str, mode: Mode, *, phone: str, by: str, why: str) -> Supervision:
        """Ring the supervisor's phone; once he answers he is on the call.

        Raises: NotFound, Conflict: the call is not talked on, has a supervisor, or the phone is not free. Refused: no such phone. PbxFault.
        """
        call = await self._call(call_id)
        spied = _heard(call, mode)
        if phone == call.seat_id:
            raise Conflict("phone_on_the_call", f"Seat {phone} is on call {call_id} itself; name another phone.", phone=phone)
        if await self.book.supervision(call_id):
            raise await self._not_begun(call_id)
        device = await self.phones.device(phone, call_id)
        supervision = Supervision(
            leg=f"{LEG}{call_id}-{secrets.token_hex(4)}",
            mode=mode,
            phone=phone,
            spied=spied,
            seat_id=call.seat_id,
            by=by,
            why=why,
            asked=self.clock.now(),
        )
        if not await self.book.supervise(call_id, was="", now=supervision.to_json()):
            raise await self._not_begun(call_id)
        self._ringing[spied] = supervision.leg
        try:
            await self.supervisors.ring(supervision, device)
        except (PbxFault, Refused):
            self._ringing.pop(spied, None)
            await self.book.supervise(call_id, was=supervision.to_json(), now="")
            raise
        return supervision

    async def change(self, call_id: str, mode: Mode, *, by: str, why: str) -> Supervision:
        """Another mode for the supervisor who is on. Raises: NotFound, Conflict: his phone still rings, or there is no seat. PbxFault."""
        before = await self.of(call_id)
        if not before.on:
            sentence = f"Phone {before.phone} still rings for call {call_id}; change the mode once it is answered, or end it."
            raise Conflict("supervision_rings", sentence, call_id=call_id)
        call = await self._call(call_id)
        after = replace(before, mode=mode, spied=_heard(call, mode), seat_id=call.seat_id, by=by, why=why)
        if not await self.book.supervise(call_id, was=before.to_json(), now=after.to_json(), facts=[self._fact(after)]):
            sentence = f"The supervision of call {call_id} was changed meanwhile; look at it again."
            raise Conflict("supervision_changed", sentence, call_id=call_id)
        try:
            await self._apply(after, call)
        except LegGone:
            await self._over(after)
            raise NotFound("supervision_unknown", f"The supervisor of call {call_id} has hung up.", call_id=call_id) from None
        except PbxFault:  # he is where he was, and must not be said to be elsewhere
            await self.book.supervise(call_id, was=after.to_json(), now=before.to_json(), facts=[self._fact(before)])
            raise
        return after

    async def end(self, call_id: str) -> None:
        """Take the supervisor off the call; everybody else goes on. Raises: NotFound, PbxFault."""
        supervision = await self.of(call_id)
        await self.supervisors.hang_up(supervision.leg)
        await self._over(supervision)

    # ── what Asterisk tells ──

    def answered(self, leg: str) -> None:
        """The supervisor's leg was picked up. Every engine is told; the first one acts."""
        self._go(self._answered(leg), f"supervisor answered {leg}")

    def gone(self, leg: str) -> None:
        """A leg, a supervisor's or any other, is no more, or never came to be answered."""
        if leg.startswith(LEG):
            self._go(self._gone(leg), f"supervisor gone {leg}")
        elif (ringing := self._ringing.pop(leg, None)) is not None:
            self._go(self.supervisors.hang_up(ringing), f"nothing left to hear for {ringing}")

    async def compare(self, there: Mapping[str, str], *, mine: Callable[[str], bool] = lambda _: True) -> None:
        """What an Asterisk lists now, uniqueid -> state of each leg: what was missed is made good.

        Args: mine: whether a call is of that Asterisk.
        Raises: PbxFault, StoreFault.
        """
        held = [Supervision.from_json(text) for text in (await self.book.supervisions()).values()]
        for supervision in held:
            if not mine(supervision.call_id):
                continue
            state = there.get(supervision.leg)
            if state is None and self.clock.now() - supervision.asked > timedelta(seconds=_ORDERED_S):
                log.warning("supervision_without_leg_ended", call_id=supervision.call_id)
                await self._over(supervision)
            elif state == "Up" and not supervision.on:
                await self._answered(supervision.leg)
        known = {supervision.leg for supervision in held}
        for leg in [leg for leg in there if leg.startswith(LEG) and leg not in known]:
            log.warning("supervisor_without_call_hung_up", leg=leg)
            await self.supervisors.hang_up(leg)

    async def _answered(self, leg: str) -> None:
        if (before := await self._by_leg(leg)) is None or before.on:
            return
        after = replace(before, on=True)
        if not await self.book.supervise(after.call_id, was=before.to_json(), now=after.to_json(), facts=[self._fact(after)]):
            return  # another engine was quicker, or it was ended
        self._ringing.pop(after.spied, None)
        log.info("supervision_began", call_id=after.call_id, mode=after.mode, phone=after.phone, by=after.by)
        try:
            if after.mode is not Mode.LISTEN:
                await self._apply(after, await self._call(after.call_id))
        except (Fault, Refused) as fault:
            log.warning("supervision_only_listens", call_id=after.call_id, mode=after.mode, code=fault.code)
            listens = replace(after, mode=Mode.LISTEN)
            await self.book.supervise(after.call_id, was=after.to_json(), now=listens.to_json(), facts=[self._fact(listens)])

    async def _gone(self, leg: str) -> None:
        self._ringing = {spied: ringing for spied, ringing in self._ringing.items() if ringing != leg}
        if (supervision := await self._by_leg(leg)) is not None:
            await self._over(supervision)

    async def _over(self, supervision: Supervision) -> None:
        facts = [SupervisionEnded(call_id=supervision.call_id, at=self.clock.now(), leg=supervision.leg)] if supervision.on else []
        if await self.book.supervise(supervision.call_id, was=supervision.to_json(), now="", facts=facts):
            log.info("supervision_ended", call_id=supervision.call_id, answered=supervision.on)

    async def _by_leg(self, leg: str) -> Supervision | None:
        text = await self.book.supervision(call_of(leg))
        supervision = Supervision.from_json(text) if text else None
        return supervision if supervision is not None and supervision.leg == leg else None

    # ── into the room ──

    async def _apply(self, supervision: Supervision, call: LiveCall) -> None:
        if supervision.mode is Mode.BARGE and call.state is CallState.TALKING:
            await self._open_room(call)
        await self.supervisors.turn(supervision)

    async def _open_room(self, call: LiveCall) -> None:
        """Seat and caller go on in the call's room, so that all three hear each other and the recording hears all."""
        facts = [ThreeWayStarted(call_id=call.call_id, at=self.clock.now())]
        opened = await self.waiting.change(
            call.call_id, expect=CallState.TALKING, state=CallState.THREE_WAY, facts=facts, room=call.call_id
        )
        if not opened:
            raise Conflict("call_not_talking", f"Call {call.call_id} is no longer talking with its seat.", call_id=call.call_id)
        try:
            await self.legs.into_room(call.call_id, call.seat_channel)
        except PbxFault:
            await self.waiting.change(call.call_id, expect=CallState.THREE_WAY, state=CallState.TALKING)
            raise

    async def _call(self, call_id: str) -> LiveCall:
        return await live_call(self.waiting, call_id)

    async def _not_begun(self, call_id: str) -> Conflict:
        if text := await self.book.supervision(call_id):
            other = Supervision.from_json(text)
            sentence = f"{other.by} supervises call {call_id} already, at phone {other.phone}; change or end that."
            return Conflict("supervision_goes_on", sentence, call_id=call_id, phone=other.phone)
        return Conflict("call_not_talking", f"Call {call_id} is no longer talked on.", call_id=call_id)

    def _fact(self, supervision: Supervision) -> Supervised:
        return Supervised(
            call_id=supervision.call_id,
            at=self.clock.now(),
            leg=supervision.leg,
            mode=supervision.mode,
            seat_id=supervision.seat_id,
            phone=supervision.phone,
            by=supervision.by,
            why=supervision.why,
        )

    def _go(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(_mended_later(work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _mended_later(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Fault as fault:
        log.warning("supervision_not_noted", code=fault.code)  # reconciliation notes it


def _heard(call: LiveCall, mode: Mode) -> str:
    """The leg that is listened to: the seat's, or the caller's where the seat has left him to a specialist. Raises: Conflict, PbxFault."""
    if call.state not in _TALKED_ON:
        sentence = f"Call {call.call_id} is {call.state}; a supervisor can be on a call while it is talked on."
        raise Conflict("call_not_talking", sentence, state=call.state)
    if not call.seat_id:
        if mode is Mode.WHISPER:
            sentence = f"The seat has left call {call.call_id}; listen or barge instead."
            raise Conflict("no_seat_to_whisper_to", sentence, call_id=call.call_id)
        return call.call_id
    if not call.seat_leg:
        sentence = f"The seat's leg of call {call.call_id} is not known, because Asterisk could not be heard when it answered."
        raise PbxFault("seat_leg_unknown", sentence, call_id=call.call_id)
    return call.seat_leg
