"""A part of many dies in the middle of a conference: its engine, Redis, the link to Asterisk, the recorders.

It goes on as where every engine dies (test_conference_crash), but in the states in which what dies makes another difference.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from tests.scenarios.hotline import Hotline
from tests.scenarios.house import TWO_ENGINES
from tests.scenarios.scene import FIRST, Scene
from tests.scenarios.states import STATES, Dies, goes_on_though, it_is_noticed
from tests.scenarios.test_outages import cut_off
from tests.scenarios.test_two_engines import api_of, engines_of

LAB = TWO_ENGINES


@asynccontextmanager
async def its_engine(scene: Scene) -> AsyncIterator[None]:
    hotline = scene.hotline
    holder, other = await engines_of(hotline, scene.call_id)
    async with api_of(hotline, other) as scene.api:
        with hotline.lab.nothing_restarted():
            await hotline.killed(f"engine-{holder}")
            yield
    await hotline.back(holder)


@asynccontextmanager
async def redis(scene: Scene) -> AsyncIterator[None]:
    hotline = scene.hotline
    with hotline.lab.nothing_restarted():
        await hotline.killed("redis")
        await scene.sounds_right()
    await asyncio.gather(hotline.back(1), hotline.back(2))
    yield


@asynccontextmanager
async def the_link_to_asterisk(scene: Scene) -> AsyncIterator[None]:
    async with cut_off(scene.hotline):
        await scene.sounds_right()
    yield


@asynccontextmanager
async def the_recorders(scene: Scene) -> AsyncIterator[None]:
    for engine in (1, 2):
        os.kill(scene.hotline.recorder(engine), signal.SIGKILL)
    yield


KILLED: Final[dict[Dies, tuple[str, ...]]] = {
    # with another engine at hand only the hand-over is quicker: told where the caller is in an engine's hands, in a Dial, in a room
    its_engine: ("talking", "consult, the office rings", "consult", "three-way"),
    # the engines live on, and only what they wait for differs: a phone, a wish, somebody who leaves
    redis: ("consult, the office rings", "consult", "three-way"),
    # what is missed is who comes into the room, and who leaves it
    the_link_to_asterisk: ("consult, he hears who calls", "three-way"),
    # it only writes down what the engines have told Redis, whatever that was
    the_recorders: ("three-way",),
}


@pytest.mark.parametrize(("dies", "state"), [(dies, state) for dies, among in KILLED.items() for state in among])
async def test_it_dies_and_the_conference_goes_on(hotline: Hotline, dies: Dies, state: str) -> None:
    await goes_on_though(dies, hotline, state)


@pytest.mark.parametrize(("state", "who"), [("consult", FIRST), ("three-way", "seat")])
async def test_who_leaves_while_the_link_to_asterisk_is_cut_is_missed_afterwards(hotline: Hotline, state: str, who: str) -> None:
    scene = await STATES[state].reach(hotline)
    await scene.sounds_right()
    async with scene.never_in_silence():
        async with cut_off(hotline):
            await scene.goes_unseen(who)
            await scene.sounds_right()
        await it_is_noticed(scene, who)
        await scene.ends()


async def test_after_all_this_nothing_is_missing(hotline: Hotline) -> None:
    code, said = await hotline.zhida("audit")
    assert code == 0, said
