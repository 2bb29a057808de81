"""The records are in PostgreSQL, and PostgreSQL is away for a while."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres_server import PostgresServer
from tests.scenarios.hotline import KEY, KEY_NAME, Hotline
from tests.scenarios.house import Wanted
from tests.scenarios.rush import LONGEST_S, all_served, rush

LAB = "this module's own"


@pytest.fixture(scope="module")
def wanted() -> Iterator[Wanted]:
    server = PostgresServer()
    server.start()
    try:
        url = server.new_database().replace("postgresql:", "postgresql+asyncpg:")
        yield Wanted(overrides=(f"sql.url={url}",), server=server)
    finally:
        server.remove()


async def test_a_call_becomes_a_ticket(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    ticket = await hotline.ticket(call_id)
    assert (ticket["enterprise"], ticket["seat"]) == (KEY_NAME, "8001")


async def test_while_the_database_is_away_nobody_notices_and_nothing_is_lost(hotline: Hotline, wanted: Wanted) -> None:
    seat = await hotline.seat(8001)
    assert wanted.server is not None
    await asyncio.to_thread(wanted.server.stop)
    caller = await hotline.calls(KEY)
    ring = await hotline.talk(caller, seat)
    call = await hotline.call_is(ring.zhida_call, "talking")
    assert (call["class"], call["enterprise"], call["record"]) == ("key_enterprise", KEY_NAME, None)
    health = await asyncio.to_thread(hotline.lab.health)
    assert (health["parts"]["sql"]["ok"], health["parts"]["redis"]["ok"]) == (False, True)
    await seat.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.send_digits("5")
    await caller.call_ended()
    await hotline.seat_is(8001, "ready")
    wanted.server.start()  # not in a thread, with whose end it would end
    started = time.monotonic()
    call = await hotline.ended(ring.zhida_call, "completed")
    hotline.measured("the database is back -> the record is there", time.monotonic() - started)
    assert (call["record"]["rating"], call["seat"]) == (5, "8001")
    assert (await hotline.ticket(ring.zhida_call))["rating"] == 5
    code, said = await hotline.zhida("audit")
    assert code == 0, said


async def test_while_the_database_is_away_a_seat_is_forced_all_the_same_and_it_stands_in_the_log_afterwards(
    hotline: Hotline, wanted: Wanted
) -> None:
    await hotline.seat(8001)
    assert wanted.server is not None
    await asyncio.to_thread(wanted.server.stop)
    forced = await hotline.api.ask("POST", "/seats/8001/force", {"state": "paused", "why": "断库演练"})
    assert forced["state"] == "paused"
    status, problem = await hotline.api.answer("GET", "/acts")
    assert (status, problem["code"]) == (503, "sql_away")
    wanted.server.start()  # not in a thread, with whose end it would end
    page = await hotline.api.until("/acts?on=seats/8001&what=force_seat", lambda page: page["items"])
    assert page["items"][0]["why"] == "断库演练"


@pytest.mark.timeout(LONGEST_S)
async def test_the_database_goes_in_a_rush_of_calls_and_comes_back_and_nothing_is_missing(
    hotline: Hotline, wanted: Wanted, tmp_path: Path
) -> None:
    assert wanted.server is not None
    async with rush(hotline, tmp_path) as calls:
        await asyncio.to_thread(wanted.server.stop)
        await hotline.part_is("recorder", ok=False)
        await calls.rung_for(await calls.goes_on())
        wanted.server.start()  # not in a thread, with whose end it would end
        started = time.monotonic()
        await hotline.part_is("recorder", ok=True)
        hotline.measured("under load: the database is back -> the recorder is well", time.monotonic() - started)
        await calls.goes_on()
        all_served(await calls.is_over(), calls.callers)
