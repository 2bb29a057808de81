"""Call-backs on two engines and two Asterisks: who has the call dies at the worst moments; nobody is rung twice or forgotten."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from lab.phones.behaviours import Answers
from tests.scenarios.hotline import EXPIRED, OTHER_KEYS, Hotline
from tests.scenarios.house import Wanted
from tests.scenarios.test_callbacks import LAB as ONE
from tests.scenarios.test_callbacks import asks_to_be_called_back, clear, left, talks_with, task_is

LAB = Wanted(overrides=ONE.overrides, engines=2, pbxs=2)


@pytest.fixture(autouse=True)
async def _list_is_cleared(hotline: Hotline) -> AsyncIterator[None]:
    yield
    await clear(hotline)


async def owner(hotline: Hotline, call_id: str) -> int:
    """The number of the engine that has the call (its id is hotline-number-salt)."""
    return int((await hotline.call(call_id))["live"]["engine"].split("-")[1])


async def test_a_place_goes_from_engine_to_engine_with_its_rank(hotline: Hotline) -> None:
    number = OTHER_KEYS[0]
    hotline.world.script(number, Answers())
    first = await asks_to_be_called_back(hotline, number)
    page = await hotline.api.until("/calls?state=waiting", lambda page: len(page["items"]) == 1)
    back = page["items"][0]["call_id"]
    later, _ = await hotline.waiting(OTHER_KEYS[1])
    had = await owner(hotline, back)
    with hotline.lab.nothing_restarted():
        await hotline.killed(f"engine-{had}")
        hotline.api.url = hotline.lab.url(3 - had)
        await hotline.api.until(f"/calls/{back}", lambda call: call["live"]["engine"].split("-")[1] == str(3 - had))
        seat = await hotline.seat(8001, ready=False)
        ring = await seat.rings()
        assert ring.zhida_call == back
        caller = await talks_with(hotline, seat, number)
        await caller.hang_up()
        await task_is(hotline, first, closed_why="called_back")
        assert len(hotline.world.called) == 1
        await later.hang_up()
    await hotline.back(had)


async def test_a_seat_on_the_other_asterisk_calls_back(hotline: Hotline) -> None:
    number = OTHER_KEYS[2]
    hotline.world.script(number, Answers())
    call_id = await left(hotline, number)
    seat = await hotline.seat(8001, ready=False, at=2)
    await seat.rings()
    caller = await talks_with(hotline, seat, number)
    await seat.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.hang_up()
    await task_is(hotline, call_id, closed_why="called_back")


async def test_an_engine_dies_when_the_seat_has_just_picked_up(hotline: Hotline) -> None:
    number = EXPIRED
    hotline.world.script(number, Answers(after_s=0.2))
    call_id = await left(hotline, number)
    seat = await hotline.seat(8004, ready=False)
    ring = await seat.rings()
    had = await owner(hotline, ring.zhida_call)
    await asyncio.gather(seat.answer(), hotline.killed(f"engine-{had}"))
    hotline.api.url = hotline.lab.url(3 - had)
    caller = await hotline.world.phone(number)
    await caller.talks()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await seat.call_ended()
    closed = await task_is(hotline, call_id, closed_why="called_back")
    assert [tried["call_id"] for tried in closed["attempts"]] == [ring.zhida_call]
    assert len(hotline.world.called) == 1
    await hotline.back(had)


async def test_after_all_this_nothing_is_missing(hotline: Hotline) -> None:
    code, said = await hotline.zhida("audit")
    assert code == 0, said
