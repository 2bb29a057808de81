"""The machine's rules for supervisors: at any moment of any call."""

import json
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from calls.errors import ZhidaError
from calls.events import Moved, SentAway, SupervisionEnded, to_document
from routing.dispatching import How, WayOut
from seats.state import DEFERRED, SeatEvent
from store.redis.supervising import RedisSupervision
from tests.unit.store.redis import model_supervision
from tests.unit.store.redis.machine_words import ENGINES, GROUPS, SEATS, picks

if TYPE_CHECKING:
    from tests.unit.store.redis.test_machine import LiveMachine

    Base = LiveMachine
else:
    Base = object

WAY = WayOut(message="nobody-free", by="chief")


class SupervisorRules(Base):
    """To be mixed into the machine."""

    def supervisor(self, engine: str = "a") -> RedisSupervision:
        return RedisSupervision(self.live[engine].steps)

    def code(self, step: Awaitable[object]) -> str:
        """Why it was refused, or ""."""
        try:
            self.do(step)
        except ZhidaError as refused:
            return refused.code
        return ""

    @precondition(lambda self: self.callers)
    @rule(pick=picks, engine=st.sampled_from(ENGINES), how=st.sampled_from([*How, How.SEAT]), to=picks)
    def a_call_is_moved(self, pick: int, engine: str, how: How, to: int) -> None:
        call_id = self.callers[-1 - pick % min(len(self.callers), 6)].call_id
        target = {How.GROUP: GROUPS, How.SEAT: (*SEATS, "none"), How.FIRST: ("",)}[how]
        name = target[to % len(target)]
        self.begin()
        fact = Moved(call_id=call_id, at=self.clock.now(), how=how, to=name, by="chief", why="停产")
        refused = self.code(self.supervisor(engine).move(call_id, how, name, [fact]))
        assert refused == model_supervision.move(self.model, call_id, how, name, [to_document(fact)])
        if how is How.GROUP and not refused:
            moved = self.do(self.live[engine].call(call_id))
            assert moved
            assert [(rung.group, rung.after_s, rung.wants) for rung in moved.ladder] == [(name, 0, None)]

    another_call_is_moved = a_call_is_moved

    @precondition(lambda self: self.callers)
    @rule(pick=picks)
    def a_call_is_sent_away(self, pick: int) -> None:
        call_id = self.callers[pick % len(self.callers)].call_id
        self.begin()
        fact = SentAway(call_id=call_id, at=self.clock.now(), number="", message="nobody-free", by="chief", why="误拨")
        refused = self.code(self.supervisor().send_away(call_id, WAY, [fact]))
        assert refused == model_supervision.send_away(self.model, call_id, WAY.to_errand(), [to_document(fact)])

    @rule(pick=picks, event=st.sampled_from(sorted(DEFERRED)), rings=st.booleans())
    def a_seat_is_forced(self, pick: int, event: SeatEvent, rings: bool) -> None:
        ringing = [call.seat_id for call in self.open_offers()]
        seat_id = self.picked(ringing if rings and ringing else sorted(self.model.seats), pick)
        self.begin()
        refused = self.code(self.supervisor("b").force(seat_id, event, why="chief: forced"))
        assert refused == ("" if model_supervision.force(self.model, seat_id, event, "chief: forced") else "agent_missing")

    @precondition(lambda self: self.callers)
    @rule(pick=picks, right=st.sampled_from([True, True, False]), now=st.sampled_from(["", "one", "two"]))
    def a_supervision_changes(self, pick: int, right: bool, now: str) -> None:
        call_id = self.callers[-1 - pick % min(len(self.callers), 6)].call_id
        was = self.model.supervised.get(call_id, "") if right else "another"
        self.begin()
        facts = [SupervisionEnded(call_id=call_id, at=self.clock.now(), leg="sup-1")]
        documents: list[dict[str, Any]] = [to_document(fact) for fact in facts]
        done = self.do(self.supervisor("b").supervise(call_id, was=was, now=now, facts=facts))
        assert done == model_supervision.supervise(self.model, call_id, was, now, documents)
        assert json.loads(json.dumps(self.do(self.supervisor().supervisions()))) == self.model.supervised
