"""How a story of one call is told."""

import asyncio
from collections.abc import Awaitable, Callable

from pbx.agi.results import Ending, Heard
from tests.unit.pbx.agi.fake_call import FakeCall
from tests.unit.pbx.agi.virtual_time import play

PLAYED = Heard(ending=Ending.PLAYED)
INTERRUPTED = Heard(ending=Ending.INTERRUPTED)

Story = Callable[[FakeCall], Awaitable[None]]


def story(tell: Story) -> Callable[[], None]:
    """Tell it of a call in virtual time, whole and byte by byte."""

    async def told(piece: int) -> None:
        call = FakeCall(piece=piece)
        async with asyncio.timeout(3600):
            await tell(call)

    def test() -> None:
        play(told(4096))
        play(told(1))

    test.__name__ = getattr(tell, "__name__", "story")
    return test
