"""Every engine dies in the middle of a conference, in every state of it.

Whoever heard each other goes on hearing each other, the caller is never alone without music; then the engine that was started
again takes the seat's next wish, everybody leaves, and nothing is left over.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from lab.phones.sound import read_wav
from lab.phones.tones import silences
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import TWO_ENGINES
from tests.scenarios.scene import A_MOMENT_S, FIRST, Scene, three_way_call
from tests.scenarios.states import STATES, goes_on_though, it_is_noticed

LAB = TWO_ENGINES


@asynccontextmanager
async def every_engine(scene: Scene) -> AsyncIterator[None]:
    hotline = scene.hotline
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1", "engine-2")
        await scene.sounds_right()
    await asyncio.gather(hotline.back(1), hotline.back(2))
    scene.api = hotline.api
    yield


@pytest.mark.parametrize("state", STATES)
async def test_it_dies_and_the_conference_goes_on(hotline: Hotline, state: str) -> None:
    await goes_on_though(every_engine, hotline, state)


@pytest.mark.parametrize("who", ["seat", FIRST])
@pytest.mark.parametrize("state", ["consult", "three-way"])
async def test_who_leaves_while_no_engine_lives_is_missed_by_the_next_one(hotline: Hotline, state: str, who: str) -> None:
    scene = await STATES[state].reach(hotline)
    await scene.sounds_right()
    async with scene.never_in_silence():
        with hotline.lab.nothing_restarted():
            await hotline.killed("engine-1", "engine-2")
            await scene.goes_unseen(who)
            await scene.sounds_right()
        await asyncio.gather(hotline.back(1), hotline.back(2))
        await it_is_noticed(scene, who)
        await scene.ends()


async def test_the_caller_is_asked_for_his_rating_again_where_the_engine_that_asked_is_dead(hotline: Hotline) -> None:
    scene = await three_way_call(hotline)
    for who in (FIRST, "seat"):
        await scene.leaves(who)
    asked_s = scene.caller.heard_s
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1", "engine-2")
        async with scene.never_in_silence():  # while his key was awaited nothing was sent to him
            await hotline.hears_music(scene.caller)
    await asyncio.gather(hotline.back(1), hotline.back(2))
    await hotline.hears_prompt_again(scene.caller, "rate", after_s=asked_s)
    assert silences(read_wav(scene.caller.heard()).between(asked_s, None), least_s=A_MOMENT_S) == []
    await scene.caller.send_digits("4")
    await scene.caller.call_ended()
    assert (await hotline.ended(scene.call_id, "completed"))["record"]["rating"] == 4


async def test_a_pause_of_the_recording_goes_on_where_every_engine_dies(hotline: Hotline) -> None:
    scene = await three_way_call(hotline)
    await scene.sounds_right()
    await scene.api.ask("POST", f"/calls/{scene.call_id}/recording/pause")
    async with scene.never_in_silence(), every_engine(scene):
        await scene.sounds_right()
        await scene.api.ask("POST", f"/calls/{scene.call_id}/recording/resume")
        await scene.sounds_right()
        for who in ("seat", FIRST):
            await scene.leaves(who)
        await scene.ends()
    [pause] = (await hotline.manifest(scene.call_id))["pauses"]
    paused_s = (datetime.fromisoformat(pause["until"]) - datetime.fromisoformat(pause["since"])).total_seconds()
    sound = (await hotline.recording(scene.call_id)).sound
    for side in (0, 1):
        assert max(until_s - since_s for since_s, until_s in silences(sound.channel(side))) > paused_s - 0.5


async def test_after_all_this_nothing_is_missing(hotline: Hotline) -> None:
    code, said = await hotline.zhida("audit")
    assert code == 0, said
