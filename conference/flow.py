"""A call's conference, from the moment its seat was moved into the room until only the caller is left.

Two things go on side by side: the caller is where the call's state says (music or room), and the steward looks at what
happens around the call (legs join and leave, others change the errand) and draws the consequences. What Asterisk cannot
be asked for at the moment is asked again whenever the steward looks.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from typing import Final

from calls.clock import Clock
from calls.errors import LegGone, PbxFault
from calls.events import ConsultStarted, Event, ThreeWayStarted
from conference.errand import AttemptState, Errand
from conference.errand_store import IN_CONFERENCE
from conference.hunting import Hunt
from conference.inside import Inside
from conference.known_again import known_again
from conference.legs import Around, CallerLine, Legs
from conference.members import has_company
from conference.recording import ConsultsRecorded
from conference.supervision import LEG as SUPERVISOR
from conference.table import WHERE, Happening, Place, then
from conference.target import Target
from conference.transfer import asked_for, back_to_queue
from routing.waiting import CallState, LiveCall, WaitingRoom

_LOOK_EVERY_S: Final = 5.0  # for a word that was lost
_ENTER_AGAIN_S: Final = 1.0
_SILENCED_WITHIN_S: Final = 1.0


class Conference:
    """One call's conference as the engine that owns the call runs it.

    Args:
        hunt_s: a hunt that took this long rings no further phone.
        away_after_missed: a seat that was asked to take the caller over, and did not answer, is away.
        recorded: silences the consult's recording while he is in the room.
        record_anew: begins the caller's own recording anew behind the talk he comes from.
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
        record_anew: Callable[[], Awaitable[None]] | None = None,
        away_after_missed: bool = True,
    ) -> None:
        self._line = line
        self._around = around
        self._waiting = waiting
        self._legs = legs
        self._clock = clock
        self._call_id = line.uniqueid
        self._hunt = Hunt(call_id=line.uniqueid, around=around, waiting=waiting, legs=legs, clock=clock, longest_s=hunt_s)
        self._target = Target(
            call_id=line.uniqueid, around=around, waiting=waiting, legs=legs, clock=clock, away_after_missed=away_after_missed
        )
        self._found: AbstractSet[str] = frozenset()
        self._recorded = recorded
        self._record_anew = record_anew
        self._state = CallState.CONSULT
        self._owed = ""
        self._had_company = False
        self._muted: AbstractSet[str] = frozenset()
        self._moved = asyncio.Event()

    async def run(self, *, resumed: bool) -> None:
        """Returns when the caller is the only one left, and still there.

        Args: resumed: another engine ran it before; what happened meanwhile is asked of Asterisk.
        Raises: LegGone: the caller hung up. StoreFault, PbxFault: it cannot be run on from here; a next engine may.
        """
        if resumed:
            self._had_company = True
            await self._catch_up()
        try:
            await self._hold()
        except LegGone:
            await self._hunt.stop_all()
            await self._target.stop()
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

    async def _live(self) -> LiveCall | None:
        """The call as it is now, which is kept for when live state loses it."""
        call = await known_again(self._waiting, self._around, self._call_id)
        if call is not None:
            self._around.saw(call)
        return call

    # ── the caller ──

    async def _caller(self) -> None:
        while True:
            self._moved.clear()
            call = await self._live()
            if call is None or call.state not in IN_CONFERENCE:
                return
            if WHERE[call.state].caller is Place.ROOM:
                await self._recorded_anew()
                await self._line.enter_room(call.room)
                await self._room_ended()
            else:
                if prompt := Errand.from_json(call.errand).owed:
                    await self._hears(prompt)
                    continue
                await self._line.music()
                await self._recorded_anew()
                await self._moved_or_gone(within_s=None)

    async def _recorded_anew(self) -> None:
        """Once, where he hears music if he does before he comes into the room: it takes a tenth of a second."""
        if self._record_anew is not None:
            again, self._record_anew = self._record_anew, None
            await again()

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
        still = await self._live()
        if still is None or WHERE[still.state].caller is not Place.ROOM:
            return
        coming = Errand.from_json(still.errand).hunting or self._target.is_coming(still)
        if not self._around.members - {self._call_id} and not coming:
            await self._goes(still, Happening.ALL_LEFT, [])
            return
        await self._line.music()
        await self._moved_or_gone(within_s=_ENTER_AGAIN_S)

    async def _moved_or_gone(self, *, within_s: float | None) -> None:
        moved = asyncio.create_task(self._moved.wait())
        gone = asyncio.create_task(self._line.until_hung_up())
        try:
            await asyncio.wait({moved, gone}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise LegGone("caller_gone", "The caller hung up during the consult.", call_id=self._call_id)
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
            call = await self._live()
            if call is None or call.state not in IN_CONFERENCE:
                if call is not None:
                    await self._hunt.account(call)  # what was cancelled as he was handed on is rung no more
                self._moved.set()
                return
            if call.state is not self._state:
                if WHERE[call.state].caller is Place.ROOM:
                    await self._silenced(call)
                self._state = call.state
                self._moved.set()
            owed, self._owed = self._owed, Errand.from_json(call.errand).owed
            if self._owed and not owed:
                self._moved.set()
            if WHERE[call.state].caller is Place.MUSIC:
                await self._out_of_room()  # he was on his way in when the state changed
            if self._recorded is not None:
                await self._recorded.follow(call)
            await self._mute(call)
            if not await self._looked(call):
                await self._something()

    async def _silenced(self, call: LiveCall) -> None:
        """What is recorded of consults is silent before he comes in; but an Asterisk that does not answer keeps him from nobody."""
        if self._recorded is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_SILENCED_WITHIN_S):
                    await self._recorded.follow(call)

    async def _looked(self, call: LiveCall) -> bool:
        """Do the first thing there is to do; True where there was one."""
        if await self._hunt.account(call) or await self._target.account(call):
            return True
        return await self._company(call) or await self._hunt.ring_next(call)

    async def _mute(self, call: LiveCall) -> None:
        """Who is muted stays so when he comes into the room again: Asterisk takes him for somebody new."""
        muted = set(Inside.from_json(call.inside).muted) & self._around.members
        for leg in muted - self._muted:
            try:
                await self._legs.mute(call.room, leg, muted=True)
            except PbxFault:
                return  # it is tried again at the next look
        self._muted = muted

    async def _something(self) -> None:
        """Wait until something happened, or may have."""
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                await self._around.changed()
        except TimeoutError:
            return

    async def _company(self, call: LiveCall) -> bool:
        """Draw the consequence of who is still there; True where something was changed."""
        if call.seat_id and call.seat_leg and call.seat_leg not in self._hunt.gone:
            return await self._beside_seat(call)
        if await self._target.takes_over(call):
            return True
        if call.seat_id:
            await self._waiting.seat_left(self._call_id, call.seat_id)
            return True
        errand, inside = Errand.from_json(call.errand), Inside.from_json(call.inside)
        if errand.hunting and not inside.handed_by:
            await self._hunt.cancel()
            return True
        joined = any(attempt.state is AttemptState.JOINED for attempt in errand.attempts)
        if joined or self._with_supervisor() or self._target.is_there(call):
            return await self._goes(call, Happening.SEAT_LEFT, [ThreeWayStarted(call_id=self._call_id, at=self._clock.now())])
        if errand.hunting or self._target.is_coming(call):
            return await self._goes(call, Happening.LEFT_ALONE, [ConsultStarted(call_id=self._call_id, at=self._clock.now(), seat_id="")])
        return await self._left_by_all(call)

    async def _beside_seat(self, call: LiveCall) -> bool:
        """Whether the call is a three-way one follows from who is there; who never was there is still on his way (a supervisor)."""
        had, company = self._had_company, has_company(call) or self._with_supervisor() or self._target.is_there(call)
        self._had_company = company
        if company:
            return await self._goes(call, Happening.CAME_IN, [ThreeWayStarted(call_id=self._call_id, at=self._clock.now())])
        return had and await self._goes(call, Happening.OTHERS_LEFT, [])

    async def _left_by_all(self, call: LiveCall) -> bool:
        """Nobody is with the caller any more. On music he was not done with: he waits for a seat again, at his old place."""
        if then(call.state, Happening.ALL_LEFT) is not CallState.TRANSFERRED:
            return await self._goes(call, Happening.ALL_LEFT, [])
        transfer = back_to_queue(call, self._clock.now())
        inside = replace(Inside.from_json(call.inside), transfer=transfer)
        return await self._goes(call, Happening.ALL_LEFT, [asked_for(call.call_id, transfer, self._clock.now())], inside=inside)

    async def _goes(self, call: LiveCall, happening: Happening, facts: Sequence[Event], *, inside: Inside | None = None) -> bool:
        """The state after what was seen, where it changes; False where it does not."""
        state = then(call.state, happening)
        if state is None:
            return False
        text = inside.to_json() if inside is not None else None
        await self._waiting.change(self._call_id, expect=call.state, state=state, facts=facts, inside=text, expect_inside=call.inside)
        return True

    def _with_supervisor(self) -> bool:
        """Whether a supervisor is in the room, who then goes on with the caller."""
        return any(leg.startswith(SUPERVISOR) and leg not in self._hunt.gone for leg in self._around.members | self._found)

    async def _catch_up(self) -> None:
        """Take over from an engine that died: who is not in the room any more has left; what still rings goes on ringing.

        Where Asterisk cannot be asked, what has changed is seen when it can.
        """
        call = await self._live()
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
        self._target.catch_up(call, in_room)
