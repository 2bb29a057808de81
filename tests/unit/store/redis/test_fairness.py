"""Nobody is overtaken but by rank, across all groups and skills; and by nobody who comes later than a bound that can be told."""

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from calls.events import Offered, to_ms
from routing.bounds import starvation_bound
from routing.skills import enough, relaxed_by
from routing.waiting import LiveCall, Rules, Strategy
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream
from tests.redis_server import RedisServer
from tests.unit.store.redis.builders import Hotline, VirtualClock, a_seat, recorded

BONUS_S = {"public": 0, "project": 20, "key_enterprise": 45}
SEATS = {
    "8001": a_seat("8001", "priority", "general", skills="税务:5"),
    "8002": a_seat("8002", "qilai", "priority", skills="税务:2 english:1"),
    "8003": a_seat("8003", "general", "qilai"),
    "8004": a_seat("8004", "general", skills="english:3"),
}
STRATEGIES = [(), tuple((group, Strategy.FEWEST_CALLS) for group in ("priority", "qilai", "general"))]
ladders = st.sampled_from(
    [
        ("priority", "general@5"),
        ("priority",),
        ("qilai",),
        ("general", "qilai@0", "priority@30"),
        ("general", "general@15 税务:1", "general@40 -"),
    ]
)
wishes = st.sampled_from(["", "", "", "税务:2", "税务:4", "english:1", "english:1 税务:1"])
people = st.sampled_from(["051588880001", "051588880002", "051588880003"])
comes = st.tuples(st.just("comes"), ladders, st.sampled_from(sorted(BONUS_S)), wishes, people)
ends = st.tuples(st.just("ends"), st.integers(0, 3))
passes = st.tuples(st.just("passes"), st.sampled_from([0.2, 1.0, 4.0, 11.0]))


@dataclass
class Books:
    """Who waits, kept apart from Redis and model."""

    rules: Rules
    waiting: dict[str, LiveCall]
    talking: list[str]

    def may_take(self, call: LiveCall, seat_id: str, at_ms: int) -> bool:
        assert call.queued is not None
        opened = [rung for rung in call.ladder if to_ms(call.queued) + rung.after_s * 1000 <= at_ms]
        seat = SEATS[seat_id]
        return bool({rung.group for rung in opened} & set(seat.groups)) and enough(
            seat.skills, relaxed_by(call.skills, (rung.wants for rung in opened))
        )

    def offered(self, fact: Offered, awaiting: set[str]) -> None:
        served = self.waiting.pop(fact.call_id)
        bounds = {
            name: starvation_bound(bonus_s, BONUS_S.values(), preferred_wait_s=self.rules.preferred_wait_s)
            for name, bonus_s in BONUS_S.items()
        }
        for call in self.waiting.values():
            if not self.may_take(call, fact.seat_id, to_ms(fact.at)):
                continue
            later_s = (served.arrived - call.arrived).total_seconds()
            assert later_s <= bounds[call.caller_class], f"{call.call_id} is overtaken by {served.call_id}, which came {later_s} s later"
            if call.call_id not in awaiting:
                assert (served.rank_ms, served.call_id) < (call.rank_ms, call.call_id), f"{served.call_id} overtakes {call.call_id}"


async def a_day(server: RedisServer, rules: Rules, events: list[tuple[Any, ...]]) -> None:
    clock = VirtualClock()
    client = connect(server.url)
    a, b = (RedisLiveState(client, hotline="h", engine_id=name, rules=rules, clock=clock, redis_time=False) for name in "ab")
    stream = EventStream(client, hotline="h", recorder="r")
    hotline, books = Hotline(a, b, clock), Books(rules, {}, [])
    await hotline.seats(*SEATS.values())
    for number, (what, *told) in enumerate(events):
        awaiting = {call.call_id for call in await a.calls() if call.awaits}
        if what == "comes":
            rungs, caller, wish, person = told
            call = hotline.a_call(f"c{number:02}", *rungs, caller=caller, bonus_s=BONUS_S[caller], skills=wish, number=person)
            books.waiting[call.call_id] = call
            await a.join(call, [])
            awaiting |= {found.call_id for found in await a.calls() if found.awaits}
            clock.pass_s(0.1)
        elif what == "ends" and books.talking:
            await a.end(books.talking.pop(told[0] % len(books.talking)), "completed")
        elif what == "passes":
            await hotline.after(told[0])
        for fact in await recorded(stream):
            if isinstance(fact, Offered):
                books.offered(fact, awaiting)
        for call in await a.calls():
            if (offer := await hotline.open_offer(call.call_id)) is not None:
                assert await a.answered(offer, seat_leg="leg", seat_channel="channel")
                books.talking.append(call.call_id)
    await client.flushall()
    await client.aclose()


@pytest.mark.parametrize("preferred_wait_s", [0, 60])
def test_nobody_is_overtaken_but_by_rank_and_within_his_bound(redis_server: RedisServer, preferred_wait_s: float) -> None:
    with redis_server.client() as plain:
        plain.flushall()

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.one_of(comes, comes, comes, ends, ends, passes), min_size=10, max_size=40), st.sampled_from(STRATEGIES))
    def days(events: list[tuple[Any, ...]], strategies: tuple[tuple[str, Strategy], ...]) -> None:
        rules = Rules(wrap_up_s=0, skip_empty_groups=False, strategies=strategies, preferred_s=600, preferred_wait_s=preferred_wait_s)
        asyncio.run(a_day(redis_server, rules, events))

    with capture_logs():
        days()


class TestBound:
    """What explain tells of it."""

    def test_who_has_the_largest_bonus_is_overtaken_by_nobody_who_comes_later(self) -> None:
        assert starvation_bound(45, BONUS_S.values()) == 0

    def test_others_by_those_who_come_within_the_difference(self) -> None:
        assert [starvation_bound(bonus_s, BONUS_S.values()) for bonus_s in (0, 20)] == [45, 25]

    def test_who_waits_for_his_own_seat_lets_others_go_before_him_meanwhile(self) -> None:
        bounds = [starvation_bound(bonus_s, BONUS_S.values(), preferred_wait_s=30) for bonus_s in (0, 20, 45)]
        assert bounds == [45, 30, 30]

    def test_more_bonus_never_means_a_longer_bound(self) -> None:
        bounds = [starvation_bound(bonus_s, BONUS_S.values()) for bonus_s in sorted(BONUS_S.values())]
        assert all(later <= earlier for earlier, later in pairwise(bounds))
