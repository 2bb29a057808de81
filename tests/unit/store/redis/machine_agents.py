"""The machine's rules for agents: they sign in anywhere, save tickets, and want longer for them."""

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from seats.agents import Agent
from seats.state import SeatEvent
from tests.unit.store.redis import model_agents as agents
from tests.unit.store.redis.machine_words import AGENTS, picks

if TYPE_CHECKING:
    from tests.unit.store.redis.test_machine import LiveMachine

    Base = LiveMachine
else:
    Base = object


class AgentRules(Base):
    """To be mixed into the machine."""

    @rule(pick=picks, agent=st.sampled_from(AGENTS), event=st.sampled_from([SeatEvent.MAKE_READY, SeatEvent.PAUSE]))
    def an_agent_signs_in(self, pick: int, agent: Agent, event: SeatEvent) -> None:
        """Perhaps he is elsewhere, perhaps another one is here, perhaps a call is at either place."""
        seat_id = self.picked(sorted(self.model.seats), pick)
        self.begin()
        assert self.granted(self.live["a"].sign_in(seat_id, agent, event, by="x")) == agents.sign_in(self.model, seat_id, agent, event)

    another_agent_signs_in = an_agent_signs_in

    @precondition(lambda self: self.in_wrap_up())
    @rule(pick=picks, right=st.booleans())
    def a_calls_ticket_is_saved(self, pick: int, right: bool) -> None:
        """Perhaps that of an earlier call."""
        seat_id = self.picked(self.in_wrap_up(), pick)
        call_id = self.model.seats[seat_id].call_id if right else "c-earlier"
        self.begin()
        taken = self.granted(self.live["a"].wrapped_up(seat_id, call_id=call_id))
        assert taken == self.model.wrapped_up(seat_id, call_id)

    @rule(pick=picks, more_s=st.sampled_from([1.0, 5.0, 60.0]), any_seat=st.sampled_from([False, False, True]))
    def wrap_up_is_extended(self, pick: int, more_s: float, any_seat: bool) -> None:
        seat_id = self.picked((not any_seat and self.in_wrap_up()) or sorted(self.model.seats), pick)
        self.begin()
        assert self.granted(self.live["b"].extend(seat_id, more_s, by="x")) == agents.extend(self.model, seat_id, more_s)
