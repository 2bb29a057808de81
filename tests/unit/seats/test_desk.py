"""What people do at a seat, whichever way they come."""

import pytest

from calls.errors import Refused
from seats.agents import Agent, Agents
from seats.desk import SeatDesk
from seats.seat import Phone
from seats.state import SeatEvent, SeatState
from store.redis.live import RedisLiveState
from tests.unit.store.redis.builders import Hotline, VirtualClock, a_seat
from tests.unit.store.redis.conftest import client, clock, hotline, log, rules  # noqa: F401  the same hotline, in the real Redis

KNOWN = {"101": Agent(agent_id="101", name="王某", pin="1101"), "102": Agent(agent_id="102")}


def a_desk(board: RedisLiveState) -> SeatDesk:
    return SeatDesk(board, Agents(VirtualClock(), KNOWN), pause_reasons={"2": "用餐"}, extend_s=30)


async def in_wrap_up(hotline: Hotline) -> SeatDesk:  # noqa: F811
    """Agent 101 at seat 8001 wraps up call c1."""
    desk = a_desk(hotline.a)
    await hotline.a.define([a_seat("8001")])
    await hotline.a.phone("8001", Phone.IDLE)
    await desk.sign_in("8001", "101", pin="1101", by="phone 8001")
    await hotline.talks("c1")
    await hotline.a.end("c1", "completed")
    return desk


async def test_a_saved_ticket_ends_the_wrap_up_of_its_call(hotline: Hotline) -> None:  # noqa: F811
    desk = await in_wrap_up(hotline)
    await desk.ticket_saved("8001", "c0", by="console")
    await desk.ticket_saved("8001", "c1", by="console", agent="102")
    assert await hotline.state("8001") is SeatState.WRAP_UP
    await desk.ticket_saved("8001", "c1", by="console", agent="101")
    assert (await hotline.seat("8001")).why == "the ticket is saved"
    await desk.ticket_saved("8001", "c1", by="console")
    await desk.ticket_saved("9999", "c1", by="console")
    assert await hotline.state("8001") is SeatState.READY


async def test_a_ticket_saved_at_the_very_moment_wrap_up_ends_is_no_fault(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    desk = await in_wrap_up(hotline)
    seen = await hotline.seat("8001")
    await hotline.after(3)

    async def as_it_was(_: str) -> object:
        return seen

    monkeypatch.setattr(hotline.a, "seat", as_it_was)
    await desk.ticket_saved("8001", "c1", by="console")


async def test_a_pause_has_its_reason_and_without_one_who_asked(hotline: Hotline) -> None:  # noqa: F811
    desk = await in_wrap_up(hotline)
    assert (await desk.pause("8001", by="phone 8001", code="2")).why == "用餐"
    assert (await desk.pause("8001", by="phone 8001")).why == "paused by phone 8001"
    with pytest.raises(Refused, match="2 \\(用餐\\)"):
        await desk.pause("8001", by="phone 8001", code="9")


async def test_who_is_no_agent_any_more_is_signed_out(hotline: Hotline) -> None:  # noqa: F811
    desk = await in_wrap_up(hotline)
    await hotline.a.define([a_seat("8001"), a_seat("8002")])
    await hotline.a.sign_in("8002", Agent(agent_id="199"), SeatEvent.MAKE_READY, by="x")
    await desk.sign_out_strangers()
    gone = await hotline.seat("8002")
    assert (gone.state, gone.why) == (SeatState.LOGGED_OUT, "agent 199 is configured no longer")
    assert (await hotline.seat("8001")).agent == "101"
