"""A call's conference, from the moment its seat was moved into the room until only the caller is left.

Two things go on side by side: the caller is where the call's state says (music or room), and the steward looks at what
happens around the call (legs join and leave, others change the errand) and draws the consequences.
"""

import asyncio
from collections.abc import Set as AbstractSet

from calls.clock import Clock
from calls.errors import LegGone, PbxFault
from calls.events import Event, SpecialistAsked, SpecialistAttemptEnded, SpecialistJoined, SpecialistLeft, ThreeWayStarted
from conference.errand import Attempt, AttemptState, Errand
from conference.errand_store import IN_CONFERENCE, revise_errand
from conference.legs import Around, CallerLine, Legs
from routing.waiting import CallState, LiveCall, WaitingRoom

_OUTCOMES = {
    0: AttemptState.NO_ANSWER,  # nobody said why
    16: AttemptState.NO_ANSWER,
    17: AttemptState.BUSY,
    18: AttemptState.NO_ANSWER,
    19: AttemptState.NO_ANSWER,
    20: AttemptState.NO_ANSWER,  # switched off
    21: AttemptState.DECLINED,
}
"""The Q.850 causes a phone that was rung in vain hung up with; any other says that it could not be rung."""


class Conference:
    """One call's conference as the engine that owns the call runs it.

    Args: hunt_s: a hunt that took this long rings no further phone.
    """

    def __init__(
        self, *, line: CallerLine, around: Around, waiting: WaitingRoom, legs: Legs, clock: Clock, hunt_s: float = float("inf")
    ) -> None:
        self._line = line
        self._around = around
        self._waiting = waiting
        self._legs = legs
        self._clock = clock
        self._call_id = line.uniqueid
        self._absent: AbstractSet[str] = frozenset()
        self._ringing: set[str] = set()
        self._hunt_s = hunt_s
        self._hunt_began: float | None = None
        self._state = CallState.CONSULT
        self._moved = asyncio.Event()

    async def run(self, *, resumed: bool) -> None:
        """Returns when the caller is the only one left, and still there.

        Args: resumed: another engine ran it before; what happened meanwhile is asked of Asterisk.
        Raises: LegGone: the caller hung up. StoreFault, PbxFault: it cannot be run on from here; a next engine may.
        """
        if resumed:
            await self._catch_up()
        try:
            await self._hold()
        except LegGone:
            await self._stop_all_ringing()
            raise

    async def _hold(self) -> None:
        steward = asyncio.create_task(self._steward(), name=f"conference {self._call_id}")
        caller = asyncio.create_task(self._caller(), name=f"conference caller {self._call_id}")
        try:
            await asyncio.wait({steward, caller}, return_when=asyncio.FIRST_COMPLETED)
            if not caller.done():
                await steward  # raises what stopped it; else it saw the end, and the caller is coming out of the room
            await caller
        finally:
            steward.cancel()
            caller.cancel()
            await asyncio.gather(steward, caller, return_exceptions=True)

    async def _caller(self) -> None:
        while True:
            self._moved.clear()
            call = await self._waiting.call(self._call_id)
            if call is None or call.state not in IN_CONFERENCE:
                return
            if call.state is CallState.THREE_WAY:
                await self._line.enter_room(call.room)
                await self._room_ended(call)
            else:
                await self._line.music()
                await self._moved_or_gone()

    async def _room_ended(self, call: LiveCall) -> None:
        """Out of the room though nobody asked for it: where the room is empty, the conference is over."""
        still = await self._waiting.call(self._call_id)
        if still is not None and still.state is CallState.THREE_WAY and not (self._around.members - {self._call_id}):
            await self._waiting.change(self._call_id, expect=CallState.THREE_WAY, state=CallState.AFTER)
        elif still is not None and still.state is CallState.THREE_WAY:
            await self._line.music()

    async def _moved_or_gone(self) -> None:
        moved = asyncio.create_task(self._moved.wait())
        gone = asyncio.create_task(self._line.until_hung_up())
        try:
            await asyncio.wait({moved, gone}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise LegGone("caller_gone", "the caller hung up during the consult", call_id=self._call_id)
        finally:
            moved.cancel()
            gone.cancel()

    async def _steward(self) -> None:
        while True:
            call = await self._waiting.call(self._call_id)
            if call is None or call.state not in IN_CONFERENCE:
                self._moved.set()
                return
            if call.state is not self._state:
                self._state = call.state
                self._moved.set()
            if not await self._account(call) and not await self._company(call) and not await self._ring_next(call):
                await self._around.changed()

    async def _account(self, call: LiveCall) -> bool:
        """Note what became of the first attempt that is not as noted; True where there was one."""
        for attempt in Errand.from_json(call.errand).attempts:
            self._around.watch(attempt.attempt_id)
            if attempt.state is AttemptState.CANCELLED and attempt.attempt_id in self._ringing:
                await self._stop_ringing(attempt)
            state = self._seen(attempt)
            if state is not attempt.state:
                self._ringing.discard(attempt.attempt_id)
                await self._note(attempt, state, [self._outcome(attempt, state)])
                return True
        return False

    def _seen(self, attempt: Attempt) -> AttemptState:
        leg = attempt.attempt_id
        if attempt.state is AttemptState.RINGING and leg in self._around.members:
            return AttemptState.JOINED
        if attempt.state is AttemptState.RINGING and leg in self._gone:
            if leg in self._around.answered:
                return AttemptState.DECLINED
            return _OUTCOMES.get(self._around.cause(leg), AttemptState.FAILED)
        if attempt.state is AttemptState.JOINED and leg in self._gone:
            return AttemptState.LEFT
        return attempt.state

    async def _company(self, call: LiveCall) -> bool:
        """Draw the consequence of who is still there; True where something was changed."""
        if call.seat_id and call.seat_leg in self._gone:
            await self._waiting.seat_left(self._call_id, call.seat_id)
            return True
        if call.seat_id:
            return False
        errand = Errand.from_json(call.errand)
        if errand.hunting:
            await revise_errand(self._waiting, self._call_id, lambda _, now: now.cancelled())
            return True
        if any(attempt.state is AttemptState.JOINED for attempt in errand.attempts):
            return call.state is CallState.CONSULT and await self._leave_to_specialist()
        await self._waiting.change(self._call_id, expect=call.state, state=CallState.AFTER)
        if self._call_id in self._around.members:
            await self._legs.out_of_room(call.room, self._line.channel)
        return True

    async def _leave_to_specialist(self) -> bool:
        """The seat left during the consult: the caller goes on with the specialist."""
        facts = [ThreeWayStarted(call_id=self._call_id, at=self._clock.now())]
        return await self._waiting.change(self._call_id, expect=CallState.CONSULT, state=CallState.THREE_WAY, facts=facts)

    async def _ring_next(self, call: LiveCall) -> bool:
        """Ring the attempt whose turn it is, unless a phone rings already; True where there was one."""
        errand = Errand.from_json(call.errand)
        attempt = errand.next()
        if attempt is None:
            self._hunt_began = None if not self._ringing else self._hunt_began
            return False
        if self._ringing:
            return False
        if self._hunt_began is None:
            self._hunt_began = self._clock.monotonic()
        elif self._clock.monotonic() - self._hunt_began > self._hunt_s:
            await revise_errand(self._waiting, self._call_id, lambda _, now: now.cancelled())
            return True
        await self._note(attempt, AttemptState.RINGING, [self._asked(attempt)])
        self._ringing.add(attempt.attempt_id)
        try:
            await self._legs.ring_specialist(attempt, call.room)
        except PbxFault:
            self._ringing.discard(attempt.attempt_id)
            await self._note(attempt, AttemptState.FAILED, [self._outcome(attempt, AttemptState.FAILED)])
        return True

    async def _stop_ringing(self, attempt: Attempt) -> None:
        self._ringing.discard(attempt.attempt_id)
        if attempt.attempt_id not in self._gone:
            await self._legs.hang_up(attempt.attempt_id)
        await self._waiting.record([self._outcome(attempt, AttemptState.CANCELLED)])

    async def _stop_all_ringing(self) -> None:
        """The caller has gone: who picks up now would come into an empty room."""
        call = await self._waiting.call(self._call_id)
        for attempt in Errand.from_json(call.errand).attempts if call is not None else ():
            if attempt.state is AttemptState.RINGING:
                try:
                    await self._stop_ringing(attempt)
                except PbxFault:
                    return  # it rings out by itself, and the dialplan lets nobody into an empty room

    async def _note(self, attempt: Attempt, state: AttemptState, facts: list[Event]) -> None:
        await revise_errand(self._waiting, self._call_id, lambda _, errand: errand.with_state(attempt.attempt_id, state), facts)

    async def _catch_up(self) -> None:
        """Take over from an engine that died: who is not in the room any more has left; what rang then is rung no more."""
        call = await self._waiting.call(self._call_id)
        if call is None:
            return
        await self._waiting.arrive(call, ())  # from now on what others do to the call is told here
        in_room = await self._legs.members(call.room)
        attempts = Errand.from_json(call.errand).attempts
        for attempt in attempts:
            self._around.watch(attempt.attempt_id)
            if attempt.state is AttemptState.RINGING and attempt.attempt_id not in in_room:
                await self._legs.hang_up(attempt.attempt_id)
        self._absent = {call.seat_leg, *(attempt.attempt_id for attempt in attempts if attempt.state is not AttemptState.PENDING)} - in_room

    @property
    def _gone(self) -> AbstractSet[str]:
        return self._around.gone | self._absent

    def _asked(self, attempt: Attempt) -> Event:
        return SpecialistAsked(
            call_id=self._call_id,
            at=self._clock.now(),
            attempt_id=attempt.attempt_id,
            specialist_id=attempt.specialist_id,
            name=attempt.name,
            department=attempt.department,
            phone=attempt.phone,
            number=attempt.number,
        )

    def _outcome(self, attempt: Attempt, state: AttemptState) -> Event:
        of = {"call_id": self._call_id, "attempt_id": attempt.attempt_id, "specialist_id": attempt.specialist_id}
        now = self._clock.now()
        if state is AttemptState.JOINED:
            return SpecialistJoined(**of, at=now, name=attempt.name, department=attempt.department)
        if state is AttemptState.LEFT:
            return SpecialistLeft(**of, at=now)
        return SpecialistAttemptEnded(**of, at=now, outcome=state)
