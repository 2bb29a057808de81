"""Many calls, seats that answer, decline or stay away, engines and Redis killed in between: in the end nothing is stuck or lost."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from lab.phones.bulk import BulkSeats, Does, Seats
from lab.phones.sipp import Job, Sipp
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import NET, Wanted

LAB = Wanted(
    engines=2,
    overrides=(
        "groups.priority.seats=8001-8020",
        "seats.wrap_up_s=0",
        "seats.ring_s=3",
        "seats.away_after_missed=false",
        "seats.retry_s=1",
        "after_call.rating=false",
        "fallback.engine_wait_s=60",
    ),
)
ANSWERING, DECLINING, RINGING = range(8001, 8009), range(8009, 8011), range(8011, 8013)
CALLERS = [(f"05158889{number:04d}",) for number in range(2000, 2120)]


@pytest.mark.alone
async def test_everybody_is_served_and_everything_is_written_down(hotline: Hotline, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        for does, numbers in ((Does.ANSWER, ANSWERING), (Does.DECLINE, DECLINING), (Does.RING, RINGING)):
            seats = Seats(numbers=list(numbers), net=NET, does=does, hold_s=0.4)
            await stack.enter_async_context(BulkSeats(seats, tmp_path / does))
        job = Job(
            scenario="call",
            address=f"{NET}.2",
            target=f"{NET}.1:5060",
            dials="12345",
            rows=CALLERS,
            calls=len(CALLERS),
            rate=12,
            hold_s=90,  # nobody gives up
        )
        async with Sipp(job, tmp_path / "callers") as callers:
            for part in ("engine-1", "engine-2", "redis"):
                await asyncio.sleep(1)  # the rush goes on meanwhile
                await hotline.killed(part)
                await asyncio.gather(hotline.back(1), hotline.back(2))
            result = await callers.finished(120)
        assert result.succeeded == len(CALLERS), result
        await hotline.api.until("/calls?state=live", lambda page: page["items"] == [])
        await hotline.api.until("/seats?limit=200", lambda page: all(seat["call"] is None for seat in page["items"]))
    code, said = await hotline.zhida("audit")
    assert code == 0, said
    calls = (await hotline.api.get("/calls", limit="200", state="ended"))["items"]
    served = {call["number"].replace("-", "") for call in calls if call["end_reason"] == "completed" and call["seat"]}
    assert served == {number for (number,) in CALLERS}
