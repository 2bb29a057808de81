"""What a seat or a supervisor may ask of a conference: any engine takes it, the engine that owns the call carries it out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from calls.clock import Clock
from calls.errors import Conflict, NotFound, PbxFault
from calls.events import ConsultStarted, Event, HandedOn, Held, Muted, Resumed, Unmuted
from conference.errand import Attempt, Errand
from conference.errand_store import revise_errand
from conference.inside import Inside, revise_inside
from conference.legs import Legs
from conference.members import Who, has_company, member_of
from conference.table import WHERE, Act, Place, after, beside
from conference.targets import NoTargets, Targets
from conference.transfer import Transfer, TransferTarget
from conference.transferring import Transfers, brought_in, changed_meanwhile, leg_unknown
from routing.live_call import live_call
from routing.waiting import CallState, LiveCall, WaitingRoom

_WITH_SEAT_ALONE: Final = frozenset({CallState.TALKING, CallState.TALKING_IN_ROOM, CallState.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneToRing:
    """One phone to be tried, in the order given; `number` as the outside trunk wants it, `role` and `round` as in `Attempt`."""

    specialist_id: str
    name: str
    department: str
    phone: str
    number: str
    ring_s: float
    role: str = "specialist"
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """What a hunt is for: `wanted` and `about` as in `Attempt`; so many specialists are rung at once."""

    wanted: str = ""
    about: str = ""
    parallel: int = 1


class ConferenceDesk:
    """Asks for, joins, splits and ends conferences. What can be done when, and what comes of it, is conference.table.

    All raise NotFound where there is no such call, Conflict where the table has no such act, PbxFault where Asterisk cannot be asked.
    """

    def __init__(self, *, waiting: WaitingRoom, legs: Legs, clock: Clock, targets: Targets | None = None) -> None:
        self._waiting = waiting
        self._legs = legs
        self._clock = clock
        self.counts: Counter[str] = Counter()
        """What was asked for and done here, for figures: act -> how often."""
        self._transfers = Transfers(waiting=waiting, legs=legs, clock=clock, targets=targets or NoTargets())

    # ── handing the caller on ──

    async def transfer(self, call_id: str, to: TransferTarget, *, announced: bool, by: str, summary: str = "") -> Transfer:
        """Hand the caller on: at once (he is on his way, the seat is free), or after a word with the target (`complete`, `cancel`).

        Raises: Refused: there is no such target, or it may not be called. Conflict: also where nobody is there, or one goes on already.
        """
        call = await self._call(call_id)
        begin = self._transfers.announced if announced else self._transfers.blind
        transfer = await begin(call, to, by=by, summary=summary)
        self.counts[f"{Act.ANNOUNCE if announced else Act.TRANSFER}_{to.kind}"] += 1
        return transfer

    async def complete(self, call_id: str) -> Transfer:
        """The seat leaves the caller to the target it has talked with. Raises: Conflict: also where nobody has answered."""
        transfer = await self._transfers.complete(await self._call(call_id))
        self.counts[Act.COMPLETE] += 1
        return transfer

    # ── specialists ──

    async def ask(self, call_id: str, phones: Sequence[PhoneToRing], *, what: AskedFor | None = None, instead: bool = False) -> Errand:
        """Hunt for a specialist: ring these phones in turn until one accepts.

        A call that talks with its seat alone, or is held, goes into consult: the caller hears music, the seat waits in the room.
        `instead`: of a hunt that goes on. Raises: Conflict: also where a hunt goes on already.
        """
        what = what or AskedFor()
        call = await self._call(call_id)
        after(call, Act.ASK)
        if call.state in _WITH_SEAT_ALONE:
            return await self._open_hunt(call, phones, what)

        def add(now: LiveCall, errand: Errand) -> Errand:
            after(now, Act.ASK)
            return _hunt(now, errand.cancelled() if instead else errand, phones, what)

        return _still(await revise_errand(self._waiting, call_id, add), call_id)

    async def cancel(self, call_id: str) -> Errand:
        """Stop hunting, and let the target of an announced transfer go; who else is in the room stays."""
        call = await self._call(call_id)
        after(call, Act.CANCEL)
        await self._transfers.cancel(call)
        return _still(await revise_errand(self._waiting, call_id, lambda _, errand: errand.cancelled()), call_id)

    async def hand_on(self, call_id: str, member: str, phones: Sequence[PhoneToRing], *, what: AskedFor | None = None) -> Errand:
        """A specialist who is on the line asks for a colleague; he may leave meanwhile, also where the seat has left.

        Args: member: the specialist's or his attempt's id.
        Raises: NotFound: he is not on the line. Conflict: also where a hunt goes on already.
        """
        call = await self._call(call_id)
        after(call, Act.HAND_ON)
        who = self._member(call, member)
        if who.kind != "specialist":
            raise NotFound("member_not_there", f"Call {call_id} has no specialist {member} in it.", call_id=call_id, member=member)

        def add(now: LiveCall, errand: Errand) -> Errand:
            after(now, Act.HAND_ON)
            return _hunt(now, errand, phones, what or AskedFor())

        # The hand-over first: the hunt of a call whose seat has left is cancelled where nobody handed on.
        await revise_inside(self._waiting, call_id, lambda _, inside: replace(inside, handed_by=who.leg))
        facts = [HandedOn(call_id=call_id, at=self._clock.now(), attempt_id=who.leg, specialist_id=who.id)]
        return _still(await revise_errand(self._waiting, call_id, add, facts), call_id)

    async def take_out(self, call_id: str, member: str) -> None:
        """End one member's part: "seat", a specialist's id or an attempt's id, "target".

        Raises: NotFound: no such member.
        """
        call = await self._call(call_id)
        after(call, Act.TAKE_OUT)
        who = self._member(call, member, ringing=True)
        if who.kind == "caller":
            sentence = f"The caller of call {call_id} is put on music (hold, consult), not taken out."
            raise Conflict("caller_not_taken_out", sentence, call_id=call_id)
        await self._legs.hang_up(who.leg)

    # ── the caller: music or room ──

    async def join(self, call_id: str) -> None:
        """All who are in the room and the caller: he comes in."""
        await self._bring_in(call_id, Act.JOIN)

    async def resume(self, call_id: str) -> None:
        """The caller hears music no more: he comes into the room."""
        await self._bring_in(call_id, Act.RESUME)

    async def consult(self, call_id: str) -> None:
        """The caller goes back to music, the others go on."""
        await self._send_out(call_id, Act.CONSULT)

    async def hold(self, call_id: str) -> None:
        """The caller hears music, the seat is alone; where somebody is with it, the caller's absence is a consult."""
        call = await self._call(call_id)
        if call.state is CallState.TALKING:
            await self._open(call, Act.HOLD, [Held(call_id=call_id, at=self._clock.now(), seat_id=call.seat_id)])
        else:
            after(call, Act.HOLD)
            await self._send_out(call_id, Act.CONSULT if has_company(call) else Act.HOLD)

    async def _bring_in(self, call_id: str, act: Act) -> None:
        while True:
            call = await self._call(call_id)
            state = beside(after(call, act), company=has_company(call) or not call.seat_id)
            fact = brought_in(call_id, state, seat_id=call.seat_id, at=self._clock.now())
            seen = {"expect_errand": call.errand, "expect_inside": call.inside}  # who is there, or comes
            if await self._waiting.change(call_id, expect=call.state, state=state, facts=[fact], **seen):
                self.counts[act] += 1
                return

    async def _send_out(self, call_id: str, act: Act) -> None:
        call = await self._call(call_id)
        state = after(call, act)
        of = {"call_id": call_id, "at": self._clock.now(), "seat_id": call.seat_id}
        fact: Event = Held(**of) if state is CallState.HELD else ConsultStarted(**of)  # type: ignore[arg-type]
        if not await self._waiting.change(call_id, expect=call.state, state=state, facts=[fact]):
            await self._send_out(call_id, act)
            return
        try:
            await self._legs.out_of_room(call.room, call.channel)
        except PbxFault:  # he still hears everything, and must not be said to hear music
            back = [brought_in(call_id, call.state, seat_id=call.seat_id, at=self._clock.now())]
            await self._waiting.change(call_id, expect=state, state=call.state, facts=back)
            raise
        self.counts[act] += 1

    # ── who is heard ──

    async def mute(self, call_id: str, member: str) -> None:
        """From now on this member hears and is not heard: "caller", "seat", "target", a specialist's or an attempt's id.

        The caller who hears music is muted when he comes back. Two who talk go on in the call's room: nobody is muted in a bridge of two.
        Raises: NotFound: no such member.
        """
        await self._set_muted(call_id, member, muted=True)

    async def unmute(self, call_id: str, member: str) -> None:
        """That member is heard again. Raises: NotFound: no such member."""
        await self._set_muted(call_id, member, muted=False)

    async def _set_muted(self, call_id: str, member: str, *, muted: bool) -> None:
        act = Act.MUTE if muted else Act.UNMUTE
        call = await self._call(call_id)
        after(call, act)
        who = self._member(call, member)
        if muted and call.state is CallState.TALKING:
            await self._open_muted(call, who)
            return

        def revise(now: LiveCall, inside: Inside) -> Inside | None:
            after(now, act)
            return inside.with_muted(who.leg, muted=muted) if (who.leg in inside.muted) is not muted else None

        fact = (Muted if muted else Unmuted)(call_id=call_id, at=self._clock.now(), leg=who.leg, member=who.kind, id=who.id)
        changed = await revise_inside(self._waiting, call_id, revise, [fact])
        try:
            await self._legs.mute(call.room, who.leg, muted=muted)
        except PbxFault:
            if changed is not None:  # he is heard (or is not) as before, and must not be said to be otherwise
                await revise_inside(self._waiting, call_id, lambda _, inside: inside.with_muted(who.leg, muted=not muted))
            raise
        self.counts[act] += 1

    # ──

    async def _open_hunt(self, call: LiveCall, phones: Sequence[PhoneToRing], what: AskedFor) -> Errand:
        errand = _hunt(call, Errand.from_json(call.errand), phones, what)
        facts = [ConsultStarted(call_id=call.call_id, at=self._clock.now(), seat_id=call.seat_id)]
        await self._open(call, Act.ASK, facts, errand=errand)
        return errand

    async def _open_muted(self, call: LiveCall, who: Who) -> None:
        of = {"call_id": call.call_id, "leg": who.leg, "member": who.kind, "id": who.id}
        inside = Inside.from_json(call.inside).with_muted(who.leg, muted=True)
        muted, back = Muted(**of, at=self._clock.now()), Unmuted(**of, at=self._clock.now())
        await self._open(call, Act.MUTE, [muted], back=back, inside=inside)

    async def _open(
        self,
        call: LiveCall,
        act: Act,
        facts: Sequence[Event],
        *,
        back: Event | None = None,
        errand: Errand | None = None,
        inside: Inside | None = None,
    ) -> None:
        """Out of talking or held; a talking seat's leg goes into the room, and its caller where the new state has him.

        Args: back: the fact that nothing came of it; without one, that the caller is taken back.
        """
        state = after(call, act)
        if call.state is CallState.TALKING and not call.seat_channel:
            raise leg_unknown(call)
        opened = await self._waiting.change(
            call.call_id,
            expect=call.state,
            state=state,
            facts=facts,
            room=call.call_id,
            errand=errand.to_json() if errand is not None else None,
            expect_errand=call.errand,
            inside=inside.to_json() if inside is not None else None,
            expect_inside=call.inside,
        )
        if not opened:
            raise changed_meanwhile(call)
        try:
            await self._move(call)
        except PbxFault:
            undone = back or Resumed(call_id=call.call_id, at=self._clock.now(), seat_id=call.seat_id)
            was = {"errand": call.errand, "inside": call.inside}
            await self._waiting.change(call.call_id, expect=state, state=call.state, facts=[undone], **was)
            raise
        self.counts[act] += 1

    async def _move(self, call: LiveCall) -> None:
        """Whoever is in a bridge of two, or was in the room with the seat alone."""
        if call.state is CallState.TALKING:
            await self._legs.into_room(call.call_id, call.seat_channel)
        elif WHERE[call.state].caller is Place.ROOM:
            await self._legs.out_of_room(call.room, call.channel)

    def _member(self, call: LiveCall, member: str, *, ringing: bool = False) -> Who:
        who = member_of(call, member, ringing=ringing)
        if who is None:
            sentence = f"Call {call.call_id} has no {member} in it; there may be caller, seat, target, or a specialist by his id."
            raise NotFound("member_not_there", sentence, call_id=call.call_id, member=member)
        return who

    async def _call(self, call_id: str) -> LiveCall:
        return await live_call(self._waiting, call_id)


def _hunt(call: LiveCall, errand: Errand, phones: Sequence[PhoneToRing], what: AskedFor) -> Errand:
    """The errand with these phones to be rung, behind all that were ever rung for the call. Raises: Conflict: a hunt goes on."""
    if errand.hunting:
        sentence = f"Call {call.call_id} is already looking for a specialist; cancel that first."
        raise Conflict("hunt_goes_on", sentence, call_id=call.call_id)
    return errand.plus(_attempts(call, phones, what, errand))


def _attempts(call: LiveCall, phones: Sequence[PhoneToRing], what: AskedFor, before: Errand) -> list[Attempt]:
    return [
        Attempt(
            attempt_id=f"spec-{call.call_id}-{number}",
            specialist_id=phone.specialist_id,
            name=phone.name,
            department=phone.department,
            phone=phone.phone,
            number=phone.number,
            ring_s=phone.ring_s,
            role=phone.role,
            round=phone.round,
            hunt=before.attempts[-1].hunt + 1 if before.attempts else 0,
            parallel=what.parallel,
            wanted=what.wanted,
            about=what.about,
            caller=call.enterprise,
            caller_class=call.caller_class,
        )
        for number, phone in enumerate(phones, start=len(before.attempts))
    ]


def _still(errand: Errand | None, call_id: str) -> Errand:
    if errand is None:
        raise Conflict("call_not_in_conference", f"Call {call_id} is in no conference any more.", call_id=call_id)
    return errand
