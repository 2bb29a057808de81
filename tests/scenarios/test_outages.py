"""Redis, or the link to Asterisk, is away for a while: who notices what, and what is there again afterwards."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lab.patience import PATIENCE_S
from tests.scenarios.hotline import KEY, OTHER_KEYS, PUBLIC, Hotline
from tests.scenarios.test_three_way import TAX


async def test_redis_is_killed_and_who_waits_keeps_his_place(hotline: Hotline) -> None:
    first, first_call = await hotline.waiting(OTHER_KEYS[0])
    second, second_call = await hotline.waiting(OTHER_KEYS[1])
    killed = await hotline.killed("redis")
    await asyncio.gather(hotline.hears_music(first), hotline.hears_music(second))
    await hotline.back()
    seat = await hotline.seat(8001, ready=False)
    ring = await hotline.talk(first, seat)
    hotline.measured("Redis killed -> a seat rings for who waits", ring.event.monotonic - killed)
    assert ring.zhida_call == first_call
    await first.hang_up()
    assert (await hotline.talk(second, seat)).zhida_call == second_call
    await second.hang_up()
    await hotline.ended(first_call, "completed")
    await hotline.ended(second_call, "completed")


async def test_while_redis_is_away_calls_take_the_fall_back_and_talks_go_on(hotline: Hotline) -> None:
    talking_seat, free_seat = await hotline.seat(8001), await hotline.seat(8002)
    await hotline.api.ask("PUT", "/seats/8002/state", {"state": "paused", "reason": "story"})
    talking, talking_call = await hotline.talking(talking_seat, OTHER_KEYS[0])
    with hotline.lab.nothing_restarted():
        await hotline.killed("redis")
        began = time.monotonic()
        caller = await hotline.calls(KEY)
        await free_seat.rings()
        hotline.measured("Redis away -> Asterisk's own queue rings a seat", time.monotonic() - began)
        await hotline.talk_on(caller, free_seat)
        await asyncio.gather(talking.hears(talking_seat), talking_seat.hears(talking))
        parts = (await asyncio.to_thread(hotline.lab.health))["parts"]
        assert (parts["redis"]["ok"], parts["asterisk"]["ok"]) == (False, True), parts
        assert parts["redis"]["why"]
    await hotline.back()
    await caller.hang_up()
    await talking_seat.hang_up()
    await talking.hears_prompt(hotline.prompt("rate"))
    await talking.send_digits("5")
    await talking.call_ended()
    call = await hotline.ended(talking_call, "completed")
    assert call["record"]["rating"] == 5
    await hotline.seat_is(8001, "ready")
    code, told = await hotline.zhida("audit")
    assert (code, told.count("recovered as ticket")) == (1, 1), told


async def test_without_the_link_to_asterisk_calls_are_served_all_the_same(hotline: Hotline) -> None:
    seat, qilai = await hotline.seat(8001), await hotline.seat(8004)
    caller, call_id = await hotline.talking(seat)
    async with cut_off(hotline):
        await asyncio.gather(caller.hears(seat), seat.hears(caller))
        status, problem = await hotline.api.answer("POST", f"/calls/{call_id}/specialists", {"department": TAX})
        assert (status, problem["code"]) == (503, "ami_down"), problem
        assert (await hotline.call(call_id))["state"] == "talking"
        other = await hotline.calls(PUBLIC)
        ring = await hotline.talk(other, qilai)
        await other.hang_up()
        await qilai.call_ended()
        assert (await hotline.ended(ring.zhida_call, "completed"))["seat"] == "8004"
        await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await seat.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    await hotline.seat_is(8001, "ready")
    again = await hotline.calls(KEY)
    await hotline.talk(again, seat)
    await again.hang_up()


async def test_what_happened_while_the_link_was_cut_is_found_afterwards(hotline: Hotline) -> None:
    leaves, comes = await hotline.seat(8001), 8002
    async with cut_off(hotline):
        await leaves.stop()
        phone = await hotline.seat(comes, ready=False)
    await hotline.seat_is(8001, "unreachable")
    await hotline.seat_is(comes, "ready")
    caller = await hotline.calls(KEY)
    await hotline.talk(caller, phone)
    await caller.hang_up()


@asynccontextmanager
async def cut_off(hotline: Hotline, pbx: int = 1) -> AsyncIterator[None]:
    """Inside, that Asterisk takes no AMI connection, and has ended the engines'."""
    file = hotline.lab.boxes[pbx - 1].folder / "etc" / "manager.conf"
    text = file.read_text()
    try:
        file.write_text(text.replace("enabled=yes", "enabled=no"))
        await hotline.lab.asterisk("manager reload", pbx)
        for line in (await hotline.lab.asterisk("manager show connected", pbx)).splitlines():
            if line.split()[:1] == ["zhida"]:
                await hotline.lab.asterisk(f"manager kick session {line.split()[4]}", pbx)  # FileDes
        await health_of_link(hotline, pbx, up=False)
        yield
    finally:
        file.write_text(text)
        await hotline.lab.asterisk("manager reload", pbx)
        let_in = time.monotonic()
    await health_of_link(hotline, pbx, up=True)
    hotline.measured("AMI takes connections again -> the engine is well", time.monotonic() - let_in)


async def health_of_link(hotline: Hotline, pbx: int = 1, *, up: bool) -> None:
    part = "asterisk" if len(hotline.lab.boxes) == 1 else f"asterisk_pbx{pbx}"
    async with asyncio.timeout(PATIENCE_S):  # an engine may be in the middle of a login that nobody answers
        for engine in range(1, hotline.lab.engines + 1):
            while (await asyncio.to_thread(hotline.lab.health, engine))["parts"][part]["ok"] is not up:
                await asyncio.sleep(0.05)


async def test_a_recorder_that_is_killed_is_started_again_and_records_what_happened_meanwhile(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    os.kill(hotline.recorder(), signal.SIGKILL)
    killed = time.monotonic()
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    hotline.measured("recorder killed, caller hangs up -> his record is complete", time.monotonic() - killed)
    assert call["seat"] == "8001"
    assert (await hotline.ticket(call_id))["seat"] == "8001"
    await hotline.part_is("recorder", ok=True)


async def test_while_the_disk_of_the_records_is_full_calls_are_served_and_recorded_once_there_is_room(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    with hotline.disk_full():
        caller, call_id = await hotline.talking(seat)
        await caller.hang_up()
        await seat.call_ended()
        await hotline.part_is("recorder", ok=False)
        await hotline.seat_is(8001, "ready")
        other, other_id = await hotline.talking(seat, OTHER_KEYS[0])
        await other.hang_up()
        await seat.call_ended()
        assert (await hotline.api.answer("GET", f"/calls/{call_id}"))[0] == 404  # not yet
    room = time.monotonic()
    for one in (call_id, other_id):
        assert (await hotline.ended(one, "completed"))["seat"] == "8001"
        assert (await hotline.ticket(one))["seat"] == "8001"
    hotline.measured("the full disk has room again -> records and tickets are there", time.monotonic() - room)
    await hotline.part_is("recorder", ok=True)
