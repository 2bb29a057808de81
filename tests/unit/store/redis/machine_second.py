"""The machine's rules for a second seat that is to take a caller over: at any moment of any call."""

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from calls.errors import ZhidaError
from calls.events import TransferEnded, to_document
from routing.waiting import CallState, Second
from seats.state import SeatEvent
from tests.unit.store.redis import model_second
from tests.unit.store.redis.machine_words import ENGINES, SEATS, picks
from tests.unit.store.redis.model_state import ANSWERED, ModelCall

if TYPE_CHECKING:
    from tests.unit.store.redis.test_machine import LiveMachine

    Base = LiveMachine
else:
    Base = object

UNANSWERED = [SeatEvent.MISSED, SeatEvent.MISSED_KEPT, SeatEvent.UNREACHED, SeatEvent.WITHDRAWN]


class SecondRules(Base):
    """To be mixed into the machine."""

    def talked_on(self) -> list[ModelCall]:
        return [call for call in self.model.calls.values() if call.state in ANSWERED]

    def with_second(self) -> list[ModelCall]:
        return [call for call in self.model.calls.values() if call.second]

    @precondition(lambda self: self.talked_on())
    @rule(pick=picks, seat=picks, engine=st.sampled_from(ENGINES), right=st.sampled_from([True, True, True, False]), free=st.booleans())
    def a_second_seat_is_asked(self, pick: int, seat: int, engine: str, right: bool, free: bool) -> None:
        call = self.picked(self.talked_on(), pick)
        idle = [one.seat_id for one in self.model.seats.values() if one.idle]
        seats = sorted(idle) if free and idle else [*SEATS, "none"]
        expected = call.inside if right else "another"
        self.begin()
        second = Second(seat_id=self.picked(seats, seat), leg=f"xfer-{call.call_id}-{len(self.model.facts)}", ring_s=15)
        fact = TransferEnded(call_id=call.call_id, at=self.clock.now(), transfer_id="x", outcome="done")
        step = self.live[engine].take_second(
            call.call_id, second, expect=call.state, state=CallState.CONSULT, inside="in", expect_inside=expected, facts=[fact]
        )
        try:
            done = "done" if self.do(step) else ""
        except ZhidaError as refused:
            done = refused.code
        states, inside = (call.state, CallState.CONSULT), (expected, "in")
        assert done == model_second.take_second(self.model, call.call_id, second, states, inside, [to_document(fact)])

    another_second_seat_is_asked = a_second_seat_is_asked

    @precondition(lambda self: self.with_second())
    @rule(pick=picks, wrong=st.sampled_from([False, False, False, True]), engine=st.sampled_from(ENGINES))
    def the_second_seat_answers(self, pick: int, wrong: bool, engine: str) -> None:
        call = self.picked(self.with_second(), pick)
        leg = "another" if wrong else call.second_leg
        self.begin()
        answered = self.do(self.live[engine].second_answered(call.call_id, leg))
        assert answered == model_second.second_answered(self.model, call.call_id, leg)

    another_second_seat_answers = the_second_seat_answers

    @precondition(lambda self: self.with_second())
    @rule(pick=picks, event=st.sampled_from(UNANSWERED), wrong=st.sampled_from([False, False, True]), engine=st.sampled_from(ENGINES))
    def the_second_seat_takes_nobody_over(self, pick: int, event: SeatEvent, wrong: bool, engine: str) -> None:
        call = self.picked(self.with_second(), pick)
        leg = "another" if wrong else call.second_leg
        self.begin()
        self.do(self.live[engine].second_left(call.call_id, leg, event))
        model_second.second_left(self.model, call.call_id, leg, event)

    @precondition(lambda self: self.with_second())
    @rule(pick=picks, right=st.sampled_from([True, True, False]), engine=st.sampled_from(ENGINES))
    def the_caller_is_left_to_the_second_seat(self, pick: int, right: bool, engine: str) -> None:
        call = self.picked(self.with_second(), pick)
        expect, leg = call.state if right else CallState.AFTER, call.second_leg
        fact = TransferEnded(call_id=call.call_id, at=self.clock.now(), transfer_id="x", outcome="done")
        self.begin()
        step = self.live[engine].complete(call.call_id, leg, expect=expect, state=CallState.THREE_WAY, inside="done", facts=[fact])
        states = (expect, CallState.THREE_WAY)
        assert self.do(step) == model_second.complete(self.model, call.call_id, leg, states, "done", [to_document(fact)])
