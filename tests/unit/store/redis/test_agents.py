"""Agents at seats: one agent, one seat, and everybody is told."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from calls.errors import Conflict, NotFound
from seats.agents import Agent
from seats.seat import Phone
from seats.state import SeatEvent, SeatState
from tests.unit.store.redis.builders import Hotline, a_seat

S, E = SeatState, SeatEvent
WANG = Agent(agent_id="101", name="王某")
LI = Agent(agent_id="102", name="李某")
READY = E.MAKE_READY
Told = Callable[[], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
async def told(client: Redis) -> AsyncIterator[Told]:
    """What the consoles that follow hear, since it was last asked."""
    async with client.pubsub() as channel:
        await channel.subscribe("zhida:{yancheng}:told")

        async def since() -> list[dict[str, Any]]:
            heard = []
            while (message := await channel.get_message(ignore_subscribe_messages=True, timeout=0.05)) is not None:
                heard.append(json.loads(message["data"]))
            return heard

        await since()
        yield since


async def test_who_signs_in_is_ready_and_his_calls_carry_his_number(hotline: Hotline) -> None:
    await hotline.a.define([a_seat("8001")])
    await hotline.a.phone("8001", Phone.IDLE)
    seat = await hotline.a.sign_in("8001", WANG, READY, by="phone 8001")
    assert (seat.state, seat.agent, seat.agent_name, seat.why) == (S.READY, "101", "王某", "agent 101 (王某) signed in")
    await hotline.talks("c1")
    assert (await hotline.seat("8001")).agent == "101"


async def test_who_signs_in_elsewhere_is_logged_out_where_he_was(hotline: Hotline, told: Told) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await hotline.a.sign_in("8001", WANG, READY, by="x")
    await told()
    await hotline.b.sign_in("8002", WANG, READY, by="console")
    old = await hotline.seat("8001")
    assert (old.state, old.agent, old.why) == (S.LOGGED_OUT, "", "agent 101 (王某) signed in at seat 8002")
    assert (await hotline.seat("8002")).agent == "101"
    heard = [{name: one[name] for name in ("kind", "agent", "seat_id", "why", "by")} for one in await told()]
    assert heard[0] == {"kind": "agent_signed_out", "agent": "101", "seat_id": "8001", "why": old.why, "by": "console"}
    assert [(one["kind"], one["agent"], one["seat_id"]) for one in heard[1:]] == [
        ("agent_signed_out", "agent 8002", "8002"),
        ("agent_signed_in", "101", "8002"),
    ]


async def test_a_seat_that_talks_keeps_its_call_and_is_logged_out_after_it(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.a.define([a_seat("8001"), a_seat("8002", "qilai")])
    await hotline.a.phone("8002", Phone.IDLE)
    await hotline.a.sign_in("8001", WANG, READY, by="x")
    await hotline.talks("c1")
    await hotline.a.sign_in("8002", WANG, READY, by="x")
    old = await hotline.seat("8001")
    assert (old.state, old.call_id, old.wish, old.wish_why) == (S.TALKING, "c1", S.LOGGED_OUT, "agent 101 (王某) signed in at seat 8002")
    await hotline.a.end("c1", "completed")
    old = await hotline.seat("8001")
    assert (old.state, old.why) == (S.LOGGED_OUT, "agent 101 (王某) signed in at seat 8002")


async def test_a_second_agent_takes_an_occupied_seat_over_and_the_first_is_told(hotline: Hotline, told: Told) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.a.sign_in("8001", WANG, READY, by="x")
    await told()
    seat = await hotline.a.sign_in("8001", LI, E.PAUSE, by="phone 8001")
    assert (seat.state, seat.agent, seat.why) == (S.PAUSED, "102", "agent 102 (李某) took over from agent 101 (王某)")
    out, in_ = await told()
    assert (out["kind"], out["agent"], out["why"]) == ("agent_signed_out", "101", seat.why)
    assert (in_["kind"], in_["agent"], in_["by"]) == ("agent_signed_in", "102", "phone 8001")


@pytest.mark.parametrize("talking", [True, False])
async def test_nobody_takes_a_seat_over_in_the_middle_of_anothers_call(hotline: Hotline, talking: bool) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.a.sign_in("8001", WANG, READY, by="x")
    await (hotline.talks("c1") if talking else hotline.calls("c1"))
    with pytest.raises(Conflict) as refused:
        await hotline.b.sign_in("8001", LI, READY, by="x")
    assert refused.value.code == "seat_taken"
    assert "agent 101 (王某)" in refused.value.sentence
    assert (await hotline.seat("8001")).agent == "101"


async def test_at_his_own_seat_he_may_sign_in_again_in_the_middle_of_his_call(hotline: Hotline, told: Told) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.a.sign_in("8001", WANG, READY, by="x")
    await hotline.talks("c1")
    await told()
    seat = await hotline.a.sign_in("8001", WANG, E.PAUSE, by="x")
    assert (seat.state, seat.wish) == (S.TALKING, S.PAUSED)
    assert await told() == []


async def test_who_logs_out_is_nowhere(hotline: Hotline, told: Told) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.a.sign_in("8001", WANG, READY, by="x")
    await told()
    seat = await hotline.a.ask("8001", E.LOG_OUT, why="home", by="phone 8001")
    assert (seat.state, seat.agent) == (S.LOGGED_OUT, "")
    assert [(one["kind"], one["why"], one["by"]) for one in await told()] == [("agent_signed_out", "home", "phone 8001")]


async def test_a_seat_serves_what_its_agent_serves_and_again_its_own_after_him(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001", "priority", skills="english"))
    await hotline.a.sign_in("8001", replace(WANG, groups=("general",), skills={"tax": 3}), READY, by="x")
    seat = await hotline.seat("8001")
    assert (seat.groups, seat.skills) == (("general",), {"tax": 3})
    assert await hotline.calls("c1", "priority") is None
    assert (await hotline.calls("c2", "general", skills="tax")) is not None
    await hotline.a.end("c2", "abandoned")
    await hotline.a.sign_in("8001", LI, READY, by="x")
    seat = await hotline.seat("8001")
    assert (seat.groups, seat.skills) == (("priority",), {"english": 1})
    assert await hotline.rung_for("c1") == "8001"


async def test_a_new_configuration_leaves_agents_where_they_are(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001", "priority"))
    await hotline.a.sign_in("8001", replace(WANG, skills={"tax": 3}), READY, by="x")
    await hotline.b.define([a_seat("8001", "qilai")])
    seat = await hotline.seat("8001")
    assert (seat.agent, seat.state, seat.groups, seat.skills) == ("101", S.READY, ("qilai",), {"tax": 3})


async def test_a_seat_that_is_configured_no_longer_signs_its_agent_out(hotline: Hotline, told: Told) -> None:
    await hotline.seats(a_seat("8001"))
    await told()
    await hotline.a.define([])
    assert [(one["kind"], one["why"]) for one in await told()] == [("agent_signed_out", "the seat is configured no longer")]


async def test_where_agents_are_required_nobody_else_is_ready(hotline: Hotline) -> None:
    hotline.a.rules = hotline.b.rules = replace(hotline.a.rules, agent_required=True)
    await hotline.a.define([a_seat("8001")])
    await hotline.a.phone("8001", Phone.IDLE, ready=True)
    assert await hotline.state("8001") is S.LOGGED_OUT
    for event in (E.MAKE_READY, E.PAUSE):
        with pytest.raises(Conflict) as refused:
            await hotline.a.ask("8001", event, why="", by="x")
        assert refused.value.code == "agent_missing"
    await hotline.a.sign_in("8001", WANG, READY, by="x")
    assert await hotline.state("8001") is S.READY


async def test_nobody_signs_in_at_a_seat_that_is_none(hotline: Hotline) -> None:
    with pytest.raises(NotFound):
        await hotline.a.sign_in("9999", WANG, READY, by="x")


# wrap-up, away


async def test_wrap_up_is_extended_as_far_as_it_may_be(hotline: Hotline) -> None:
    hotline.a.rules = hotline.b.rules = replace(hotline.a.rules, wrap_up_s=10, wrap_up_longest_s=25)
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.a.end("c1", "completed")
    began = hotline.clock.now()
    for more_s, lasts_s in ((8, 18), (10, 25)):
        seat = await hotline.b.extend("8001", more_s, by="x")
        assert seat.wrap_up_until is not None
        assert (seat.wrap_up_until - began).total_seconds() == lasts_s
    with pytest.raises(Conflict) as refused:
        await hotline.a.extend("8001", 10, by="x")
    assert refused.value.code == "wrap_up_longest"
    await hotline.after(24.9)
    assert await hotline.state("8001") is S.WRAP_UP
    await hotline.after(0.1)
    assert await hotline.state("8001") is S.READY
    with pytest.raises(Conflict):
        await hotline.a.extend("8001", 10, by="x")


async def test_an_earlier_calls_ticket_does_not_end_the_wrap_up_of_this_one(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.a.end("c1", "completed")
    with pytest.raises(Conflict):
        await hotline.a.wrapped_up("8001", call_id="c0")
    assert (await hotline.a.wrapped_up("8001", call_id="c1")).state is S.READY


async def test_a_phone_that_is_lost_for_a_moment_does_not_cut_wrap_up_short(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("c1")
    await hotline.a.end("c1", "completed")
    for phone in (Phone.UNREACHABLE, Phone.IDLE):
        await hotline.a.phone("8001", phone)
        assert await hotline.state("8001") is S.WRAP_UP
    await hotline.a.phone("8001", Phone.UNREACHABLE)
    await hotline.after(3)
    assert await hotline.state("8001") is S.UNREACHABLE
    await hotline.a.phone("8001", Phone.IDLE)
    assert await hotline.state("8001") is S.READY


@pytest.mark.parametrize(("away_for_s", "then"), [(20, S.READY), (0, S.AWAY)])
async def test_who_missed_a_call_is_away_for_a_while_or_until_he_says_so(hotline: Hotline, away_for_s: float, then: SeatState) -> None:
    hotline.a.rules = hotline.b.rules = replace(hotline.a.rules, away_after_missed=True, away_for_s=away_for_s)
    await hotline.seats(a_seat("8001"))
    await hotline.declines(await hotline.calls("c1"))
    await hotline.a.end("c1", "abandoned")
    await hotline.after(19.8)
    assert await hotline.state("8001") is S.AWAY
    await hotline.after(0.3)
    assert await hotline.state("8001") is then


async def test_every_change_of_a_seat_is_in_the_log_with_who_and_why(hotline: Hotline, log: list[dict[str, Any]]) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.a.ask("8001", E.PAUSE, why="lunch", by="phone 8001")
    changes = [entry for entry in log if entry["event"] == "seat_changed"]
    told = [(entry["seat_id"], entry["before"], entry["state"], entry["why"], entry["by"]) for entry in changes]
    assert told == [
        ("8001", "logged_out", "ready", "agent agent 8001 signed in", "8001"),
        ("8001", "ready", "paused", "lunch", "phone 8001"),
    ]
