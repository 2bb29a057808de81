"""The machine's rules for what is usual, so that runs see more of it: talks end, who talked calls again, seats stop for a while."""

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from routing.skills import Skills
from routing.waiting import Rung
from seats.state import SeatEvent
from tests.unit.store.redis.machine_words import ENGINES, ladders, picks, wants
from tests.unit.store.redis.model_state import ANSWERED, ModelCall

if TYPE_CHECKING:
    from tests.unit.store.redis.test_machine import LiveMachine

    Base = LiveMachine
else:
    Base = object


class UsualRules(Base):
    """To be mixed into the machine."""

    def talks(self) -> list[ModelCall]:
        return [call for call in self.model.calls.values() if call.state in ANSWERED and call.seat_id]

    @precondition(lambda self: self.talks())
    @rule(engine=st.sampled_from(ENGINES), pick=picks, rungs=ladders, want=wants)
    def one_who_talks_calls_once_more(self, engine: str, pick: int, rungs: tuple[Rung, ...], want: Skills) -> None:
        """His seat is remembered, and busy."""
        given = self.picked(self.talks(), pick).given
        self.a_call_comes(engine, rungs, given.caller_class, want, (given.number, given.entry_id), "join")

    @precondition(lambda self: self.talks())
    @rule(engine=st.sampled_from(ENGINES), pick=picks, rungs=ladders)
    def one_who_talked_calls_again(self, engine: str, pick: int, rungs: tuple[Rung, ...]) -> None:
        """His seat is remembered, and free or in wrap-up."""
        call = self.picked(self.talks(), pick)
        self.leaves(call.call_id, call.engine)
        self.a_call_comes(engine, rungs, call.given.caller_class, {}, (call.given.number, call.given.entry_id), "join")

    @precondition(lambda self: self.talks())
    @rule(pick=picks)
    def a_talk_ends(self, pick: int) -> None:
        call = self.picked(self.talks(), pick)
        self.leaves(call.call_id, call.engine)

    another_talk_ends = a_talk_ends

    @rule(number=st.integers(1, 4), event=st.sampled_from([SeatEvent.PAUSE, SeatEvent.LOG_OUT]))
    def some_seats_stop(self, number: int, event: SeatEvent) -> None:
        """At once, or when their calls are over; groups may have nobody then."""
        for seat_id in sorted(self.model.seats)[:number]:
            self.begin()
            asked = self.granted(self.live["a"].ask(seat_id, event, why="lunch", by="x"))
            assert asked == self.model.ask(seat_id, event, "lunch")
