"""A rush of calls for stories in which something breaks under it: who calls, how many were rung for, and what became of all."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lab.phones.bulk import BulkSeats, Seats
from lab.phones.sipp import Job, Sipp
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import NET

LONGEST_S: Final = 300
"""What a story of a rush may take where many others load the machine; by itself it takes 15 s."""
SEATS: Final = range(8004, 8011)
"""Of the group that serves everybody."""
A_SECOND: Final = 3
BURST: Final = 8
TALK_S: Final = 0.6
_FIRST: Final = 13900008100
_SERVED_S: Final = 120.0


@dataclass(slots=True, kw_only=True)
class Rush:
    """Callers, three a second, in bursts of eight; seven seats answer them at once."""

    hotline: Hotline
    folder: Path
    since: datetime
    seats: BulkSeats
    runs: AsyncExitStack
    callers: list[str] = field(default_factory=list)

    async def goes_on(self) -> list[str]:
        """Eight more begin to call; their numbers."""
        more = [str(_FIRST + len(self.callers) + number) for number in range(BURST)]
        job = Job(
            scenario="call",
            address=f"{NET}.2",
            target=f"{NET}.1:5060",
            dials="12345",
            rows=[(number,) for number in more],
            calls=BURST,
            rate=A_SECOND,
            hold_s=120,  # nobody gives up
        )
        await self.runs.enter_async_context(Sipp(job, self.folder / f"callers-{len(self.callers)}"))
        self.callers += more
        return more

    async def rung_for(self, callers: Collection[str], *, least: int = BURST) -> None:
        """Wait until phones have rung for so many of these."""
        async with asyncio.timeout(_SERVED_S):
            while len(set(self.seats.callers) & set(callers)) < least:
                await asyncio.sleep(0.05)

    async def is_over(self) -> dict[str, dict[str, Any]]:
        """Phones have rung for the last who called, nobody is on the line, no seat is stuck, no call is missing: the calls, by caller."""
        await asyncio.gather(*(self.hotline.back(engine) for engine in range(1, self.hotline.lab.engines + 1)))
        await self.rung_for(self.callers[-BURST:])
        await self.hotline.api.until("/calls?state=live", lambda page: page["items"] == [], within_s=_SERVED_S)
        await self.hotline.api.until("/seats?limit=200", _all_free, within_s=_SERVED_S)
        path = f"/calls?limit=200&state=ended&from={self.since:%Y-%m-%dT%H:%M:%S.%fZ}"
        await self.hotline.api.until(path, lambda page: all(call["end_reason"] for call in page["items"]), within_s=_SERVED_S)
        code, said = await self.hotline.zhida("audit", "--since", self.since.isoformat())
        assert code == 0, said
        return {call["number"].replace("-", ""): call for call in (await self.hotline.api.get(path))["items"]}


@asynccontextmanager
async def rush(hotline: Hotline, folder: Path) -> AsyncIterator[Rush]:
    """It has begun: phones have rung for some callers, and more come."""
    since = datetime.now(UTC)
    async with BulkSeats(Seats(numbers=list(SEATS), net=NET, hold_s=TALK_S), folder / "seats") as seats, AsyncExitStack() as runs:
        await asyncio.gather(*(hotline.seat_is(number, "ready") for number in SEATS))
        begun = Rush(hotline=hotline, folder=folder, since=since, seats=seats, runs=runs)
        await begun.rung_for(await begun.goes_on(), least=3)
        yield begun


def all_served(calls: dict[str, dict[str, Any]], callers: Collection[str]) -> None:
    """Each of these has talked with a seat, and there is a ticket of it."""
    assert calls.keys() >= set(callers), set(callers) - calls.keys()
    unserved = [call for number, call in calls.items() if number in callers and not (call["seat"] and call["ticket"])]
    assert not unserved, unserved
    assert {calls[number]["end_reason"] for number in callers} <= {"completed"}


def _all_free(page: dict[str, Any]) -> bool:
    return all(seat["call"] is None and seat["state"] in ("ready", "logged_out") for seat in page["items"])
