"""Every state of a conference: how one is reached, what the seat wants next, and in which order they leave then.

Something dies in each: in test_conference_crash every engine there is, in test_conference_outages one part of many.
"""

import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final

from lab.phones.behaviours import Answers, RingsForEver
from lab.phones.softphone import Softphone
from tests.scenarios.hotline import Hotline
from tests.scenarios.scene import FIRST, SECOND, Scene, consult, talking, three_way_call
from tests.scenarios.test_supervision import rung
from tests.scenarios.test_three_way import OFFICE, SECOND_OFFICE
from tests.scenarios.test_two_engines import api_of, engines_of

# ── the states: how one is reached, and what the seat wants next ──


async def nobody_rings_yet(hotline: Hotline) -> Scene:
    """The other engine has taken the wish for a specialist; the one that has the call did not come to act on it."""
    scene = await talking(hotline)
    holder, other = await engines_of(hotline, scene.call_id)
    hotline.world.script(OFFICE, RingsForEver())
    async with api_of(hotline, other) as scene.api:
        os.kill(hotline.lab.pid(f"engine-{holder}") or 0, signal.SIGSTOP)
        await scene.ask()
    return scene


async def office_rings(hotline: Hotline) -> Scene:
    scene = await talking(hotline)
    hotline.world.script(OFFICE, RingsForEver())
    await scene.ask()
    office = await hotline.world.phone(OFFICE)
    await office.rings()
    return scene


async def hears_who_calls(hotline: Hotline) -> Scene:
    """The specialist has picked up and is told what it is about; he has not pressed the key."""
    scene = await talking(hotline)
    hotline.world.script(OFFICE, Answers())
    await scene.ask()
    office = await hotline.world.phone(OFFICE)
    await office.talks()
    return scene


async def seat_gone(hotline: Hotline) -> Scene:
    scene = await three_way_call(hotline)
    await scene.leaves("seat")
    return scene


async def two_specialists(hotline: Hotline) -> Scene:
    scene = await three_way_call(hotline)
    await scene.apart()
    await scene.bring(SECOND, SECOND_OFFICE)
    await scene.all_together()
    return scene


async def barged_in(hotline: Hotline) -> Scene:
    supervisor = await hotline.seat(8010)
    scene = await talking(hotline)
    await rung(hotline, supervisor, scene.call_id, "barge")
    scene.company.append(supervisor)
    scene.room = True
    return scene


async def held(hotline: Hotline) -> Scene:
    scene = await talking(hotline)
    await scene.hold()
    return scene


async def target_rings(hotline: Hotline) -> Scene:
    """The seat hands the caller on to another seat, and wants to talk with it first."""
    return await handed_on(hotline, announced=True)


async def target_talks(hotline: Hotline) -> Scene:
    scene = await target_rings(hotline)
    await target_answers(scene)
    return scene


async def handed_on_blind(hotline: Hotline) -> Scene:
    return await handed_on(hotline, announced=False)


async def handed_on(hotline: Hotline, *, announced: bool) -> Scene:
    scene = await talking(hotline)
    await scene.hand_on(await hotline.seat(8002), announced=announced)
    return scene


async def taken_back(scene: Scene) -> None:
    await scene.resume()


async def target_answers(scene: Scene) -> None:
    """He presses nothing: a seat's phone is no answering machine."""
    target = phone_of(scene, "8002")
    await target.answer()
    scene.company.append(target)
    if scene.room:
        await scene.api.until(f"/calls/{scene.call_id}/transfer", lambda one: one["state"] == "joined")
    else:
        scene.alone = False


async def target_answers_and_takes_him(scene: Scene) -> None:
    await target_answers(scene)
    await scene.sounds_right()
    await completed(scene)


async def completed(scene: Scene) -> None:
    await scene.complete(phone_of(scene, "8002"))


def phone_of(scene: Scene, number: str) -> Softphone:
    (phone,) = (phone for phone in scene.hotline.phones.made if phone.number == number)
    return phone


async def brings_one_in(scene: Scene) -> None:
    await scene.bring()
    await scene.sounds_right()
    await scene.all_together()


async def one_comes_in_to_all(scene: Scene) -> None:
    await scene.bring()


async def the_office_is_rung(scene: Scene) -> None:
    await scene.hotline.world.is_called(OFFICE)
    await (await scene.hotline.world.phone(OFFICE)).rings()
    await he_picks_up(scene)


async def he_picks_up(scene: Scene) -> None:
    office = await scene.hotline.world.phone(OFFICE)
    await office.answer()
    await office.hears_prompt(scene.hotline.prompt("specialist-accept"))
    await he_presses(scene)


async def he_presses(scene: Scene) -> None:
    await (await scene.hotline.world.phone(OFFICE)).send_digits("1")
    await scene.comes()
    await scene.sounds_right()
    await scene.all_together()


async def joins(scene: Scene) -> None:
    await scene.all_together()


async def consults_again(scene: Scene) -> None:
    await scene.apart()
    await scene.sounds_right()
    await scene.all_together()


async def takes_the_second_out(scene: Scene) -> None:
    await scene.take_out(SECOND)


@dataclass(frozen=True, slots=True)
class State:
    """How it is reached, what is wished next, and in which order they leave then (the others end with the caller)."""

    reach: Callable[[Hotline], Awaitable[Scene]]
    next: Callable[[Scene], Awaitable[None]]
    leave: tuple[str, ...]


async def nothing(_: Scene) -> None:
    """There is nobody who could wish anything."""


FROZEN: Final = "consult, nobody rings yet"
STATES: Final = {
    "talking": State(talking, brings_one_in, (FIRST, "seat")),
    FROZEN: State(nobody_rings_yet, the_office_is_rung, ("seat", FIRST)),
    "consult, the office rings": State(office_rings, he_picks_up, (FIRST, "caller")),
    "consult, he hears who calls": State(hears_who_calls, he_presses, ("seat", "caller")),
    "consult": State(consult, joins, (FIRST, "seat")),
    "three-way": State(three_way_call, consults_again, ("seat", FIRST)),
    "three-way, the seat has left": State(seat_gone, nothing, (FIRST,)),
    "two specialists": State(two_specialists, takes_the_second_out, ("seat", FIRST)),
    "held": State(held, taken_back, ("seat",)),
    "announced transfer, the target's phone rings": State(target_rings, target_answers_and_takes_him, ("seat",)),
    "announced transfer, the target talks": State(target_talks, completed, ("seat",)),
    "blind transfer, the other seat's phone rings": State(handed_on_blind, target_answers, ("seat",)),
    "a supervisor barged in": State(barged_in, one_comes_in_to_all, ("seat", FIRST)),
}


# ── what is told of each ──

Dies = Callable[[Scene], AbstractAsyncContextManager[None]]
"""Inside, it has died, and somebody is there again who serves the call."""


async def goes_on_though(dies: Dies, hotline: Hotline, state: str) -> None:
    """Nobody notices, the next wish is granted, everybody leaves and nothing is left over."""
    scene = await STATES[state].reach(hotline)
    if state != FROZEN:
        await scene.sounds_right()
    async with scene.never_in_silence(), dies(scene):
        await scene.sounds_right()
        await STATES[state].next(scene)
        await scene.sounds_right()
        for who in STATES[state].leave:
            await scene.leaves(who)
        await scene.ends()


async def it_is_noticed(scene: Scene, who: str) -> None:
    """The specialist who stays has the caller with him; or the seat sees that nobody is with it, and goes back to the caller."""
    if who == "seat":
        scene.alone = False
        await scene.hotline.seat_is(8001, "ready")
    else:
        await scene.api.until(f"/conferences/{scene.call_id}", lambda one: [it["kind"] for it in one["members"]][-1] == "seat")
        if scene.alone:
            await scene.all_together()
    await scene.sounds_right()
