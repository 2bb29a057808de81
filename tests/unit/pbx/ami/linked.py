"""An AmiLink to a FakeAsterisk, with times short enough for a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from calls.clock import SystemClock
from pbx.ami.link import AmiLink
from pbx.ami.settings import AmiLogin, LinkTimes
from pbx.ami.upkeep import LinkState
from tests.unit.pbx.ami.builders import SYSTEMNAME, Heard
from tests.unit.pbx.ami.fake_asterisk import HOST, FakeAsterisk

QUICK = LinkTimes(
    connect_s=3,
    login_s=3,
    boot_s=0.5,
    answer_s=3,
    ping_every_s=30,
    ping_s=0.05,
    reconcile_s=0.5,
    retry_first_s=0.01,
    retry_most_s=0.05,
)


class Downs:
    """An `on_down` that can be waited for."""

    def __init__(self) -> None:
        self.states: asyncio.Queue[LinkState] = asyncio.Queue()

    def __call__(self, state: LinkState) -> None:
        self.states.put_nowait(state)

    async def next(self) -> LinkState:
        async with asyncio.timeout(30):
            return await self.states.get()


class Linked:
    """A link, what it heard and when it went down."""

    def __init__(self, asterisk: FakeAsterisk, *, times: LinkTimes = QUICK, on_up: Callable[[], Awaitable[None]] | None = None) -> None:
        self.heard = Heard()
        self.downs = Downs()
        login = AmiLogin(host=HOST, port=asterisk.port, username="zhida", secret="s3cret", systemname=SYSTEMNAME)
        self.link = AmiLink(login, clock=SystemClock(), events=self.heard, on_up=on_up, on_down=self.downs, times=times)


@asynccontextmanager
async def linked(
    asterisk: FakeAsterisk, *, on_up: Callable[[], Awaitable[None]] | None = None, up: bool = True, **times: float
) -> AsyncIterator[Linked]:
    """A started link; already up unless told otherwise."""
    it = Linked(asterisk, times=replace(QUICK, **times), on_up=on_up)  # type: ignore[arg-type]
    it.link.start()
    try:
        if up:
            await it.link.wait_up(5)
        yield it
    finally:
        await it.link.close()
