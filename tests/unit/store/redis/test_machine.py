"""Two engines, calls, seats and crashes in any order: Redis always says what the model says, and no rule is broken."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from redis.asyncio import Redis
from structlog.testing import capture_logs

from calls.errors import Conflict
from calls.events import Announced, Event, Expected, Queued, from_document, to_document
from calls.events import to_ms as event_ms
from routing.skills import Skills
from routing.waiting import CallState, LiveCall, Offer, OfferOutcome, Rules, Rung
from seats.seat import Phone, Seat, SeatDefinition
from seats.state import DEFERRED, SeatEvent, SeatState
from store.redis.connection import connect
from store.redis.keeper import ALIVE_S
from store.redis.live import RedisLiveState
from tests.redis_server import RedisServer
from tests.unit.store.redis import model_outlook, model_timers
from tests.unit.store.redis.builders import VirtualClock
from tests.unit.store.redis.invariants import check_invariants, dump
from tests.unit.store.redis.machine_agents import AgentRules
from tests.unit.store.redis.machine_second import SecondRules
from tests.unit.store.redis.machine_supervisor import SupervisorRules
from tests.unit.store.redis.machine_talks import TalkRules
from tests.unit.store.redis.machine_usual import UsualRules
from tests.unit.store.redis.machine_words import (
    BONUS_MS,
    ENGINES,
    SEATS,
    callers,
    calls_expected,
    calls_held,
    definitions,
    ladders,
    measured_held,
    messages,
    offer_of,
    picks,
    rule_sets,
    seats_expected,
    seats_held,
    served_held,
    wants,
    whoever,
)
from tests.unit.store.redis.model import Model
from tests.unit.store.redis.model_state import ANSWERED, ModelCall

Definitions = tuple[list[tuple[tuple[str, ...], Skills]], list[int]]
JUST_BEFORE_MIDNIGHT = datetime(2026, 11, 20, 15, 59, 50, tzinfo=UTC)
"""In Shanghai, so that runs see a day end and a new one begin."""

T = TypeVar("T")
P = TypeVar("P")
MINUTES = float(os.environ.get("ZHIDA_MACHINE_MINUTES", "0"))
"""How long to look for trouble; 0 is the suite's short look."""


class LiveMachine(RuleBasedStateMachine):
    server: RedisServer
    runner: asyncio.Runner
    client: Redis

    def __init__(self) -> None:
        super().__init__()
        self.plain = self.server.client()
        self.plain.flushall()
        self.heard = self.plain.pubsub(ignore_subscribe_messages=True)
        self.heard.psubscribe("zhida:*")
        self.heard.get_message(timeout=1)
        self.clock = VirtualClock()
        self.clock.wall = JUST_BEFORE_MIDNIGHT
        self.callers: list[LiveCall] = []
        self.past_offers: list[Offer] = []
        self.given: set[tuple[str, str]] = set()
        self.rematch: dict[str, bool] = {}

    @initialize(rules=rule_sets, given=definitions)
    def open_hotline(self, rules: Rules, given: Definitions) -> None:
        self.live = {
            name: RedisLiveState(self.client, hotline="h", engine_id=name, rules=rules, clock=self.clock, redis_time=False)
            for name in ENGINES
        }
        self.model = Model(rules)
        self.seats_are_defined(given)
        self.all_phones_come_back()
        self.both_engines_live()

    def teardown(self) -> None:
        self.heard.close()
        self.plain.close()

    def do(self, step: Awaitable[T]) -> T:
        async def wait() -> T:
            return await step

        return self.runner.run(wait())

    def begin(self) -> int:
        self.model.at(event_ms(self.clock.now()))
        return self.model.now

    def open_offers(self) -> list[ModelCall]:
        return [call for call in self.model.calls.values() if call.offer_id]

    def picked(self, several: list[P], pick: int) -> P:
        return several[pick % len(several)]

    # calls

    @rule(several=st.lists(st.tuples(st.sampled_from(ENGINES), ladders, callers, wants, whoever), min_size=1, max_size=5))
    def calls_come(self, several: list[tuple[str, tuple[Rung, ...], str, Skills, tuple[str, str]]]) -> None:
        for engine, rungs, caller, want, who in several:
            self.a_call_comes(engine, rungs, caller, want, who, "join")

    more_calls_come = calls_come

    @rule(engine=st.sampled_from(ENGINES), rungs=ladders, caller=callers, want=wants, who=whoever, step=st.sampled_from(["join", "arrive"]))
    def a_call_comes(self, engine: str, rungs: tuple[Rung, ...], caller: str, want: Skills, who: tuple[str, str], step: str) -> None:
        now = self.clock.now()
        call = LiveCall(
            call_id=f"c{len(self.callers)}",
            state=CallState.IVR,
            engine=engine,
            caller_class=caller,
            number=who[0],
            entry_id=who[1],
            name="某厂",
            channel="PJSIP/carrier",
            rank_ms=event_ms(now) - BONUS_MS[caller],
            arrived=now,
            queued=now,
            ladder=rungs,
            skills=want,
        )
        self.callers.append(call)
        self.comes(call, engine, step)

    @rule(engine=st.sampled_from(ENGINES), seat_id=st.sampled_from(SEATS))
    def a_seat_calls_back(self, engine: str, seat_id: str) -> None:
        now = self.clock.now()
        call_id, rank_ms = f"c{len(self.callers)}", event_ms(now) - 60_000
        call = LiveCall(
            call_id=call_id,
            state=CallState.IVR,
            engine=engine,
            caller_class="public",
            number="",
            name="",
            channel="Local",
            rank_ms=rank_ms,
            arrived=now,
            queued=now,
        )
        self.callers.append(call)
        self.comes(call, engine, "join", seat_id)

    @precondition(lambda self: self.callers)
    @rule(engine=st.sampled_from(ENGINES), pick=picks, seat_id=st.sampled_from(SEATS))
    def a_seat_calls_back_again(self, engine: str, pick: int, seat_id: str) -> None:
        """Its engine died while the seat rang; or a call that waited is wanted by that seat."""
        self.comes(self.callers[pick % len(self.callers)], engine, "join", seat_id)

    @precondition(lambda self: self.callers)
    @rule(engine=st.sampled_from(ENGINES), pick=picks, step=st.sampled_from(["arrive", "join"]))
    def a_call_comes_again(self, engine: str, pick: int, step: str) -> None:
        """The dialplan brings it back, or an engine repeats itself; it may have ended meanwhile."""
        self.comes(self.callers[pick % len(self.callers)], engine, step)

    @precondition(lambda self: any(call.state in ANSWERED and call.seat_id for call in self.model.calls.values()))
    @rule(engine=st.sampled_from(ENGINES), pick=picks, to=st.sampled_from(["", "", *SEATS]), rungs=ladders)
    def a_seat_hands_its_caller_on(self, engine: str, pick: int, to: str, rungs: tuple[Rung, ...]) -> None:
        call = self.picked([call for call in self.model.calls.values() if call.state in ANSWERED and call.seat_id], pick)
        self.comes(replace(call.given, ladder=rungs), engine, "join", to, left=call.seat_id)

    def comes(self, call: LiveCall, engine: str, step: str, seat_id: str = "", left: str = "") -> None:
        self.begin()
        call = replace(call, queued=self.clock.now(), engine=engine)
        facts = [Queued(call_id=call.call_id, at=self.clock.now(), rank_ms=call.rank_ms)]
        documents = [to_document(fact) for fact in facts]
        if step == "arrive":
            known = self.do(self.live[engine].arrive(call, facts)) is not None
            assert known == self.model.arrive(call, documents, engine)
        else:
            offer = self.do(self.live[engine].join(call, facts, seat_id=seat_id, left=left))
            self.same(engine, offer, self.model.join(call, documents, engine, seat_id, left))

    def same(self, engine: str, offer: Offer | None, expected: ModelCall | None) -> None:
        """An offer is given to an engine once."""
        if expected and (engine, expected.offer_id) in self.given:
            expected = None
        if expected:
            self.given.add((engine, expected.offer_id))
        assert (offer and offer.offer_id) == (expected and expected.offer_id)
        if offer and expected:
            assert (offer.seat_id, offer.group) == (expected.seat_id, expected.group)
            assert event_ms(offer.deadline) == expected.deadline - self.model.ahead

    @precondition(lambda self: self.open_offers())
    @rule(pick=picks, outcome=st.sampled_from(OfferOutcome), again=st.booleans())
    def an_offer_ends(self, pick: int, outcome: OfferOutcome, again: bool) -> None:
        call = self.picked(self.open_offers(), pick)
        self.ended(call.engine, offer_of(call), outcome, again=again and outcome is OfferOutcome.WITHDRAWN)

    another_offer_ends = an_offer_ends
    still_another_offer_ends = an_offer_ends

    @precondition(lambda self: self.open_offers())
    @rule(pick=picks)
    def a_seat_answers(self, pick: int) -> None:
        self.answers(offer_of(self.picked(self.open_offers(), pick)))

    another_seat_answers = a_seat_answers
    still_another_seat_answers = a_seat_answers

    @precondition(lambda self: self.past_offers)
    @rule(pick=picks, outcome=st.sampled_from([*OfferOutcome, None]), engine=st.sampled_from(ENGINES))
    def late_word_of_an_offer(self, pick: int, outcome: OfferOutcome | None, engine: str) -> None:
        offer = self.past_offers[-1 - pick % min(len(self.past_offers), 6)]
        if outcome is None:
            self.answers(offer)
        else:
            self.ended(engine, offer, outcome)

    def ended(self, engine: str, offer: Offer, outcome: OfferOutcome, *, again: bool = False) -> None:
        self.begin()
        told = self.do(self.live[engine].offer_ended(offer, outcome, cause="17", again=again))
        self.same(engine, told, self.model.offer_ended(offer.call_id, offer.offer_id, outcome, "17", engine, again=again))

    def answers(self, offer: Offer) -> None:
        self.begin()
        told = self.do(self.live["a"].answered(offer, seat_leg="leg", seat_channel="channel"))
        assert told == self.model.answered(offer.call_id, offer.offer_id, "leg", "channel")

    @precondition(lambda self: self.model.calls)
    @rule(pick=picks, states=st.permutations(sorted(ANSWERED)), right=st.booleans())
    def a_call_is_changed(self, pick: int, states: list[CallState], right: bool) -> None:
        call = self.picked(list(self.model.calls.values()), pick)
        expect = call.state if right and call.state in ANSWERED else states[0]
        self.begin()
        told = self.do(self.live["b"].change(call.call_id, expect=expect, state=states[1], errand="{}"))
        assert told == self.model.change(call.call_id, expect, states[1], [], "{}")

    @precondition(lambda self: any(call.state in ANSWERED for call in self.model.calls.values()))
    @rule(pick=picks, wrong=st.sampled_from([False] * 4 + [True]))
    def a_seat_leaves(self, pick: int, wrong: bool) -> None:
        call = self.picked([call for call in self.model.calls.values() if call.state in ANSWERED], pick)
        seat_id = SEATS[pick % len(SEATS)] if wrong else call.seat_id
        self.begin()
        self.do(self.live["a"].seat_left(call.call_id, seat_id))
        self.model.seat_left(call.call_id, seat_id)

    another_seat_leaves = a_seat_leaves

    @precondition(lambda self: any(call.state in ANSWERED for call in self.model.calls.values()))
    @rule(pick=picks)
    def a_talk_is_over(self, pick: int) -> None:
        call = self.picked([call for call in self.model.calls.values() if call.state in ANSWERED], pick)
        self.begin()
        told = self.do(self.live["a"].talk_over(call.call_id))
        known = self.model.talk_over(call.call_id, "a")
        assert told is not None
        assert known is not None
        assert (told.state, told.seat_id) == (known.state, known.seat_id)

    @precondition(lambda self: self.callers)
    @rule(pick=picks, by=st.sampled_from([None, None, *ENGINES]))
    def a_caller_leaves(self, pick: int, by: str | None) -> None:
        """Mostly one of the last; also one who left long ago, also by word of an engine that lost him."""
        call_id = self.callers[-1 - pick % min(len(self.callers), 5)].call_id
        call = self.model.calls.get(call_id)
        self.leaves(call_id, by or (call.engine if call else "a"))

    def leaves(self, call_id: str, engine: str) -> None:
        self.begin()
        self.do(self.live[engine].end(call_id, "completed", detail="x"))
        self.model.end(call_id, "completed", "x", engine)

    another_caller_leaves = a_caller_leaves

    @precondition(lambda self: self.callers)
    @rule(pick=picks, engine=st.sampled_from(ENGINES), position=st.integers(0, 3), minutes=st.integers(0, 3))
    def a_caller_is_told_his_place(self, pick: int, engine: str, position: int, minutes: int) -> None:
        call_id = self.callers[-1 - pick % min(len(self.callers), 5)].call_id
        self.begin()
        told = Announced(call_id=call_id, at=self.clock.now(), position=position, minutes=minutes)
        assert self.do(self.live[engine].told(told)) == model_outlook.told(self.model, told, engine)

    @precondition(lambda self: self.callers)
    @rule(pick=picks, engine=st.sampled_from(ENGINES), nobody=st.booleans())
    def the_wait_is_estimated(self, pick: int, engine: str, nobody: bool) -> None:
        call_id = self.callers[-1 - pick % min(len(self.callers), 5)].call_id
        self.begin()
        wait_s = 0.0 if nobody else 1.5 * pick
        fact = Expected(call_id=call_id, at=self.clock.now(), position=1 + pick, wait_s=wait_s, nobody_on_duty=nobody)
        assert self.do(self.live[engine].expected(fact)) == model_outlook.expected(self.model, fact, engine)

    # seats

    def seats_are_defined(self, given: Definitions) -> None:
        serving, order = given
        seats = [
            SeatDefinition(
                seat_id=seat_id, devices=(f"PJSIP/{seat_id}",), groups=served, skills=able, places=dict.fromkeys(served, place)
            )
            for seat_id, (served, able), place in zip(SEATS, serving, order, strict=False)
        ]
        self.begin()
        self.do(self.live["a"].define(seats))
        self.model.define(seats)

    @rule(pick=picks, event=st.sampled_from([SeatEvent.MAKE_READY, *sorted(DEFERRED)]))
    def a_person_asks(self, pick: int, event: SeatEvent) -> None:
        seat_id = self.picked(sorted(self.model.seats), pick)
        self.begin()
        asked = self.granted(self.live["b"].ask(seat_id, event, why=f"wants {event}", by="x"))
        assert asked == self.model.ask(seat_id, event, f"wants {event}")

    def granted(self, step: Awaitable[Seat]) -> bool:
        try:
            self.do(step)
        except Conflict:
            return False
        return True

    def in_wrap_up(self) -> list[str]:
        return [seat.seat_id for seat in self.model.seats.values() if seat.state is SeatState.WRAP_UP]

    @precondition(lambda self: self.in_wrap_up())
    @rule(pick=picks, wrong=st.sampled_from([False, False, True]))
    def a_ticket_is_saved(self, pick: int, wrong: bool) -> None:
        seat_id = self.picked(sorted(self.model.seats) if wrong else self.in_wrap_up(), pick)
        self.begin()
        taken = self.granted(self.live["b"].wrapped_up(seat_id))
        assert taken == self.model.wrapped_up(seat_id)

    @rule(pick=picks, phone=st.sampled_from([Phone.IDLE, *Phone]), ready=st.booleans(), rings=st.booleans())
    def a_phone_changes(self, pick: int, phone: Phone, ready: bool, rings: bool) -> None:
        ringing = [call.seat_id for call in self.open_offers()]
        seats = ringing if rings and ringing else sorted(self.model.seats)
        self.phone_is(self.picked(list(ENGINES), pick), self.picked(seats, pick), phone, ready=ready)

    @rule()
    def all_phones_come_back(self) -> None:
        """Without this, most runs would soon have no seat that works."""
        for seat_id in sorted(self.model.seats):
            self.phone_is("a", seat_id, Phone.IDLE, ready=True)

    def phone_is(self, engine: str, seat_id: str, phone: Phone, *, ready: bool) -> None:
        self.begin()
        self.do(self.live[engine].phone(seat_id, phone, why="so it is", ready=ready))
        self.model.phone(seat_id, phone, "so it is", ready=ready)

    # what happens seldom

    @rule(
        what=st.one_of(
            st.tuples(st.just("an_engine_stops"), st.sampled_from(ENGINES)),
            st.tuples(st.just("an_engine_dies"), st.sampled_from(ENGINES)),
            st.tuples(st.just("the_wall_clock_steps"), st.sampled_from([-3600, -5, 30])),
            st.tuples(st.just("rules_change"), rule_sets),
            st.tuples(st.just("seats_are_defined"), definitions),
        )
    )
    def something_rare_happens(self, what: tuple[str, Any]) -> None:
        getattr(self, what[0])(what[1])

    something_else_rare_happens = something_rare_happens

    def the_wall_clock_steps(self, seconds: int) -> None:
        self.clock.step_s(seconds)

    # time, engines, rules

    @rule(seconds=st.sampled_from([0.001, 0.5, 2.0, 3.0, 8.0]), ticks=st.sampled_from([True, True, False]))
    def time_passes(self, seconds: float, ticks: bool) -> None:
        self.clock.pass_s(seconds)
        if ticks:
            self.tick("b")

    @rule(seconds=st.sampled_from([20.0, 31.0]))
    def much_time_passes(self, seconds: float) -> None:
        """In small steps, with both engines alive."""
        for _ in range(int(seconds / 4)):
            self.clock.pass_s(4)
            self.both_engines_live()
            self.tick("a")

    def tick(self, engine: str) -> None:
        self.begin()
        due = self.do(self.live[engine].tick())
        model_timers.tick(self.model, rematch=self.rematch.pop(engine, False))
        expected = min(self.model.timers.values(), default=None)
        assert (due and event_ms(due) - event_ms(self.clock.now())) == (expected and expected - self.model.now)

    @rule()
    def both_engines_live(self) -> None:
        for engine in ENGINES:
            self.begin()
            self.do(self.live[engine].beat())
            model_timers.beat(self.model, engine, round(ALIVE_S * 1000))

    def an_engine_stops(self, engine: str) -> None:
        self.begin()
        self.do(self.live[engine].sign_off())
        model_timers.sign_off(self.model, engine)

    def an_engine_dies(self, engine: str) -> None:
        """The other one lives, and notices."""
        for _ in range(2):
            self.clock.pass_s(3)
            for other in set(ENGINES) - {engine}:
                self.begin()
                self.do(self.live[other].beat())
                model_timers.beat(self.model, other, round(ALIVE_S * 1000))
                self.tick(other)

    def rules_change(self, rules: Rules) -> None:
        for engine in ENGINES:
            self.rematch[engine] = self.rematch.get(engine, False) or rules != self.live[engine].rules
            self.live[engine].rules = rules
        self.model.rules = rules
        self.tick("a")

    # what must be

    @precondition(lambda self: hasattr(self, "model"))
    @invariant()
    def redis_says_what_the_model_says(self) -> None:
        held = dump(self.plain, "h")
        check_invariants(held, self.model.rules)
        assert calls_held(held) == calls_expected(self.model)
        assert seats_held(held) == seats_expected(self.model)
        assert held.zsets.get("timers", {}) == self.model.timers
        assert measured_held(held) == (self.model.service, self.model.patience)
        assert served_held(held) == self.model.served
        assert [json.loads(text) for text in held.facts] == self.model.facts
        assert all(isinstance(from_document(json.loads(text)), Event) for text in held.facts)
        assert sorted(messages(self.heard, len(self.model.said))) == sorted(self.model.said)
        known = {offer.offer_id for offer in self.past_offers}
        self.past_offers += [offer_of(call) for call in self.open_offers() if call.offer_id not in known]
        self.model.said.clear()
        self.plain.xtrim("zhida:{h}:events", maxlen=0)
        self.model.facts.clear()
        for call_id in list(self.model.calls)[-1:]:
            self.begin()
            assert self.do(self.live["a"].place(call_id)) == self.model.place(call_id)
            found = self.do(self.live["b"].outlooks([call_id, "nobody"])).get(call_id)
            assert model_outlook.compared(found) == model_outlook.compared(model_outlook.outlook(self.model, call_id))
            orphans = sum(call.orphan for call in self.model.calls.values())
            assert found is None or 0 <= found.position - 1 - (self.model.place(call_id) or 0) <= orphans


@pytest.mark.timeout(600 + MINUTES * 60)  # thousands of steps: on a machine that is busy with other things they take minutes
def test_whatever_happens_redis_keeps_the_rules(redis_server: RedisServer) -> None:
    class Machine(TalkRules, SupervisorRules, SecondRules, UsualRules, AgentRules, LiveMachine):
        server = redis_server
        client = connect(redis_server.url)
        runner = asyncio.Runner()

    deadline = time.monotonic() + MINUTES * 60
    profile = settings(
        max_examples=100,
        stateful_step_count=60,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=not MINUTES,
        phases=[phase for phase in Phase if phase not in (Phase.explain, Phase.shrink)],
    )
    with capture_logs():
        run_state_machine_as_test(Machine, settings=profile)
        while time.monotonic() < deadline:
            run_state_machine_as_test(Machine, settings=settings(profile, max_examples=200, stateful_step_count=80))
    Machine.runner.run(Machine.client.aclose())
    Machine.runner.close()
