"""What a seat may ask of handing its caller on: blind or announced, to a seat, a group, a number, another hotline."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from calls.clock import Clock
from calls.errors import Conflict, PbxFault
from calls.events import ConsultStarted, Event, Resumed, ThreeWayStarted
from conference.errand import AttemptState, Errand
from conference.inside import Inside, revise_inside
from conference.legs import Legs
from conference.members import has_company_but_for
from conference.table import WHERE, Act, Place, after, beside
from conference.targets import Found, Targets, headers_of
from conference.transfer import TargetKind, Transfer, TransferState, TransferTarget, asked_for, ended_as
from routing.waiting import CallState, LiveCall, Second, WaitingRoom
from seats.state import SeatEvent

log = structlog.get_logger(__name__)

_ON_THE_LINE = frozenset({AttemptState.JOINED, AttemptState.RINGING})


class Transfers:
    """Begins, completes and cancels transfers; the engine that owns the call carries them out."""

    def __init__(self, *, waiting: WaitingRoom, legs: Legs, clock: Clock, targets: Targets) -> None:
        self._waiting = waiting
        self._legs = legs
        self._clock = clock
        self.targets = targets

    async def blind(self, call: LiveCall, to: TransferTarget, *, by: str, summary: str) -> Transfer:
        """The caller is on his way at once; his seat, and whoever else was with him, are done with him.

        Raises: Conflict, Refused, PbxFault: nothing was changed.
        """
        state = after(call, Act.TRANSFER)
        inside = self._free_of_transfers(call)
        if call.seat_id and not call.seat_leg:
            raise leg_unknown(call)
        (found, *_) = await self.targets.find(call, to, announced=False)
        transfer = self._made(call, found, announced=False, by=by, summary=summary)
        changed = await self._waiting.change(
            call.call_id,
            expect=call.state,
            state=state,
            facts=[asked_for(call.call_id, transfer, self._clock.now())],
            errand=Errand.from_json(call.errand).cancelled().to_json(),
            expect_errand=call.errand,
            inside=replace(inside, transfer=transfer, handed_by="").to_json(),
            expect_inside=call.inside,
        )
        if not changed:
            raise changed_meanwhile(call)
        try:
            await self._leave(call)
        except PbxFault:
            await self._undo(call, transfer, TransferState.FAILED, state)
            raise
        return transfer

    async def announced(self, call: LiveCall, to: TransferTarget, *, by: str, summary: str) -> Transfer:
        """The target is rung into the room; the seat talks with it while the caller hears music.

        Raises: Conflict, Refused, PbxFault: nothing was changed.
        """
        state = after(call, Act.ANNOUNCE)
        inside = self._free_of_transfers(call)
        if call.state is CallState.TALKING and not call.seat_channel:
            raise leg_unknown(call)
        transfer = await self._asked(call, await self.targets.find(call, to, announced=True), inside, state, by=by, summary=summary)
        try:
            if call.state is CallState.TALKING:
                await self._legs.into_room(call.call_id, call.seat_channel)
            elif WHERE[call.state].caller is Place.ROOM:
                await self._legs.out_of_room(call.room, call.channel)
        except PbxFault:
            await self._undo(call, transfer, TransferState.FAILED, state)
            raise
        return transfer

    async def complete(self, call: LiveCall) -> Transfer:
        """The seat leaves the caller to the target it has talked with. Raises: Conflict: nobody of the kind is there."""
        state, inside = after(call, Act.COMPLETE), Inside.from_json(call.inside)
        transfer = inside.transfer
        if transfer is None or not transfer.announced or transfer.state is not TransferState.JOINED:
            sentence = f"Nobody whom call {call.call_id} could be left to is on the line; announce a transfer, and wait for the answer."
            raise Conflict("transfer_not_answered", sentence, call_id=call.call_id)
        if not await complete(self._waiting, self._clock, call, inside, transfer, state):
            raise changed_meanwhile(call)
        await self._legs.hang_up(call.seat_leg)
        return transfer

    async def cancel(self, call: LiveCall) -> bool:
        """The target of an announced transfer that is under way is let go; False where there is none."""
        transfer = Inside.from_json(call.inside).transfer
        if transfer is None or not transfer.announced or not transfer.under_way:
            return False
        await end_target(self._waiting, self._clock, call, transfer, TransferState.CANCELLED, SeatEvent.WITHDRAWN)
        await self._legs.hang_up(transfer.transfer_id)
        return True

    async def _asked(
        self, call: LiveCall, tried: Sequence[Found], inside: Inside, state: CallState, *, by: str, summary: str
    ) -> Transfer:
        """Noted in live state; a seat is reserved there, the first of these that is still free."""
        for left, found in enumerate(tried, start=1 - len(tried)):
            transfer = self._made(call, found, announced=True, by=by, summary=summary)
            text = replace(inside, transfer=transfer).to_json()
            facts: list[Event] = [asked_for(call.call_id, transfer, self._clock.now())]
            if call.state is not CallState.CONSULT:
                facts.insert(0, ConsultStarted(call_id=call.call_id, at=self._clock.now(), seat_id=call.seat_id))
            try:
                if await self._noted(call, found, transfer, state, text, facts):
                    return transfer
                break
            except Conflict:
                if not left:
                    raise
        raise changed_meanwhile(call)

    async def _noted(
        self, call: LiveCall, found: Found, transfer: Transfer, state: CallState, inside: str, facts: Sequence[Event]
    ) -> bool:
        if found.kind is TargetKind.SEAT:
            second = Second(seat_id=found.value, leg=transfer.transfer_id, ring_s=found.ring_s)
            return await self._waiting.take_second(
                call.call_id, second, expect=call.state, state=state, inside=inside, expect_inside=call.inside, facts=facts
            )
        return await self._waiting.change(
            call.call_id, expect=call.state, state=state, facts=facts, room=call.call_id, inside=inside, expect_inside=call.inside
        )

    async def _leave(self, call: LiveCall) -> None:
        """Whoever is with the caller goes: the seat's leg first, because without that nothing has been done. Raises: PbxFault."""
        if call.seat_leg:
            await self._legs.hang_up(call.seat_leg)
        for attempt in Errand.from_json(call.errand).attempts:
            if attempt.state in _ON_THE_LINE:
                await self._quietly_ended(attempt.attempt_id)

    async def _quietly_ended(self, leg: str) -> None:
        try:
            await self._legs.hang_up(leg)
        except PbxFault as fault:
            log.warning("leg_not_ended", leg=leg, code=fault.code)  # the owner of the call empties the room again

    async def _undo(self, call: LiveCall, transfer: Transfer, outcome: TransferState, state: CallState) -> None:
        """Asterisk could not be asked: all is as it was, and must not be said to be otherwise."""
        if transfer.kind is TargetKind.SEAT and transfer.announced:
            await self._waiting.second_left(call.call_id, transfer.transfer_id, SeatEvent.WITHDRAWN)
        now = self._clock.now()
        facts: list[Event] = [ended_as(call.call_id, transfer, outcome, now)]
        if transfer.announced and call.state is not CallState.CONSULT:
            facts.append(ThreeWayStarted(call_id=call.call_id, at=now))
        inside = replace(Inside.from_json(call.inside), transfer=transfer.now(outcome)).to_json()
        await self._waiting.change(call.call_id, expect=state, state=call.state, facts=facts, errand=call.errand, inside=inside)

    def _made(self, call: LiveCall, found: Found, *, announced: bool, by: str, summary: str) -> Transfer:
        transfer_id = f"xfer-{call.call_id}-{secrets.token_hex(4)}"
        handed = found.kind is TargetKind.HOTLINE
        return Transfer(
            transfer_id=transfer_id,
            kind=found.kind,
            value=found.value,
            name=found.name,
            announced=announced,
            by=by,
            from_seat=call.seat_id,
            device=found.device,
            ring_s=found.ring_s,
            summary=summary,
            headers=headers_of(transfer_id, enterprise=call.enterprise, summary=summary) if handed else {},
            shown_number=found.shown_number,
            shown_name=found.shown_name,
        )

    def _free_of_transfers(self, call: LiveCall) -> Inside:
        inside = Inside.from_json(call.inside)
        if inside.transfer is not None and inside.transfer.under_way:
            sentence = f"Call {call.call_id} is being handed on to {inside.transfer.value} already; complete or cancel that first."
            raise Conflict("transfer_goes_on", sentence, call_id=call.call_id)
        return inside


async def complete(
    waiting: WaitingRoom, clock: Clock, call: LiveCall, inside: Inside, transfer: Transfer, state: CallState
) -> bool:
    """The caller is the target's from now on, and comes into the room; False where the call was changed meanwhile."""
    now, state = clock.now(), beside(state, company=has_company_but_for(call, transfer))
    facts: list[Event] = [ended_as(call.call_id, transfer, TransferState.DONE, now)]
    if WHERE[call.state].caller is not Place.ROOM:
        facts.append(brought_in(call.call_id, state, seat_id=transfer.value, at=now))
    text = replace(inside, transfer=transfer.now(TransferState.DONE)).to_json()
    if transfer.kind is TargetKind.SEAT:
        return await waiting.complete(call.call_id, transfer.transfer_id, expect=call.state, state=state, inside=text, facts=facts)
    done = await waiting.change(
        call.call_id, expect=call.state, state=state, inside=text, expect_inside=call.inside, facts=facts
    )
    if done and call.seat_id:
        await waiting.seat_left(call.call_id, call.seat_id)
    return done


def brought_in(call_id: str, state: CallState, *, seat_id: str, at: datetime) -> Event:
    """The fact that the caller came into the room, to others (THREE_WAY), or back to a seat alone."""
    three = state is CallState.THREE_WAY
    return ThreeWayStarted(call_id=call_id, at=at) if three else Resumed(call_id=call_id, at=at, seat_id=seat_id)


async def end_target(
    waiting: WaitingRoom, clock: Clock, call: LiveCall, transfer: Transfer, state: TransferState, event: SeatEvent
) -> None:
    """Nothing comes of an announced transfer; a seat that was asked goes where the event leads."""
    def revise(_: LiveCall, inside: Inside) -> Inside | None:
        now = inside.transfer
        same = now is not None and now.transfer_id == transfer.transfer_id and now.under_way
        return replace(inside, transfer=transfer.now(state)) if same else None

    await revise_inside(waiting, call.call_id, revise, [ended_as(call.call_id, transfer, state, clock.now())])
    if transfer.kind is TargetKind.SEAT:
        await waiting.second_left(call.call_id, transfer.transfer_id, event)


def changed_meanwhile(call: LiveCall) -> Conflict:
    """Somebody else was quicker."""
    return Conflict("call_changed", f"Call {call.call_id} was changed meanwhile; look at it again.", call_id=call.call_id)


def leg_unknown(call: LiveCall) -> PbxFault:
    """Who answered was not heard of, so nothing can be done with his leg."""
    sentence = f"The seat's leg of call {call.call_id} is not known, because Asterisk could not be heard when it answered."
    return PbxFault("seatleg_unknown", sentence, call_id=call.call_id)
