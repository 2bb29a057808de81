"""Agents at seats: one agent, one seat; wrap-up until the ticket is saved; who is away comes back, and when."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from lab.client import Unexpected
from lab.patience import PATIENCE_S
from lab.phones.bulk import BulkSeats, Does, Seats
from lab.phones.softphone import Softphone
from tests.scenarios.hotline import KEY, OTHER_KEYS, Hotline
from tests.scenarios.house import NET, Wanted

WRAP_UP_S = 20  # as long as it takes a busy machine to bring a call to the seat meanwhile
LAB = Wanted(
    overrides=(
        "lab.auto_login=false",
        "seats.agent_required=true",
        "seats.away_for_s=4",
        "seats.unreachable_s=1.5",
        f"seats.wrap_up_s={WRAP_UP_S}",
        f"seats.wrap_up_longest_s={5 * WRAP_UP_S}",
        "after_call.rating=false",
    )
)


async def at_seat(hotline: Hotline, agent: str, number: int) -> Softphone:
    """The agent signs in at the seat, whose phone is registered."""
    phone = await hotline.seat(number, ready=False)
    await signs_in(hotline, agent, number)
    await hotline.seat_is(number, "ready")
    return phone


async def signs_in(hotline: Hotline, agent: str, number: int) -> dict[str, Any]:
    found: dict[str, Any] = await hotline.api.ask("PUT", f"/seats/{number}/agent", {"agent": agent})
    return found


@asynccontextmanager
async def console(hotline: Hotline) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """One that follows the stream."""
    headers = {"Authorization": f"Bearer {hotline.lab.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(f"{hotline.lab.url()}/api/v1/stream") as socket,
    ):
        assert (await socket.receive_json())["type"] == "ready"
        yield socket


async def tells(socket: aiohttp.ClientWebSocketResponse, kind: str, **fields: str) -> dict[str, Any]:
    """The first message of this kind with these fields."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message: dict[str, Any] = await socket.receive_json()
            if message.get("kind") == kind and all(message.get(name) == value for name, value in fields.items()):
                return message


async def test_who_signs_in_elsewhere_while_he_talks_keeps_his_call_and_is_logged_out_after_it(hotline: Hotline) -> None:
    phone = await at_seat(hotline, "101", 8001)
    caller, call_id = await hotline.talking(phone)
    other_phone = await hotline.seat(8002, ready=False)
    async with console(hotline) as socket:
        await signs_in(hotline, "101", 8002)
        told = await tells(socket, "agent_signed_out", seat_id="8001")
        assert (told["agent"], told["why"], told["by"]) == ("101", "agent 101 (话务员甲) signed in at seat 8002", "lab")
    await asyncio.gather(caller.hears(phone), phone.hears(caller))
    old = await hotline.api.get("/seats/8001")
    assert (old["state"], old["wish"], old["wish_why"]) == ("talking", "logged_out", told["why"])
    await caller.hang_up()
    assert (await hotline.seat_is(8001, "logged_out"))["why"] == told["why"], "nobody is there who would write"
    assert (await hotline.ticket(call_id))["agent"] == "101"
    next_caller = await hotline.calls(OTHER_KEYS[0])
    ring = await hotline.talk(next_caller, other_phone)
    await next_caller.hang_up()
    assert (await hotline.ticket(ring.zhida_call))["agent"] == "101"


async def test_a_second_agent_takes_the_seat_over_but_not_in_the_middle_of_a_call(hotline: Hotline) -> None:
    phone = await at_seat(hotline, "101", 8001)
    caller, _ = await hotline.talking(phone)
    with pytest.raises(Unexpected, match=r"409.*seat_taken"):
        await signs_in(hotline, "102", 8001)
    await caller.hang_up()
    await hotline.seat_is(8001, "wrap_up")
    async with console(hotline) as socket:
        seat = await signs_in(hotline, "102", 8001)
        assert (await tells(socket, "agent_signed_out"))["why"] == "agent 102 (话务员乙) took over from agent 101 (话务员甲)"
    assert (seat["agent"], seat["state"]) == ("102", "ready")


async def test_wrap_up_lasts_until_the_ticket_is_saved(hotline: Hotline) -> None:
    phone = await at_seat(hotline, "101", 8001)
    caller, call_id = await hotline.talking(phone)
    await caller.hang_up()
    await phone.call_ended()
    waiting, waiting_call = await hotline.waiting(OTHER_KEYS[0])
    ticket = await hotline.ticket(call_id)
    await hotline.api.ask("PATCH", f"/tickets/{ticket['number']}", {"content": "问增值税", "draft": True})
    longer = await hotline.api.ask("POST", "/seats/8001/wrap-up/extend", {"seconds": 2 * WRAP_UP_S})
    extended = time.monotonic()
    assert longer["state"] == "wrap_up"
    assert longer["wrap_up_left_s"] > WRAP_UP_S
    await hotline.api.ask("PATCH", f"/tickets/{ticket['number']}", {"answer": "按政策执行"})
    ring = await phone.rings()
    assert ring.event.monotonic - extended < longer["wrap_up_left_s"] / 2, "it did not last until its end"
    assert ring.zhida_call == waiting_call
    await hotline.talk_on(waiting, phone)
    await waiting.hang_up()


async def test_who_missed_a_call_is_back_after_a_while(hotline: Hotline) -> None:
    phone = await at_seat(hotline, "101", 8001)
    caller = await hotline.calls(KEY)
    ring = await phone.rings()
    await phone.decline()
    await hotline.seat_is(8001, "away")
    assert (await phone.rings()).zhida_call == ring.zhida_call
    await hotline.talk_on(caller, phone)
    await caller.hang_up()


async def test_a_seat_whose_phone_was_dead_is_back_by_itself_when_the_phone_is_well(hotline: Hotline, tmp_path: Path) -> None:
    async with BulkSeats(Seats(numbers=[8001], net=NET, does=Does.NOTHING), tmp_path / "dead"):
        await hotline.api.until("/seats/8001", lambda seat: seat["phone"] == "idle")
        await signs_in(hotline, "101", 8001)
        caller = await hotline.calls(KEY)
        await hotline.seat_is(8001, "unreachable")
    phone = await hotline.seat(8001, ready=False)
    assert (await phone.rings()).zhida_call
    await hotline.talk_on(caller, phone)
    assert (await hotline.api.get("/seats/8001"))["agent"] == "101"
    await caller.hang_up()


async def test_without_an_agent_a_seat_cannot_be_ready(hotline: Hotline) -> None:
    phone = await hotline.seat(8001, ready=False)
    with pytest.raises(Unexpected, match=r"409.*agent_missing"):
        await hotline.api.ask("PUT", "/seats/8001/state", {"state": "ready"})
    await phone.dial("*10")
    await phone.hears_prompt(hotline.prompt("seat-sign-in-first"))
    await phone.call_ended()


async def test_agents_from_the_shell(hotline: Hotline) -> None:
    phone = await hotline.seat(8001, ready=False)
    assert await hotline.zhida("seats", "sign-in", "8001", "--agent", "101") == (0, "Seat 8001 is ready with agent 101.\n")
    code, said = await hotline.zhida("seats", "agents")
    assert code == 0
    assert ["101", "话务员甲", "8001"] in [line.split() for line in said.splitlines()]
    caller, _ = await hotline.talking(phone)
    _, said = await hotline.zhida("seats", "pause", "8001", "--code", "2")
    assert said == "Seat 8001 is talking with agent 101, paused afterwards (用餐).\n"
    await caller.hang_up()
    await hotline.seat_is(8001, "wrap_up")
    _, said = await hotline.zhida("seats", "extend", "8001", "--seconds", str(WRAP_UP_S))
    left = re.fullmatch(r"Seat 8001 is wrap_up with agent 101 for ([\d.]+) s more.*\n", said)
    assert left, said
    assert float(left[1]) > WRAP_UP_S
    _, said = await hotline.zhida("seats", "wrapped-up", "8001")
    assert said == "Seat 8001 is paused with agent 101.\n"
    code, said = await hotline.zhida("seats", "sign-in", "8001", "--agent", "nobody")
    assert (code, said.count("\n")) == (1, 1)
    assert "nobody" in said
