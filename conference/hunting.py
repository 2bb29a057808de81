"""The hunt of one conference: rings the specialists' phones in their order, and notes what became of each.

Several may ring at once; who accepts first has it, by whichever step is first in live state. The seat hears each step alone.
It draws its conclusions from what is seen around the call and from the errand, which others may change at any moment.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from calls.clock import Clock
from calls.errors import Fault, PbxFault, Refused
from calls.events import Event
from conference.attempts import asked, outcome, seen
from conference.errand import Attempt, AttemptState, Errand
from conference.errand_store import revise_errand
from conference.legs import Around, Legs
from conference.telling import NOBODY, of_outcome, of_ringing
from routing.waiting import LiveCall, WaitingRoom

_IN_VAIN: Final = frozenset({AttemptState.NO_ANSWER, AttemptState.BUSY, AttemptState.DECLINED, AttemptState.FAILED})


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
        self._found: AbstractSet[str] = frozenset()
        self._dismissed: set[str] = set()
        self._words: list[str] = []
        self._hunting = False

    @property
    def gone(self) -> AbstractSet[str]:
        """Uniqueids of the legs that are not in the call any more."""
        return self._around.gone | self._absent

    async def paid(self) -> None:
        """The caller has heard what he was to hear."""
        await revise_errand(self._waiting, self._call_id, lambda _, errand: errand.owing("") if errand.owed else None)

    async def cancel(self) -> None:
        """Ring nobody any more; who is in the room stays."""
        await revise_errand(self._waiting, self._call_id, lambda _, errand: errand.cancelled())

    async def account(self, call: LiveCall) -> bool:
        """Note what became of the first attempt that is not as noted; True where there was one."""
        errand = Errand.from_json(call.errand)
        for attempt in errand.attempts:
            if attempt.state is not AttemptState.PENDING:
                self._around.watch(attempt.attempt_id)
            if attempt.state is AttemptState.CANCELLED:
                await self._stop_ringing(attempt, errand)
            state = seen(attempt, self._around, self.gone, self._found)
            if state is not attempt.state:
                self._ringing.discard(attempt.attempt_id)
                if await self._note(attempt, state, [self._outcome(attempt, state)]):
                    self._words += of_outcome(state)
                return True
        return False

    async def ring_next(self, call: LiveCall) -> bool:
        """Ring the attempt whose turn it is; True where there was one. Where there is none, the seat is told what happened."""
        errand = Errand.from_json(call.errand)
        left_s = self._left_s(errand)
        attempt = errand.next() if left_s > 0 else None
        if left_s <= 0 and all(one.state is not AttemptState.RINGING for one in errand.attempts):
            self._words.append(NOBODY)
            self._hunting = False
            await self.cancel()
            return True
        if attempt is None:
            await self._tell_seat(call, errand)
            return False
        if await self._note(attempt, AttemptState.RINGING, [asked(self._call_id, attempt, self._clock.now())]):
            self._words += of_ringing(attempt, [one for one in errand.hunt if one.state is not AttemptState.PENDING])
            await self._ring(replace(attempt, ring_s=min(attempt.ring_s, max(left_s, 1.0))), call.room)
        return True

    def _left_s(self, errand: Errand) -> float:
        """How long this hunt may still go on; it begins with the first look at it, and one phone is rung in any case."""
        if not errand.hunting:
            self._began = None
            return self._longest_s
        if self._began is None:
            self._began = self._clock.monotonic()
            return max(self._longest_s, 1.0)
        return self._longest_s - (self._clock.monotonic() - self._began)

    async def _tell_seat(self, call: LiveCall, errand: Errand) -> None:
        """What is still to be told; that nobody could be had once a hunt came to its end so."""
        was, self._hunting = self._hunting, errand.hunting
        if was and not errand.hunting and all(attempt.state in _IN_VAIN for attempt in errand.hunt):
            self._words.append(NOBODY)
        if call.seat_leg not in self._around.members | self._found and call.seat_leg not in self.gone:
            return  # it is still on its way into the room, where it can be spoken to
        words, self._words = self._words, []
        if words and call.seat_leg and call.seat_leg not in self.gone:
            try:
                await self._legs.say_to(call.seat_leg, words)
            except (PbxFault, Refused):
                return  # it sees on the screen what it does not hear

    async def _ring(self, attempt: Attempt, room: str) -> None:
        self._hunting = True
        self._ringing.add(attempt.attempt_id)
        self._around.watch(attempt.attempt_id)
        try:
            await self._legs.ring_specialist(attempt, room)
        except (PbxFault, Refused):
            self._ringing.discard(attempt.attempt_id)
            failed = AttemptState.FAILED
            if await self._note(attempt, failed, [self._outcome(attempt, failed)], was=AttemptState.RINGING):
                self._words += of_outcome(failed)

    async def _stop_ringing(self, attempt: Attempt, errand: Errand) -> None:
        """End a cancelled attempt; one that could not be ended, and is accepted later, is ended then."""
        leg = attempt.attempt_id
        was_ringing = leg in self._ringing
        self._ringing.discard(leg)
        if leg not in self._dismissed and ((was_ringing and leg not in self.gone) or leg in self._around.members):
            await self._end(attempt, errand)
        if was_ringing:
            await self._waiting.record([self._outcome(attempt, AttemptState.CANCELLED)])

    async def _end(self, attempt: Attempt, errand: Errand) -> None:
        """Who picked up already is told why; a phone that only rings stops."""
        leg = attempt.attempt_id
        taken = any(one.hunt == attempt.hunt and one.state in (AttemptState.JOINED, AttemptState.LEFT) for one in errand.attempts)
        try:
            if leg in self._around.answered or leg in self._around.members:
                self._dismissed.add(leg)
                await self._legs.dismiss(leg, taken=taken)
            else:
                await self._legs.hang_up(leg)
        except PbxFault:
            self._dismissed.discard(leg)  # it rings out by itself

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
        self._found = in_room
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
            errand = Errand.from_json(call.errand) if call is not None else Errand()
            for attempt in errand.attempts:
                if attempt.state is AttemptState.RINGING:
                    await self._stop_ringing(attempt, errand)
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
        picked_up = attempt.attempt_id in self._around.answered
        return outcome(self._call_id, attempt, state, self._clock.now(), picked_up=picked_up)
