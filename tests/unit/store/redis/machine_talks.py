"""The machine's rule for a talk that live state does not know (any more): its engine writes it anew, at any moment."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import rule

from calls.events import to_ms
from routing.waiting import CallState, LiveCall
from store.redis.talks import RedisTalks
from tests.unit.store.redis.machine_words import ENGINES, SEATS, picks
from tests.unit.store.redis.model_state import ANSWERED
from tests.unit.store.redis.model_talks import talk_found

if TYPE_CHECKING:
    from tests.unit.store.redis.test_machine import LiveMachine

    Base = LiveMachine
else:
    Base = object


class TalkRules(Base):
    """To be mixed into the machine."""

    @rule(
        engine=st.sampled_from(ENGINES),
        seat_id=st.sampled_from([*SEATS, *SEATS, "", "none"]),
        state=st.sampled_from([CallState.TALKING, *sorted(ANSWERED)]),
        known=st.sampled_from([False, False, True]),
        pick=picks,
    )
    def a_talk_is_found(self, engine: str, seat_id: str, state: CallState, known: bool, pick: int) -> None:
        now = self.clock.now()
        call = self.callers[pick % len(self.callers)] if known and self.callers else self._another()
        talk = replace(
            call,
            state=state,
            queued=now - timedelta(seconds=20),
            answered=now - timedelta(seconds=10),
            seat_id=seat_id,
            seat_leg="leg",
            seat_channel="channel",
            inside="in",
        )
        self.begin()
        found = self.do(RedisTalks(self.live[engine].steps).found(talk))
        assert found == talk_found(self.model, replace(talk, engine=engine), engine)

    def _another(self) -> LiveCall:
        now = self.clock.now()
        call = LiveCall(
            call_id=f"c{len(self.callers)}",
            state=CallState.TALKING,
            engine="",
            caller_class="public",
            number="",
            name="",
            channel="PJSIP/carrier",
            rank_ms=to_ms(now),
            arrived=now - timedelta(seconds=20),
        )
        self.callers.append(call)
        return call
