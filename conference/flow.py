"""A call's conference, from the moment its seat was moved into the room until only the caller is left.

Two things go on side by side: the caller is where the call's state says (music or room), and the steward looks at what
happens around the call (legs join and leave, others change the errand) and draws the consequences. What Asterisk cannot
be asked for at the moment is asked again whenever the steward looks.
"""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from calls.clock import Clock
from calls.errors import Fault, LegGone, PbxFault, Refused
from calls.events import Event, ThreeWayStarted
from conference.attempts import asked, outcome, seen
from conference.errand import Attempt, AttemptState, Errand
from conference.errand_store import IN_CONFERENCE, revise_errand
from conference.legs import Around, CallerLine, Legs
from conference.supervision import LEG as SUPERVISOR
from routing.waiting import CallState, LiveCall, WaitingRoom

_LOOK_EVERY_S: Final = 5.0  # for a word that was lost
_ENTER_AGAIN_S: Final = 1.0


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
        self._found: AbstractSet[str] = frozenset()
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
                await steward  # raises what stopped it; else it saw the end
                await self._bring_out(caller)
            await caller
        finally:
            steward.cancel()
            caller.cancel()
            await asyncio.gather(steward, caller, return_exceptions=True)

    # ── the caller ──

    async def _caller(self) -> None:
        while True:
            self._moved.clear()
            call = await self._waiting.call(self._call_id)
            if call is None or call.state not in IN_CONFERENCE:
                return
            if call.state is CallState.THREE_WAY:
                await self._line.enter_room(call.room)
                await self._room_ended()
            else:
                await self._line.music()
                await self._moved_or_gone(within_s=None)

    async def _room_ended(self) -> None:
        """Out of the room: where nobody asked for it and the room is empty, the conference is over; else he goes in again soon."""
        still = await self._waiting.call(self._call_id)
        if still is None or still.state is not CallState.THREE_WAY:
            return
        if not self._around.members - {self._call_id}:
            await self._waiting.change(self._call_id, expect=CallState.THREE_WAY, state=CallState.AFTER)
            return
        await self._line.music()
        await self._moved_or_gone(within_s=_ENTER_AGAIN_S)

    async def _moved_or_gone(self, *, within_s: float | None) -> None:
        moved = asyncio.create_task(self._moved.wait())
        gone = asyncio.create_task(self._line.until_hung_up())
        try:
            await asyncio.wait({moved, gone}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise LegGone("caller_gone", "the caller hung up during the consult", call_id=self._call_id)
        finally:
            moved.cancel()
            gone.cancel()

    async def _bring_out(self, caller: "asyncio.Task[None]") -> None:
        """The conference is over: he is taken out of the room, also where he is only just coming into it."""
        while not caller.done():
            await self._out_of_room()
            changed = asyncio.create_task(self._around.changed())
            await asyncio.wait({caller, changed}, timeout=_LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()

    async def _out_of_room(self) -> None:
        if self._call_id not in self._around.members:
            return
        try:
            await self._legs.out_of_room(self._call_id, self._line.channel)
        except PbxFault:
            return  # it is tried again at the next look

    # ── the steward ──

    async def _steward(self) -> None:
        while True:
            call = await self._waiting.call(self._call_id)
            if call is None or call.state not in IN_CONFERENCE:
                self._moved.set()
                return
            if call.state is not self._state:
                self._state = call.state
                self._moved.set()
            if call.state is CallState.CONSULT:
                await self._out_of_room()  # he was on his way in when the state changed
            if not await self._account(call) and not await self._company(call) and not await self._ring_next(call):
                await self._something()

    async def _something(self) -> None:
        """Wait until something happened, or may have."""
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                await self._around.changed()
        except TimeoutError:
            return

    async def _account(self, call: LiveCall) -> bool:
        """Note what became of the first attempt that is not as noted; True where there was one."""
        for attempt in Errand.from_json(call.errand).attempts:
            if attempt.state is not AttemptState.PENDING:
                self._around.watch(attempt.attempt_id)
            if attempt.state is AttemptState.CANCELLED:
                await self._stop_ringing(attempt)
            state = seen(attempt, self._around, self._gone)
            if state is not attempt.state:
                self._ringing.discard(attempt.attempt_id)
                await self._note(attempt, state, [self._outcome(attempt, state)])
                return True
        return False

    async def _company(self, call: LiveCall) -> bool:
        """Draw the consequence of who is still there; True where something was changed."""
        if call.seat_id and (not call.seat_leg or call.seat_leg in self._gone):
            await self._waiting.seat_left(self._call_id, call.seat_id)
            return True
        if call.seat_id:
            return False
        errand = Errand.from_json(call.errand)
        if errand.hunting:
            await revise_errand(self._waiting, self._call_id, lambda _, now: now.cancelled())
            return True
        if any(attempt.state is AttemptState.JOINED for attempt in errand.attempts) or self._with_supervisor():
            return call.state is CallState.CONSULT and await self._leave_to_specialist()
        await self._waiting.change(self._call_id, expect=call.state, state=CallState.AFTER)
        return True

    def _with_supervisor(self) -> bool:
        """Whether a supervisor is in the room, who then goes on with the caller."""
        return any(leg.startswith(SUPERVISOR) and leg not in self._gone for leg in self._around.members | self._found)

    async def _leave_to_specialist(self) -> bool:
        """The seat left during the consult: the caller goes on with the specialist, or the supervisor."""
        facts = [ThreeWayStarted(call_id=self._call_id, at=self._clock.now())]
        return await self._waiting.change(self._call_id, expect=CallState.CONSULT, state=CallState.THREE_WAY, facts=facts)

    async def _ring_next(self, call: LiveCall) -> bool:
        """Ring the attempt whose turn it is, unless a phone rings already; True where there was one."""
        attempt = Errand.from_json(call.errand).next()
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
        if await self._note(attempt, AttemptState.RINGING, [asked(self._call_id, attempt, self._clock.now())]):
            await self._ring(attempt, call.room)
        return True

    async def _ring(self, attempt: Attempt, room: str) -> None:
        self._ringing.add(attempt.attempt_id)
        self._around.watch(attempt.attempt_id)
        try:
            await self._legs.ring_specialist(attempt, room)
        except (PbxFault, Refused):
            self._ringing.discard(attempt.attempt_id)
            await self._note(attempt, AttemptState.FAILED, [self._outcome(attempt, AttemptState.FAILED)], was=AttemptState.RINGING)

    async def _stop_ringing(self, attempt: Attempt) -> None:
        """End a cancelled attempt; one that could not be ended, and is accepted later, is ended then."""
        leg = attempt.attempt_id
        was_ringing = leg in self._ringing
        self._ringing.discard(leg)
        if (was_ringing and leg not in self._gone) or leg in self._around.members:
            try:
                await self._legs.hang_up(leg)
            except PbxFault:
                pass  # it rings out by itself
        if was_ringing:
            await self._waiting.record([self._outcome(attempt, AttemptState.CANCELLED)])

    async def _stop_all_ringing(self) -> None:
        """The caller has gone: who picks up now would come into an empty room."""
        try:
            call = await self._waiting.call(self._call_id)
            for attempt in Errand.from_json(call.errand).attempts if call is not None else ():
                if attempt.state is AttemptState.RINGING:
                    await self._stop_ringing(attempt)
        except Fault:
            return  # it rings out by itself, and the dialplan lets nobody into an empty room

    async def _note(
        self, attempt: Attempt, state: AttemptState, facts: Sequence[Event], *, was: AttemptState | None = None
    ) -> bool:
        """Note the attempt's new state; False where it was changed by others meanwhile: it was cancelled then."""
        expected = was or attempt.state

        def revise(_: LiveCall, errand: Errand) -> Errand | None:
            now = errand.find(attempt.attempt_id)
            return errand.with_state(attempt.attempt_id, state) if now is not None and now.state is expected else None

        return await revise_errand(self._waiting, self._call_id, revise, facts) is not None

    async def _catch_up(self) -> None:
        """Take over from an engine that died: who is not in the room any more has left; what rang then is rung no more.

        Where Asterisk cannot be asked, what has changed is seen when it can.
        """
        call = await self._waiting.call(self._call_id)
        if call is None:
            return
        await self._waiting.arrive(call, ())  # from now on what others do to the call is told here
        attempts = [attempt for attempt in Errand.from_json(call.errand).attempts if attempt.state is not AttemptState.PENDING]
        for attempt in attempts:
            self._around.watch(attempt.attempt_id)
        try:
            in_room = await self._legs.members(call.room)
            self._found = {leg for leg in in_room if leg.startswith(SUPERVISOR)}
            for leg in self._found:
                self._around.watch(leg)
            for attempt in attempts:
                if attempt.state is AttemptState.RINGING and attempt.attempt_id not in in_room:
                    await self._legs.hang_up(attempt.attempt_id)
        except PbxFault:
            self._ringing |= {attempt.attempt_id for attempt in attempts if attempt.state is AttemptState.RINGING}
            return
        self._absent = {call.seat_leg, *(attempt.attempt_id for attempt in attempts)} - in_room

    @property
    def _gone(self) -> AbstractSet[str]:
        return self._around.gone | self._absent

    def _outcome(self, attempt: Attempt, state: AttemptState) -> Event:
        return outcome(self._call_id, attempt, state, self._clock.now())
