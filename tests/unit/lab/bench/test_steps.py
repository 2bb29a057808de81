import pytest

from calls.errors import Fault
from lab.bench.steps import step_figures
from routing.waiting import LiveCall, Offer
from seats.seat import Phone, Seat, SeatDefinition


class Room:
    """Gives each call a seat while one is free."""

    def __init__(self, *, seats: int = 1000) -> None:
        self.free = 0
        self.most = seats
        self.waiting = 0
        self.ended: list[str] = []

    async def define(self, seats: list[SeatDefinition]) -> None:
        return

    async def phone(self, seat_id: str, phone: Phone, *, why: str = "", ready: bool = False) -> Seat | None:
        self.free = min(self.free + 1, self.most)
        return None

    async def place(self, call_id: str) -> int | None:
        return None

    async def join(self, call: LiveCall, facts: object) -> Offer | None:
        if not self.free:
            self.waiting += 1
            return None
        self.free -= 1
        return Offer(offer_id="1-1", call_id=call.call_id, seat_id="8001", group="priority", devices=("PJSIP/8001",), deadline=call.arrived)

    async def answered(self, offer: Offer, *, seat_leg: str, seat_channel: str) -> bool:
        return True

    async def end(self, call_id: str, reason: str, *, detail: str = "") -> None:
        self.ended.append(call_id)
        self.free += 1


async def test_each_call_gets_a_seat_and_gives_it_back() -> None:
    room = Room()
    figures = await step_figures(room, room, steps=10)  # type: ignore[arg-type]
    assert len(room.ended) == len(set(room.ended))
    assert figures.joined_and_matched[0] > 0


async def test_calls_without_a_seat_are_measured_behind_a_thousand_others() -> None:
    room = Room()
    await step_figures(room, room, steps=10)  # type: ignore[arg-type]
    assert room.waiting > 1000


async def test_a_hotline_that_is_not_empty_is_refused() -> None:
    with pytest.raises(Fault, match="not empty"):
        await step_figures(Room(seats=0), Room(seats=0), steps=10)  # type: ignore[arg-type]
