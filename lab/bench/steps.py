"""The steps of the waiting room on a real Redis, beside the smallest step there is."""

import time
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from calls.errors import Fault
from lab.phones.latency import latency
from routing.seat_board import SeatBoard
from routing.waiting import CallState, LiveCall, Offer, Rung, WaitingRoom
from seats.seat import Phone, SeatDefinition

T = TypeVar("T")
_GROUP: Final = "priority"
_SEATS: Final = 20
_WARM_UP: Final = 20
_WAITING: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFigures:
    """Microseconds of one step, with the way to Redis and back.

    Args:
        asked: a step that only asks and finds nothing: what any step takes at least.
        joined_and_matched: a call comes and gets a seat. answered: that seat picks up. ended: the call is over, the seat free.
        joined_behind: a call comes while a thousand wait before it and no seat is free.
    """

    asked: tuple[float, float]
    joined_and_matched: tuple[float, float]
    answered: tuple[float, float]
    ended: tuple[float, float]
    joined_behind: tuple[float, float]


class _Watch:
    def __init__(self) -> None:
        self.times_s: dict[str, list[float]] = defaultdict(list)

    async def timed(self, name: str, step: Awaitable[T]) -> T:
        began = time.perf_counter()
        done = await step
        self.times_s[name].append(time.perf_counter() - began)
        return done

    def us(self, name: str) -> tuple[float, float]:
        found = latency([time_s * 1000 for time_s in self.times_s[name][_WARM_UP:]])
        return found.p50_ms * 1000, found.p99_ms * 1000


async def step_figures(room: WaitingRoom, board: SeatBoard, *, steps: int) -> StepFigures:
    """So many of each. The hotline must be one of its own, and empty."""
    watch = _Watch()
    seats = [SeatDefinition(seat_id=str(8001 + number), devices=(f"PJSIP/{8001 + number}",), groups=(_GROUP,)) for number in range(_SEATS)]
    await board.define(seats)
    for seat in seats:
        await board.phone(seat.seat_id, Phone.IDLE, ready=True)
    for number in range(steps + _WARM_UP):
        await watch.timed("asked", room.place("nobody"))
        offer = _made(await watch.timed("joined_and_matched", room.join(_call(number), ())))
        await watch.timed("answered", room.answered(offer, seat_leg=f"leg-{number}", seat_channel=f"PJSIP/{offer.seat_id}-1"))
        await watch.timed("ended", room.end(offer.call_id, "completed"))
    for number in range(_SEATS + _WAITING):
        await room.join(_call(number), ())
    for number in range(_WAITING, _WAITING + steps // 10 + _WARM_UP):
        await watch.timed("joined_behind", room.join(_call(_SEATS + number), ()))
    return StepFigures(
        asked=watch.us("asked"),
        joined_and_matched=watch.us("joined_and_matched"),
        answered=watch.us("answered"),
        ended=watch.us("ended"),
        joined_behind=watch.us("joined_behind"),
    )


def _call(number: int) -> LiveCall:
    now = datetime.now(UTC)
    return LiveCall(
        call_id=f"bench-{number}",
        state=CallState.WAITING,
        engine="bench",
        caller_class="key_enterprise",
        number=f"05158889{number % 10_000:04}",
        name="示例机械有限公司 四星级",
        channel=f"PJSIP/zhida-carrier-{number:08x}",
        rank_ms=int(now.timestamp() * 1000) - 300_000,
        arrived=now,
        queued=now,
        ladder=(Rung(group=_GROUP, after_s=0), Rung(group="qilai", after_s=8), Rung(group="general", after_s=16)),
        enterprise="示例机械有限公司",
    )


def _made(offer: Offer | None) -> Offer:
    if offer is None:
        raise Fault("bench_failed", "A call got no seat though seats were ready: the hotline measured on is not empty.")
    return offer
