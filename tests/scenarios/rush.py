"""A rush of calls for stories in which something breaks under it: who calls, how many were rung for, and what became of all."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lab.phones.bulk import BulkSeats, Seats
from lab.phones.latency import invites
from lab.phones.sipp import Job, Sipp
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import NET

SEATS: Final = range(8004, 8011)
"""Of the group that serves everybody."""
CALLERS: Final = tuple(f"1390000{number:04d}" for number in range(8100, 8130))
A_SECOND: Final = 3
TALK_S: Final = 0.6
_SERVED_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """Thirty callers, three a second, and seven seats that answer at once."""

    hotline: Hotline
    since: datetime
    callers: Sipp
    seats: BulkSeats

    @property
    def called(self) -> list[str]:
        """Who has called so far."""
        return [number for number, _ in invites(self.callers.folder)]

    async def rung_for(self, more: int) -> None:
        """Wait until phones have rung for so many more callers than now."""
        wanted = len(set(self.seats.callers)) + more
        async with asyncio.timeout(_SERVED_S):
            while len(set(self.seats.callers)) < wanted:
                await asyncio.sleep(0.05)

    async def is_over(self) -> dict[str, dict[str, Any]]:
        """Everybody has called, nobody is on the line, no seat is stuck, no call is missing: the calls, by caller."""
        await asyncio.gather(*(self.hotline.back(engine) for engine in range(1, self.hotline.lab.engines + 1)))
        async with asyncio.timeout(_SERVED_S):
            while len(self.called) < len(CALLERS):
                await asyncio.sleep(0.1)
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
    async with BulkSeats(Seats(numbers=list(SEATS), net=NET, hold_s=TALK_S), folder / "seats") as seats:
        await asyncio.gather(*(hotline.seat_is(number, "ready") for number in SEATS))
        job = Job(
            scenario="call",
            address=f"{NET}.2",
            target=f"{NET}.1:5060",
            dials="12345",
            rows=[(number,) for number in CALLERS],
            calls=len(CALLERS),
            rate=A_SECOND,
            hold_s=60,  # nobody gives up
        )
        async with Sipp(job, folder / "callers") as callers:
            begun = Rush(hotline=hotline, since=since, callers=callers, seats=seats)
            await begun.rung_for(3)
            yield begun


def all_served(calls: dict[str, dict[str, Any]], callers: Collection[str] = CALLERS) -> None:
    """Each of these has talked with a seat, and there is a ticket of it."""
    assert calls.keys() >= set(callers), set(callers) - calls.keys()
    unserved = [call for number, call in calls.items() if number in callers and not (call["seat"] and call["ticket"])]
    assert not unserved, unserved
    assert {calls[number]["end_reason"] for number in callers} <= {"completed"}


def _all_free(page: dict[str, Any]) -> bool:
    return all(seat["call"] is None and seat["state"] in ("ready", "logged_out") for seat in page["items"])
