"""Three are on a call, and one after another leaves: in every order, and what it is for those who stay."""

import pytest

from tests.scenarios.hotline import Hotline
from tests.scenarios.scene import FIRST, consult, three_way_call

ORDERS = [
    ("caller",),  # the two others are no call: whichever of them would be next, both phones are hung up
    ("seat", "caller"),
    ("seat", FIRST, "caller"),
    (FIRST, "caller"),
    (FIRST, "seat", "caller"),
]


def told(order: tuple[str, ...]) -> str:
    return " then ".join("specialist" if who == FIRST else who for who in order)


@pytest.mark.parametrize("order", ORDERS, ids=told)
async def test_who_leaves_a_three_way_call_takes_nobody_with_him_but_the_caller(hotline: Hotline, order: tuple[str, ...]) -> None:
    scene = await three_way_call(hotline)
    await scene.sounds_right()
    for who in order:
        await scene.leaves(who)
    await scene.ends()


@pytest.mark.parametrize("order", ORDERS, ids=told)
async def test_who_leaves_a_consult_takes_nobody_with_him_but_the_caller(hotline: Hotline, order: tuple[str, ...]) -> None:
    scene = await consult(hotline)
    await scene.sounds_right()
    for who in order:
        await scene.leaves(who)
    await scene.ends()
