"""Who waits is told his place and his wait; a seat that becomes free rings at once, whatever he is just being told."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import aiohttp

from ivr.announcing import prompts_saying, said_minutes
from lab.music import NOTES_HZ
from lab.patience import PATIENCE_S
from lab.phones.prompts import prompts_in
from lab.phones.softphone import Softphone
from lab.phones.sound import read_wav
from lab.phones.tones import tones_in
from routing.expected import Told
from tests.scenarios.hotline import PUBLIC, Hotline
from tests.scenarios.house import Wanted

LAB = Wanted(
    overrides=(
        "queue.announce_after_s=3",
        "queue.announce_every_s=5",
        "queue.typical_call_s=170",
        "ladders.public=[{group: qilai, after_s: 0}]",
        "fallback.engine_wait_s=60",
        "dialled.12346={ivr: none, language: en, announce: position}",
    )
)
OTHER = "13900008002"


async def announced(hotline: Hotline, call_id: str, times: int = 1) -> list[tuple[int | None, int | None]]:
    """What the caller was told, once that is so often recorded."""
    path = f"/calls/{call_id}"
    call = await hotline.api.until(path, lambda call: len((call["record"] or {"announced": ()})["announced"]) >= times)
    return [(told["position"], told["minutes"]) for told in call["record"]["announced"]]


def heard_in_order(caller: Softphone, hotline: Hotline, names: list[str]) -> float | None:
    """Where in the recording these prompts ended, heard one after another and close to each other; None where they were not."""
    heard = prompts_in(caller.heard(), {name: hotline.prompt(name) for name in dict.fromkeys(names)})
    for start in range(len(heard)):
        run = heard[start : start + len(names)]
        if [one.name for one in run] == names and all(-0.2 < later.start_s - one.end_s < 0.3 for one, later in pairwise(run)):
            return run[-1].end_s
    return None


async def hears_in_order(caller: Softphone, hotline: Hotline, names: list[str]) -> None:
    """Wait until he has heard these prompts as one announcement, and music right behind it."""
    async with asyncio.timeout(PATIENCE_S):
        while (ended_s := await asyncio.to_thread(heard_in_order, caller, hotline, names)) is None or caller.heard_s < ended_s + 1:
            await asyncio.sleep(0.3)
    assert tones_in(caller.heard(), NOTES_HZ, ended_s + 0.1, ended_s + 0.8), "no music came behind the announcement"


async def test_the_next_one_hears_so_then_music_and_a_better_place_when_it_comes(hotline: Hotline) -> None:
    first, first_call = await hotline.waiting(PUBLIC)
    second, second_call = await hotline.waiting(OTHER)
    shown = await hotline.call(second_call)
    assert (shown["position"], shown["expected_wait_s"]) == (2, None), "nobody is on duty"
    await hears_in_order(second, hotline, ["queue-place", "number-2", "queue-place-end"])
    await first.hears_prompt(hotline.prompt("queue-next"))
    await first.hang_up()
    await second.hears_prompt(hotline.prompt("queue-next"))
    await hotline.hears_music(second)
    seat = await hotline.seat(8004, ready=False)
    assert (await hotline.talk(second, seat)).zhida_call == second_call
    await second.hang_up()
    await hotline.ended(first_call, "abandoned")
    assert await announced(hotline, second_call, 2) == [(2, None), (1, None)]


async def test_the_expected_wait_is_told_shown_and_held_against_the_real_one(hotline: Hotline) -> None:
    seat = await hotline.seat(8004)
    talking, _ = await hotline.talking(seat, PUBLIC)
    caller, call_id = await hotline.waiting(OTHER)
    shown = (await hotline.api.get("/calls", state="waiting"))["items"][0]
    assert (shown["call_id"], shown["position"]) == (call_id, 1)
    assert 100 < shown["expected_wait_s"] <= 170
    (said,) = await announced(hotline, call_id)
    assert said == (1, said_minutes(shown["expected_wait_s"]))
    await hears_in_order(caller, hotline, [*prompts_saying(Told(position=said[0], minutes=said[1]))])
    await talking.hang_up()
    await hotline.talk(caller, seat)
    await caller.hang_up()
    call = await hotline.ended(call_id, "completed")
    assert (call["expected_at_join_s"], call["record"]["expected_position"]) == (shown["expected_wait_s"], 1)
    assert call["waited_s"] < call["expected_at_join_s"]
    code, told = await hotline.zhida("calls", "waits")
    assert code == 0
    assert "shorter than expected" in told, told
    async with aiohttp.ClientSession() as session, session.get(f"{hotline.lab.url()}/metrics") as answer:
        figures = await answer.text()
    assert 'zhida_wait_error_seconds_bucket{le="0.0"} 1.0' in figures, "one answer came earlier than expected"


async def test_a_dialled_number_has_its_own_language_and_says_less(hotline: Hotline) -> None:
    first, _ = await hotline.waiting(PUBLIC)
    caller = await hotline.calls(OTHER, dials="12346")
    english = hotline.prompt("queue-place").parents[1] / "en"
    await caller.hears_prompt(english / "queue-place.wav")
    await caller.hears_prompt(english / "queue-place-end.wav")
    await hotline.hears_music(caller)
    (call_id,) = [call["call_id"] for call in (await hotline.api.get("/calls", state="waiting"))["items"] if call["number"] == OTHER]
    assert await announced(hotline, call_id) == [(2, None)]
    await asyncio.gather(first.hang_up(), caller.hang_up())


async def test_a_seat_that_becomes_free_in_the_middle_of_an_announcement_rings_at_once(hotline: Hotline, tmp_path: Path) -> None:
    """The prompt is replaced by a long recording; what tells the order is what was heard, not a watch."""
    with hotline.long_prompt("queue-next", tmp_path) as long_file:
        caller, call_id = await hotline.waiting(PUBLIC)
        assert await announced(hotline, call_id) == [(1, None)]
        began, ready = caller.heard_s, time.monotonic()
        seat = await hotline.seat(8004, ready=False)
        ring = await seat.rings()
        hotline.measured("a phone registers in the middle of an announcement -> it rings", ring.event.monotonic - ready)
        assert ring.zhida_call == call_id
        rang = caller.heard_s
        await hotline.hears_music(caller)
        await hotline.talk_on(caller, seat)
        heard = await asyncio.to_thread(prompts_in, caller.heard(), {"queue-next": long_file})
        assert heard == [], "cut off, it was never heard to its end"
        assert rang - began < read_wav(long_file).seconds / 2, "it rang while there was more of the prompt to come than had been played"
        await caller.hang_up()
        await hotline.ended(call_id, "completed")


async def test_an_engine_that_is_started_again_tells_nobody_a_worse_place(hotline: Hotline) -> None:
    first, first_call = await hotline.waiting(PUBLIC)
    second, second_call = await hotline.waiting(OTHER)
    assert await announced(hotline, second_call) == [(2, None)]
    await hotline.killed("engine-1")
    await hotline.back()
    await hotline.call_is(second_call, "waiting")
    await hotline.hears_music(second)
    shown = await hotline.call(second_call)
    assert shown["position"] == 2
    await first.hang_up()
    assert await announced(hotline, second_call, 2) == [(2, None), (1, None)]
    await second.hang_up()
    await hotline.ended(first_call, "abandoned")
    await hotline.ended(second_call, "abandoned")
