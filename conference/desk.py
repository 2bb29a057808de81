"""What a seat or a supervisor may ask of a conference: any engine takes it, the engine that owns the call carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from calls.clock import Clock
from calls.errors import Conflict, NotFound, PbxFault
from calls.events import ConsultStarted, ThreeWayStarted
from conference.errand import Attempt, AttemptState, Errand
from conference.errand_store import IN_CONFERENCE, revise_errand
from conference.legs import Legs
from routing.waiting import CallState, LiveCall, WaitingRoom


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
    """Asks for, joins, splits and ends conferences."""

    def __init__(self, *, waiting: WaitingRoom, legs: Legs, clock: Clock) -> None:
        self._waiting = waiting
        self._legs = legs
        self._clock = clock

    async def ask(self, call_id: str, phones: Sequence[PhoneToRing], *, what: AskedFor | None = None, instead: bool = False) -> Errand:
        """Hunt for a specialist: ring these phones in turn until one accepts.

        A call that talks goes into consult: the caller hears music, the seat waits in the room. `instead`: of a hunt that goes on.
        Raises: NotFound: no such call. Conflict: it has no seat, or a hunt goes on already. PbxFault: the seat's leg could not be moved.
        """
        what = what or AskedFor()
        call = await self._call(call_id)
        if call.state is CallState.TALKING:
            return await self._open(call, phones, what)
        if call.state not in IN_CONFERENCE:
            sentence = f"call {call_id} is {call.state}; a specialist can be asked while a seat talks."
            raise Conflict("call_not_talking", sentence, state=call.state)

        def add(now: LiveCall, errand: Errand) -> Errand:
            if not now.seat_id:
                raise Conflict("seat_has_left", f"the seat has left call {call_id}; only a seat can ask for a specialist.", call_id=call_id)
            if instead:
                errand = errand.cancelled()
            if errand.hunting:
                raise Conflict("hunt_goes_on", f"call {call_id} is already looking for a specialist; cancel that first.", call_id=call_id)
            return errand.plus(_attempts(now, phones, what, errand))

        return _still(await revise_errand(self._waiting, call_id, add), call_id)

    async def join(self, call_id: str) -> None:
        """All three: the caller comes into the room. Raises: NotFound, Conflict: no consult."""
        await self._call(call_id)
        facts = [ThreeWayStarted(call_id=call_id, at=self._clock.now())]
        if not await self._waiting.change(call_id, expect=CallState.CONSULT, state=CallState.THREE_WAY, facts=facts):
            raise Conflict("call_not_in_consult", f"call {call_id} is in no consult; ask for a specialist first.", call_id=call_id)

    async def consult(self, call_id: str) -> None:
        """The caller goes back to music, the others go on. Raises: NotFound, Conflict, PbxFault."""
        call = await self._call(call_id)
        facts = [ConsultStarted(call_id=call_id, at=self._clock.now(), seat_id=call.seat_id)]
        if not call.seat_id or not await self._waiting.change(
            call_id, expect=CallState.THREE_WAY, state=CallState.CONSULT, facts=facts
        ):
            raise Conflict("call_not_in_three_way", f"call {call_id} is in no three-way call with its seat.", call_id=call_id)
        try:
            await self._legs.out_of_room(call.room, call.channel)
        except PbxFault:  # he still hears everything, and must not be said to hear music
            back = [ThreeWayStarted(call_id=call_id, at=self._clock.now())]
            await self._waiting.change(call_id, expect=CallState.CONSULT, state=CallState.THREE_WAY, facts=back)
            raise

    async def cancel(self, call_id: str) -> Errand:
        """Stop hunting; who is in the room stays. Raises: NotFound, Conflict."""
        await self._call(call_id)
        return _still(await revise_errand(self._waiting, call_id, lambda _, errand: errand.cancelled()), call_id)

    async def take_out(self, call_id: str, member: str) -> None:
        """End one member's part: "seat", a specialist's id or an attempt's id.

        Raises: NotFound: no such call or member. PbxFault.
        """
        call = await self._call(call_id)
        if member == "seat" and call.seat_leg:
            await self._legs.hang_up(call.seat_leg)
            return
        for attempt in Errand.from_json(call.errand).attempts:
            if member in (attempt.attempt_id, attempt.specialist_id) and attempt.state in (AttemptState.JOINED, AttemptState.RINGING):
                await self._legs.hang_up(attempt.attempt_id)
                return
        raise NotFound("member_not_there", f"call {call_id} has no {member} in it.", call_id=call_id, member=member)

    async def _open(self, call: LiveCall, phones: Sequence[PhoneToRing], what: AskedFor) -> Errand:
        if not call.seat_channel:
            sentence = f"the seat's leg of call {call.call_id} is not known, because Asterisk could not be heard when it answered."
            raise PbxFault("seat_leg_unknown", sentence, call_id=call.call_id)
        errand = Errand(attempts=tuple(_attempts(call, phones, what, Errand())))
        facts = [ConsultStarted(call_id=call.call_id, at=self._clock.now(), seat_id=call.seat_id)]
        opened = await self._waiting.change(
            call.call_id, expect=CallState.TALKING, state=CallState.CONSULT, facts=facts, room=call.call_id, errand=errand.to_json()
        )
        if not opened:
            raise Conflict("call_not_talking", f"call {call.call_id} is no longer talking with its seat.", call_id=call.call_id)
        try:
            await self._legs.into_room(call.call_id, call.seat_channel)
        except PbxFault:
            await self._waiting.change(call.call_id, expect=CallState.CONSULT, state=CallState.TALKING, errand="")
            raise
        return errand

    async def _call(self, call_id: str) -> LiveCall:
        call = await self._waiting.call(call_id)
        if call is None:
            raise NotFound("call_not_live", f"there is no live call {call_id}.", call_id=call_id)
        return call


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
        raise Conflict("call_not_in_conference", f"call {call_id} is in no conference any more.", call_id=call_id)
    return errand
