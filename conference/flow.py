"""A call's conference, from the moment its seat was moved into the room until only the caller is left.

Two things go on side by side: the caller is where the call's state says (music or room), and the steward looks at what
happens around the call (legs join and leave, others change the errand) and draws the consequences. What Asterisk cannot
be asked for at the moment is asked again whenever the steward looks.
"""

import asyncio
from collections.abc import Set as AbstractSet
from typing import Final

from calls.clock import Clock
from calls.errors import LegGone, PbxFault
from calls.events import ThreeWayStarted
from conference.errand import AttemptState, Errand
from conference.errand_store import IN_CONFERENCE
from conference.hunting import Hunt
from conference.legs import Around, CallerLine, Legs
from conference.recording import ConsultsRecorded
from conference.supervision import LEG as SUPERVISOR
from routing.waiting import CallState, LiveCall, WaitingRoom

_LOOK_EVERY_S: Final = 5.0  # for a word that was lost
_ENTER_AGAIN_S: Final = 1.0


class Conference:
    """One call's conference as the engine that owns the call runs it.

    Args: hunt_s: a hunt that took this long rings no further phone. recorded: silences the consult's recording while he is in the room.
    """

    def __init__(
        self,
        *,
        line: CallerLine,
        around: Around,
        waiting: WaitingRoom,
        legs: Legs,
        clock: Clock,
        hunt_s: float = float("inf"),
        recorded: ConsultsRecorded | None = None,
    ) -> None:
        self._line = line
        self._around = around
        self._waiting = waiting
        self._legs = legs
        self._clock = clock
        self._call_id = line.uniqueid
        self._hunt = Hunt(call_id=line.uniqueid, around=around, waiting=waiting, legs=legs, clock=clock, longest_s=hunt_s)
        self._found: AbstractSet[str] = frozenset()
        self._recorded = recorded
        self._state = CallState.CONSULT
        self._owed = ""
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
            await self._hunt.stop_all()
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
                if prompt := Errand.from_json(call.errand).owed:
                    await self._hears(prompt)
                    continue
                await self._line.music()
                await self._moved_or_gone(within_s=None)

    async def _hears(self, prompt: str) -> None:
        """He hears a prompt in place of his music; being moved cuts it short."""
        await self._hunt.paid()
        playing = asyncio.create_task(self._line.play(prompt))
        moved = asyncio.create_task(self._moved.wait())
        try:
            await asyncio.wait({playing, moved}, return_when=asyncio.FIRST_COMPLETED)
            if playing.done():
                await playing  # raises what stopped it
        finally:
            playing.cancel()
            moved.cancel()
            await asyncio.gather(playing, moved, return_exceptions=True)

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
            owed, self._owed = self._owed, Errand.from_json(call.errand).owed
            if self._owed and not owed:
                self._moved.set()
            if call.state is CallState.CONSULT:
                await self._out_of_room()  # he was on his way in when the state changed
            if self._recorded is not None:
                await self._recorded.follow(call)
            if not await self._hunt.account(call) and not await self._company(call) and not await self._hunt.ring_next(call):
                await self._something()

    async def _something(self) -> None:
        """Wait until something happened, or may have."""
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                await self._around.changed()
        except TimeoutError:
            return

    async def _company(self, call: LiveCall) -> bool:
        """Draw the consequence of who is still there; True where something was changed."""
        if call.seat_id and (not call.seat_leg or call.seat_leg in self._hunt.gone):
            await self._waiting.seat_left(self._call_id, call.seat_id)
            return True
        if call.seat_id:
            return False
        errand = Errand.from_json(call.errand)
        if errand.hunting:
            await self._hunt.cancel()
            return True
        if any(attempt.state is AttemptState.JOINED for attempt in errand.attempts) or self._with_supervisor():
            return call.state is CallState.CONSULT and await self._leave_to_specialist()
        await self._waiting.change(self._call_id, expect=call.state, state=CallState.AFTER)
        return True

    def _with_supervisor(self) -> bool:
        """Whether a supervisor is in the room, who then goes on with the caller."""
        return any(leg.startswith(SUPERVISOR) and leg not in self._hunt.gone for leg in self._around.members | self._found)

    async def _leave_to_specialist(self) -> bool:
        """The seat left during the consult: the caller goes on with the specialist, or the supervisor."""
        facts = [ThreeWayStarted(call_id=self._call_id, at=self._clock.now())]
        return await self._waiting.change(self._call_id, expect=CallState.CONSULT, state=CallState.THREE_WAY, facts=facts)

    async def _catch_up(self) -> None:
        """Take over from an engine that died: who is not in the room any more has left; what rang then is rung no more.

        Where Asterisk cannot be asked, what has changed is seen when it can.
        """
        call = await self._waiting.call(self._call_id)
        if call is None:
            return
        await self._waiting.arrive(call, ())  # from now on what others do to the call is told here
        try:
            in_room = await self._legs.members(call.room)
        except PbxFault:
            self._hunt.go_on(call)
            return
        self._found = {leg for leg in in_room if leg.startswith(SUPERVISOR)}
        for leg in self._found:
            self._around.watch(leg)
        await self._hunt.catch_up(call, in_room)
