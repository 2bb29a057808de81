"""Twenty callers at once, twenty seats: everybody is served, no seat twice, and all of it is written down."""

import asyncio
import itertools
from pathlib import Path

import pytest

from lab.phones.bulk import BulkSeats, Seats
from lab.phones.sipp import Job, run_sipp
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import NET, Wanted

LAB = Wanted(overrides=("groups.priority.seats=8001-8020", "seats.wrap_up_s=0", "after_call.rating=false"))
SEATS = [str(number) for number in range(8001, 8021)]
CALLERS = [f"05158889{number:04d}" for number in range(1000, 1060)]


@pytest.mark.alone
async def test_sixty_calls_on_twenty_seats_are_all_served_and_all_recorded(hotline: Hotline, tmp_path: Path) -> None:
    seats = BulkSeats(Seats(numbers=SEATS, net=NET, hold_s=0.5), tmp_path / "seats")
    await seats.start()
    try:
        await asyncio.gather(*(hotline.seat_is(int(seat), "ready") for seat in SEATS))
        job = Job(
            scenario="call",
            address=f"{NET}.2",
            target=f"{NET}.1:5060",
            dials="12345",
            rows=[(number,) for number in CALLERS],
            calls=len(CALLERS),
            rate=20,  # with half a second of talk ten seats are busy at a time
            hold_s=90,  # nobody gives up
        )
        result = await run_sipp(job, tmp_path / "callers", within_s=120)
        assert (result.succeeded, result.failed) == (len(CALLERS), 0), result
        page = await hotline.api.until("/calls?limit=200&state=ended", lambda page: len(_of_ours(page)) == len(CALLERS))
    finally:
        await seats.stop()
    calls = _of_ours(page)
    assert {call["end_reason"] for call in calls} == {"completed"}
    records = await asyncio.gather(*(hotline.call(call["call_id"]) for call in calls))
    spans = sorted((span["id"], span["since"], span["until"]) for record in records for span in record["on_line"] if span["who"] == "seat")
    assert len(spans) == len(CALLERS)
    for (seat, _, until), (next_seat, since, _) in itertools.pairwise(spans):
        assert seat != next_seat or until <= since, f"seat {seat} was in two calls at once"


def _of_ours(page: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return [call for call in page["items"] if call["number"].replace("-", "") in CALLERS and call["end_reason"]]
