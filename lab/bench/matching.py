"""The matcher of a very large hotline in its worst hour: every seat talks, and many more callers wait than there are seats."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Final

from calls.errors import Fault
from routing.seat_board import SeatBoard
from routing.waiting import CallState, LiveCall, Offer, Rung, WaitingRoom
from seats.seat import Phone, SeatDefinition

_AT_ONCE: Final = 16
"""Steps under way at once, so that Redis is what is measured and not the way to it."""
_GROUPS: Final = ("priority", "qilai", "general")
_WISHES: Final[tuple[dict[str, int], ...]] = ({}, {"税务": 2}, {"english": 1}, {"税务": 4})
_SMALL_SHARE: Final = 100
_ROUNDS: Final = 5
"""The two take turns, so that what else the machine does meanwhile slows both down alike."""

Memory = Callable[[], Awaitable[int]]
"""Bytes that Redis' keys take."""
OpenHotline = Callable[[str], AbstractAsyncContextManager[tuple[WaitingRoom, SeatBoard]]]
"""The waiting room and the seats of an empty hotline of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingFigures:
    """One hotline of so many talking seats and waiting calls beside one of a hundredth of that.

    Args:
        steps_per_s: while calls end, the seats take the next ones, and new ones come. small_steps_per_s: of the small one.
        call_bytes: what one more waiting call takes of Redis.
    """

    seats: int
    waiting: int
    steps_per_s: float
    small_steps_per_s: float
    call_bytes: float

    @property
    def growth(self) -> float:
        """How much longer a step takes where there is a hundred times as much of everything."""
        return self.small_steps_per_s / self.steps_per_s if self.steps_per_s else 0.0

    def lines(self) -> Iterable[str]:
        """For people."""
        yield f"{self.seats:,} talking seats, {self.waiting:,} waiting calls: {self.steps_per_s:,.0f} steps a second;"
        told = f"a waiting call takes {self.call_bytes:,.0f} bytes"
        yield f"  a step takes {self.growth:.2f} times as long as with a hundredth of both; {told}"


async def matching_figures(open_hotline: OpenHotline, memory: Memory, *, seats: int, waiting: int, steps: int) -> MatchingFigures:
    """Build both hotlines, and do so many steps on each, in turns. The small one is large enough to be busy all the time.

    Raises: Fault: a hotline was not empty, or does not do what it should.
    """
    async with open_hotline("matching-small") as few, open_hotline("matching-large") as many:
        small = _Rush(*few, seats=max(_AT_ONCE, seats // _SMALL_SHARE), waiting=max(8 * _AT_ONCE, waiting // _SMALL_SHARE))
        large = _Rush(*many, seats=seats, waiting=waiting)
        await small.builds_up(memory)
        call_bytes = await large.builds_up(memory)
        rates = [(await small.rate(steps // _ROUNDS), await large.rate(steps // _ROUNDS)) for _ in range(_ROUNDS)]
    return MatchingFigures(
        seats=seats,
        waiting=waiting,
        steps_per_s=median(rate for _, rate in rates),
        small_steps_per_s=median(rate for rate, _ in rates),
        call_bytes=call_bytes,
    )


class _Rush:
    def __init__(self, room: WaitingRoom, board: SeatBoard, *, seats: int, waiting: int) -> None:
        self._room, self._board = room, board
        self._seats = [_seat(number) for number in range(seats)]
        self._waiting = waiting
        self._came = 0
        self._talking: dict[str, str] = {}

    async def builds_up(self, memory: Memory) -> float:
        """Every seat talks, then so many wait; bytes of each of them."""
        await self._board.define(self._seats)
        await _all(self._board.phone(seat.seat_id, Phone.IDLE, ready=True) for seat in self._seats)
        await _all(self._is_served_at_once() for _ in self._seats)
        before = await memory()
        await _all(self._comes() for _ in range(self._waiting))
        return (await memory() - before) / self._waiting

    async def rate(self, steps: int) -> float:
        """Steps a second: a call ends, its seat takes the first in line and answers, and another call comes."""
        rounds = max(1, steps // 3 // _AT_ONCE)
        seats = [seat.seat_id for seat in self._seats[:_AT_ONCE]]
        began = time.perf_counter()
        await asyncio.gather(*(self._goes_on(seat_id, rounds) for seat_id in seats))
        return 3 * rounds * len(seats) / (time.perf_counter() - began)

    async def _is_served_at_once(self) -> None:
        call = self._call({})
        offer = await self._room.join(call, ())
        if offer is None:
            raise Fault("bench_failed", "A call got no seat though seats were ready: the hotline measured on is not empty.")
        await self._answers(offer)

    async def _comes(self) -> None:
        await self._room.join(self._call(_WISHES[self._came % len(_WISHES)]), ())

    async def _goes_on(self, seat_id: str, rounds: int) -> None:
        for _ in range(rounds):
            await self._room.end(self._talking[seat_id], "completed")
            seat = await self._board.seat(seat_id)
            if seat is None or not seat.offer_id:
                raise Fault("bench_failed", f"Seat {seat_id} became free and took none of the waiting calls.")
            await self._answers(
                Offer(offer_id=seat.offer_id, call_id=seat.call_id, seat_id=seat_id, group="", devices=(), deadline=datetime.now(UTC))
            )
            await self._comes()

    async def _answers(self, offer: Offer) -> None:
        await self._room.answered(offer, seat_leg=f"leg-{offer.seat_id}", seat_channel=f"PJSIP/{offer.seat_id}-1")
        self._talking[offer.seat_id] = offer.call_id

    def _call(self, wishes: dict[str, int]) -> LiveCall:
        now, number = datetime.now(UTC), self._came
        self._came += 1
        groups = [_GROUPS[(number + place) % len(_GROUPS)] for place in range(len(_GROUPS))]
        return LiveCall(
            call_id=f"bench-{number}",
            state=CallState.WAITING,
            engine="bench",
            caller_class=("public", "key_enterprise")[number % 2],
            number=f"0515{number:08}",
            name="示例机械有限公司 四星级",
            channel=f"PJSIP/zhida-carrier-{number:08x}",
            rank_ms=int(now.timestamp() * 1000) - 300_000 * (number % 2),
            arrived=now,
            queued=now,
            ladder=(Rung(group=groups[0], after_s=0), Rung(group=groups[1], after_s=0), Rung(group=groups[2], after_s=7200, wants={})),
            skills=wishes,
            enterprise="示例机械有限公司",
        )


def _seat(number: int) -> SeatDefinition:
    seat_id = str(10_000_000 + number)
    return SeatDefinition(seat_id=seat_id, devices=(f"PJSIP/{seat_id}",), groups=_GROUPS, skills={"税务": 1 + number % 5, "english": 1})


async def _all(steps: Iterable[Awaitable[object]]) -> None:
    """Do them, several at once."""
    waiting = iter(steps)

    async def some() -> None:
        for step in waiting:
            await step

    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
