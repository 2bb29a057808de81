"""The wall clock of the whole hotline is stepped by minutes under calls (ntpd, a virtual machine that slept): nobody notices.

Every part's clock really steps (libfaketime): Asterisk's, Redis', the engine's. The monotonic clock goes on as it does on a real machine.
"""

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from redis import Redis

from lab.patience import PATIENCE_S
from lab.phones.errors import NotHappened
from lab.phones.softphone import Softphone
from tests.scenarios.hotline import KEY, OTHER_KEYS, PROJECT, Hotline
from tests.scenarios.house import Wanted

LAB = Wanted(overrides=("seats.ring_s=10", "callback.not_before=00:00", "callback.not_after=00:00"), clock=True)
FORWARD, BACK = 420, -420


@pytest.fixture(autouse=True)
async def _clock_is_right_again(hotline: Hotline) -> AsyncIterator[None]:
    yield
    await stepped(hotline, 0)


@pytest.mark.parametrize("by_s", [FORWARD, BACK])
async def test_who_talks_rings_and_waits_is_served_as_if_nothing_had_happened(hotline: Hotline, by_s: int) -> None:
    first, second = await hotline.seats(8001, 8002)
    talker, talk = await hotline.talking(first, OTHER_KEYS[0])
    ringing = await hotline.calls(OTHER_KEYS[1])
    ring = await second.rings()
    waiting, waiting_call = await hotline.waiting(OTHER_KEYS[2])
    await stepped(hotline, by_s)
    await asyncio.gather(talker.hears(first), first.hears(talker), hotline.hears_music(waiting))
    left = {ring.zhida_call: ringing, waiting_call: waiting}
    served = await answers(hotline, second)
    first_served = left.pop(served)
    await asyncio.gather(first_served.hears(second), second.hears(first_served))
    await hotline.call_is(served, "talking")
    await talker.hang_up()
    await hotline.ended(talk, "completed")
    [(last, last_served)] = left.items()
    assert (await hotline.talk(last_served, first)).zhida_call == last
    await asyncio.gather(first_served.hang_up(), last_served.hang_up())
    await asyncio.gather(hotline.ended(served, "completed"), hotline.ended(last, "completed"))
    await asyncio.gather(hotline.seat_is(8001, "ready"), hotline.seat_is(8002, "ready"))


@pytest.mark.parametrize("by_s", [FORWARD, BACK])
async def test_calls_that_come_afterwards_wait_behind_those_that_were_there(hotline: Hotline, by_s: int) -> None:
    before, before_call = await hotline.waiting(OTHER_KEYS[0])
    await stepped(hotline, by_s)
    after, after_call = await hotline.waiting(OTHER_KEYS[1])
    seat = await hotline.seat(8001, ready=False)
    assert (await hotline.talk(before, seat)).zhida_call == before_call
    await before.hang_up()
    assert (await hotline.talk(after, seat)).zhida_call == after_call
    await after.hang_up()
    calls = await asyncio.gather(*(hotline.ended(call_id, "completed") for call_id in (before_call, after_call)))
    assert all(0 <= call["waited_s"] < 60 for call in calls[1:])


@pytest.mark.parametrize("by_s", [FORWARD, BACK])
async def test_a_seat_that_writes_is_ready_again_and_a_phone_that_is_switched_on_is_rung(hotline: Hotline, by_s: int) -> None:
    seat = await hotline.seat(8003)
    caller, call_id = await hotline.talking(seat, PROJECT)
    await caller.hang_up()
    await stepped(hotline, by_s)
    await hotline.ended(call_id, "completed")
    await hotline.seat_is(8003, "ready")
    waiting, _ = await hotline.waiting(KEY)
    later = await hotline.seat(8001, ready=False)
    await hotline.talk(waiting, later)
    await waiting.hang_up()
    await hotline.seat_is(8001, "ready")


async def test_after_all_this_nothing_is_missing(hotline: Hotline) -> None:
    code, said = await hotline.zhida("audit")
    assert code == 0, said


async def answers(hotline: Hotline, seat: Softphone) -> str:
    """The seat answers what rings there; the call's id.

    Asterisk reckons by the wall clock how long it rings. Where it has given up, the seat is not blamed, and rung again.
    """
    async with asyncio.timeout(PATIENCE_S):
        while (found := await hotline.api.get(f"/seats/{seat.number}"))["state"] != "talking":
            with suppress(NotHappened):
                await seat.answer()
            await asyncio.sleep(0.1)
    return str(found["call"])


async def stepped(hotline: Hotline, by_s: int) -> None:
    """Every part's wall clock is off by so much now; what was looked at a moment ago may be believed a second longer."""
    hotline.lab.step_clock(by_s)
    async with asyncio.timeout(PATIENCE_S):
        while any(abs(off - by_s) > 5 for off in await asyncio.to_thread(_off_s, hotline)):
            await asyncio.sleep(0.05)


def _off_s(hotline: Hotline) -> list[float]:
    """By how much the clocks of Redis, the engine and Asterisk differ from ours."""
    with Redis(unix_socket_path=str(hotline.lab.state / "redis.sock")) as redis:
        clocks = [datetime.fromtimestamp(redis.time()[0], UTC)]
    clocks += [_date(f"{hotline.lab.url()}/healthz"), _date(f"http://{hotline.lab.box.address}:8088/ws")]
    return [(clock - datetime.now(UTC)).total_seconds() for clock in clocks]


def _date(url: str) -> datetime:
    try:
        answer = urllib.request.urlopen(url, timeout=5)  # noqa: S310  the lab's own
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        return parsedate_to_datetime(answer.headers["Date"])
