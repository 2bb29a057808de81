"""A hotline in virtual time: two engines, a few words for what happens to it, and a look at what Redis holds."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from calls.events import Arrived, Event, Queued, from_document, to_ms
from routing.waiting import CallState, LiveCall, Offer, OfferOutcome, Rung
from seats.agents import Agent
from seats.seat import Phone, Seat, SeatDefinition
from seats.state import SeatEvent, SeatState
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class VirtualClock:
    """Stands still until told otherwise."""

    def __init__(self) -> None:
        self.wall = MORNING
        self.passed_s = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.passed_s

    def pass_s(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.passed_s += seconds

    def step_s(self, seconds: float) -> None:
        """The wall clock is set; no time passes."""
        self.wall += timedelta(seconds=seconds)


class Received:
    """What was delivered to an engine."""

    def __init__(self) -> None:
        self.offers: list[Offer] = []
        self.pokes: list[str] = []

    def offered(self, offer: Offer) -> None:
        self.offers.append(offer)

    def poked(self, call_id: str) -> None:
        self.pokes.append(call_id)


def levels(skills: str) -> dict[str, int]:
    """`levels("tax:3 english")`; a skill without a level has the first."""
    return {skill: int(level or 1) for skill, _, level in (one.partition(":") for one in skills.split())}


def a_seat(seat_id: str, *groups: str, skills: str = "", places: str = "") -> SeatDefinition:
    return SeatDefinition(
        seat_id=seat_id,
        devices=(f"PJSIP/{seat_id}",),
        groups=groups or ("priority",),
        skills=levels(skills),
        places=levels(places),
    )


def ladder(*rungs: str) -> tuple[Rung, ...]:
    """`ladder("priority", "qilai@8", "general@16 tax:1", "general@30 -")`: from 16 s at most tax 1 is wanted, from 30 s nothing."""
    split = [(*opens.partition("@"), limit) for opens, _, limit in (rung.partition(" ") for rung in rungs)]
    return tuple(
        Rung(group=group, after_s=float(after or 0), wants=levels(limit.strip("-")) if limit else None) for group, _, after, limit in split
    )


class Hotline:
    """One hotline with the engines `a` and `b`; what is said here without naming an engine, `a` does."""

    def __init__(self, a: RedisLiveState, b: RedisLiveState, clock: VirtualClock) -> None:
        self.a, self.b, self.clock = a, b, clock

    async def seats(self, *seats: SeatDefinition) -> None:
        """These are configured, and each is ready a second before the next."""
        await self.a.define(seats)
        for seat in seats:
            await self.signs_in(seat.seat_id)
            self.clock.pass_s(1)

    async def signs_in(self, seat_id: str) -> None:
        await self.a.phone(seat_id, Phone.IDLE)
        await self.a.sign_in(seat_id, Agent(agent_id=f"agent {seat_id}"), SeatEvent.MAKE_READY, by=seat_id)

    def a_call(
        self, call_id: str, *rungs: str, caller: str = "public", bonus_s: int = 0, skills: str = "", number: str = "051588880001"
    ) -> LiveCall:
        now = self.clock.now()
        return LiveCall(
            call_id=call_id,
            state=CallState.WAITING,
            engine="a",
            caller_class=caller,
            number=number,
            name="盐城某某机械厂",
            channel=f"PJSIP/carrier-{call_id}",
            rank_ms=to_ms(now) - bonus_s * 1000,
            arrived=now,
            queued=now,
            ladder=ladder(*(rungs or ("priority",))),
            skills=levels(skills),
        )

    async def calls(
        self,
        call_id: str,
        *rungs: str,
        by: RedisLiveState | None = None,
        caller: str = "public",
        bonus_s: int = 0,
        skills: str = "",
        number: str = "051588880001",
    ) -> Offer | None:
        """A call comes in and waits; a tenth of a second passes."""
        call = self.a_call(call_id, *rungs, caller=caller, bonus_s=bonus_s, skills=skills, number=number)
        live = by or self.a
        offer = await live.join(replace(call, engine=live.engine_id), self.facts_of(call))
        self.clock.pass_s(0.1)
        return offer

    def facts_of(self, call: LiveCall) -> list[Event]:
        at = self.clock.now()
        arrived = Arrived(
            call_id=call.call_id, at=at, number=call.number, raw_number=call.number, trunk="carrier", dialled="12345", channel=call.channel
        )
        return [arrived, Queued(call_id=call.call_id, at=at, rank_ms=call.rank_ms)]

    async def talks(self, call_id: str, *rungs: str, number: str = "051588880001") -> Offer:
        """A call comes in and is answered at once."""
        offer = await self.calls(call_id, *rungs, number=number)
        assert offer is not None
        assert await self.a.answered(offer, seat_leg=f"leg-{offer.seat_id}", seat_channel=f"PJSIP/{offer.seat_id}-1")
        return offer

    async def declines(self, offer: Offer | None) -> Offer | None:
        assert offer is not None
        return await self.a.offer_ended(offer, OfferOutcome.DECLINED, cause="486")

    async def cannot_be_rung(self, offer: Offer | None) -> Offer | None:
        assert offer is not None
        return await self.a.offer_ended(offer, OfferOutcome.UNREACHABLE, cause="CHANUNAVAIL 20")

    async def after(self, seconds: float) -> None:
        """Time passes, and whatever becomes due meanwhile is done on time, by either engine."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while (due := await self.b.tick()) is not None and due <= until:
            self.clock.pass_s((due - self.clock.now()).total_seconds())
        self.clock.pass_s((until - self.clock.now()).total_seconds())
        await self.a.tick()

    async def open_offer(self, call_id: str) -> Offer | None:
        """The offer that is open for the call."""
        call = await self.call(call_id)
        if not call.offer_id:
            return None
        return Offer(offer_id=call.offer_id, call_id=call_id, seat_id=call.seat_id, group="", devices=(), deadline=self.clock.now())

    async def call(self, call_id: str) -> LiveCall:
        call = await self.a.call(call_id)
        assert call is not None, f"{call_id} is not known"
        return call

    async def seat(self, seat_id: str) -> Seat:
        seat = await self.a.seat(seat_id)
        assert seat is not None, f"{seat_id} is not known"
        return seat

    async def state(self, seat_id: str) -> SeatState:
        return (await self.seat(seat_id)).state

    async def rung_for(self, call_id: str) -> str:
        """The seat that is being rung for the call, or ""."""
        call = await self.call(call_id)
        return call.seat_id if call.state is CallState.OFFERED else ""


async def recorded(stream: EventStream) -> list[Event]:
    """All facts not read yet."""
    events = []
    for entry in await stream.read(limit=1000, wait_s=0):
        event = from_document(as_document(entry.text))
        assert event is not None
        events.append(event)
    return events


def as_document(text: str | bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    return document


def kinds(events: Sequence[Event]) -> list[str]:
    return [event.kind for event in events]
