"""The hunt of one conference: rings the specialists' phones in their order, and notes what became of each.

It draws its conclusions from what is seen around the call and from the errand, which others may change at any moment.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from calls.clock import Clock
from calls.errors import Fault, PbxFault, Refused
from calls.events import Event
from conference.attempts import asked, outcome, seen
from conference.errand import Attempt, AttemptState, Errand
from conference.errand_store import revise_errand
from conference.legs import Around, Legs
from routing.waiting import LiveCall, WaitingRoom


class Hunt:
    """Carries out a call's errand as the engine that owns the call runs it.

    Args: longest_s: a hunt that took this long rings no further phone.
    """

    def __init__(
        self, *, call_id: str, around: Around, waiting: WaitingRoom, legs: Legs, clock: Clock, longest_s: float = float("inf")
    ) -> None:
        self._call_id = call_id
        self._around = around
        self._waiting = waiting
        self._legs = legs
        self._clock = clock
        self._longest_s = longest_s
        self._began: float | None = None
        self._ringing: set[str] = set()
        self._absent: AbstractSet[str] = frozenset()

    @property
    def gone(self) -> AbstractSet[str]:
        """Uniqueids of the legs that are not in the call any more."""
        return self._around.gone | self._absent

    async def cancel(self) -> None:
        """Ring nobody any more; who is in the room stays."""
        await revise_errand(self._waiting, self._call_id, lambda _, errand: errand.cancelled())

    async def account(self, call: LiveCall) -> bool:
        """Note what became of the first attempt that is not as noted; True where there was one."""
        for attempt in Errand.from_json(call.errand).attempts:
            if attempt.state is not AttemptState.PENDING:
                self._around.watch(attempt.attempt_id)
            if attempt.state is AttemptState.CANCELLED:
                await self._stop_ringing(attempt)
            state = seen(attempt, self._around, self.gone)
            if state is not attempt.state:
                self._ringing.discard(attempt.attempt_id)
                await self._note(attempt, state, [self._outcome(attempt, state)])
                return True
        return False

    async def ring_next(self, call: LiveCall) -> bool:
        """Ring the attempt whose turn it is, unless a phone rings already; True where there was one."""
        attempt = Errand.from_json(call.errand).next()
        if attempt is None:
            self._began = None if not self._ringing else self._began
            return False
        if self._ringing:
            return False
        if self._began is None:
            self._began = self._clock.monotonic()
        elif self._clock.monotonic() - self._began > self._longest_s:
            await self.cancel()
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
        if (was_ringing and leg not in self.gone) or leg in self._around.members:
            try:
                await self._legs.hang_up(leg)
            except PbxFault:
                pass  # it rings out by itself
        if was_ringing:
            await self._waiting.record([self._outcome(attempt, AttemptState.CANCELLED)])

    async def catch_up(self, call: LiveCall, in_room: AbstractSet[str]) -> None:
        """Take over from an engine that died, `in_room` being who is there: a phone that still rings goes on, all others have left."""
        made = self._made(call)
        rang = {attempt.attempt_id for attempt in made if attempt.state is AttemptState.RINGING} - in_room
        try:
            ringing = rang & await self._legs.there(call.room) if rang else rang
        except PbxFault:
            self.go_on(call)
            return
        self._ringing |= ringing
        self._absent = {call.seat_leg, *(attempt.attempt_id for attempt in made)} - in_room - ringing

    def go_on(self, call: LiveCall) -> None:
        """Take over where Asterisk cannot be asked who is there: what has changed is seen when it can."""
        self._ringing |= {attempt.attempt_id for attempt in self._made(call) if attempt.state is AttemptState.RINGING}

    def _made(self, call: LiveCall) -> list[Attempt]:
        """The attempts that were begun; what happens to their legs is told from now on."""
        made = [attempt for attempt in Errand.from_json(call.errand).attempts if attempt.state is not AttemptState.PENDING]
        for attempt in made:
            self._around.watch(attempt.attempt_id)
        return made

    async def stop_all(self) -> None:
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

    def _outcome(self, attempt: Attempt, state: AttemptState) -> Event:
        return outcome(self._call_id, attempt, state, self._clock.now())
