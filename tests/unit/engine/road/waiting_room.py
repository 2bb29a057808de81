"""Live state without Redis: the oracle of its Lua (tests/unit/store/redis/model.py), shared by several engines."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from calls.errors import Conflict, StoreFault
from calls.events import Announced, Event, Expected, to_document, to_ms
from routing.expected import Outlook
from routing.waiting import CallState, Deliveries, LiveCall, Offer, OfferOutcome, Rules, Second
from seats.seat import Phone, Seat, SeatDefinition
from seats.state import SeatEvent
from tests.unit.engine.orders import MemoryOrders
from tests.unit.engine.road.virtual import LoopClock
from tests.unit.store.redis import model_second
from tests.unit.store.redis.model import Model
from tests.unit.store.redis.model_outlook import expected, outlook, told
from tests.unit.store.redis.model_state import ModelCall, ModelSeat
from tests.unit.store.redis.model_timers import beat, tick

STEP_S = 0.0004


class Redis:
    """What all engines share; while `away`, every step is a StoreFault."""

    def __init__(self, rules: Rules) -> None:
        self.clock = LoopClock()
        self.rules = rules
        self.model = Model(rules)
        self.away = False
        self.engines: dict[str, Deliveries] = {}
        self.fields: dict[str, dict[str, str]] = {}
        self.orders = MemoryOrders()
        self.lost_messages = False
        self._given: set[str] = set()

    def emptied(self) -> None:
        """It was started again without its data."""
        self.model = Model(self.rules)

    async def step(self) -> Model:
        """A round trip. Raises: StoreFault."""
        await asyncio.sleep(STEP_S)
        if self.away:
            raise StoreFault("redis_away", "Redis does not answer.")
        self.model.at(to_ms(self.clock.now()))
        return self.model

    def tell(self) -> None:
        """What the step said to engines is on its way."""
        said, self.model.said = self.model.said, []
        for engine, kind, what in said:
            if self.lost_messages or engine not in self.engines:
                continue
            if kind == "poke":
                asyncio.get_running_loop().call_later(STEP_S, self.engines[engine].poked, what)
            else:
                call = next(call for call in self.model.calls.values() if call.offer_id == what)
                asyncio.get_running_loop().call_later(STEP_S, self._deliver, self.engines[engine], self.offer(call))

    def _deliver(self, engine: Deliveries, offer: Offer) -> None:
        if self.given(offer) is not None:
            engine.offered(offer)

    def given(self, offer: Offer) -> Offer | None:
        """An offer reaches its engine once, as a step's answer or as a message."""
        if offer.offer_id in self._given:
            return None
        self._given.add(offer.offer_id)
        return offer

    def offer(self, call: ModelCall) -> Offer:
        deadline = self.clock.now() + timedelta(milliseconds=call.deadline - self.model.now)
        devices = self.model.seats[call.seat_id].devices
        return Offer(
            offer_id=call.offer_id, call_id=call.call_id, seat_id=call.seat_id, group=call.group, devices=devices, deadline=deadline
        )

    async def keeps_time(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            if not self.away:
                tick(await self.step(), rematch=False)
                self.tell()

    def kinds(self, call_id: str) -> list[str]:
        """What was recorded of the call, in order."""
        return [str(fact["kind"]) for fact in self.model.facts if fact["call_id"] == call_id]

    def fact(self, call_id: str, kind: str) -> Any:  # noqa: ANN401  JSON
        """The last fact of this kind."""
        return [fact for fact in self.model.facts if fact["call_id"] == call_id and fact["kind"] == kind][-1]


class LiveRoom:
    """One engine's view (routing.waiting's WaitingRoom, SeatBoard)."""

    def __init__(self, redis: Redis, engine_id: str) -> None:
        self.redis = redis
        self.engine_id = engine_id
        self.dead = False

    async def _step(self) -> Model:
        if self.dead:
            await asyncio.Event().wait()
        return await self.redis.step()

    async def beats(self) -> None:
        while True:
            try:
                beat(await self._step(), self.engine_id, 5000)
                self.redis.tell()
            except StoreFault:
                pass
            await asyncio.sleep(1)

    async def arrive(self, call: LiveCall, facts: Sequence[Event]) -> LiveCall | None:
        model = await self._step()
        known = model.arrive(call, [to_document(fact) for fact in facts], self.engine_id)
        self.redis.tell()
        return self._live(model.calls[call.call_id]) if known else None

    async def join(self, call: LiveCall, facts: Sequence[Event], *, seat_id: str = "", left: str = "") -> Offer | None:
        model = await self._step()
        return self._returned(model.join(call, [to_document(fact) for fact in facts], self.engine_id, seat_id, left))

    async def offer_ended(self, offer: Offer, outcome: OfferOutcome, *, cause: str = "", again: bool = False) -> Offer | None:
        model = await self._step()
        found = model.offer_ended(offer.call_id, offer.offer_id, outcome, cause, self.engine_id, again=again)
        return self._returned(found)

    async def answered(self, offer: Offer, *, seat_leg: str, seat_channel: str) -> bool:
        model = await self._step()
        done = model.answered(offer.call_id, offer.offer_id, seat_leg, seat_channel)
        self.redis.tell()
        return done

    async def change(
        self,
        call_id: str,
        *,
        expect: CallState,
        state: CallState,
        facts: Sequence[Event] = (),
        room: str | None = None,
        errand: str | None = None,
        expect_errand: str | None = None,
        recording: str | None = None,
        inside: str | None = None,
        expect_inside: str | None = None,
    ) -> bool:
        model = await self._step()
        call = model.calls.get(call_id)
        if call is None or (expect_errand is not None and call.errand != expect_errand):
            return False
        if expect_inside is not None and call.inside != expect_inside:
            return False
        done = model.change(call_id, expect, state, [to_document(fact) for fact in facts], call.errand if errand is None else errand)
        if done:
            call.inside = call.inside if inside is None else inside
            given = {"room": room, "recording": recording}
            self.redis.fields.setdefault(call_id, {}).update({name: value for name, value in given.items() if value is not None})
        self.redis.tell()
        return done

    async def take_second(
        self, call_id: str, second: Second, *, expect: CallState, state: CallState, inside: str, expect_inside: str, facts: Sequence[Event]
    ) -> bool:
        model, documents = await self._step(), [to_document(fact) for fact in facts]
        done = model_second.take_second(model, call_id, second, (expect, state), (expect_inside, inside), documents)
        self.redis.tell()
        if done not in ("done", ""):
            raise Conflict(done, f"Seat {second.seat_id}: {done}.")
        if done:
            self.redis.fields.setdefault(call_id, {})["room"] = call_id
        return done == "done"

    async def second_answered(self, call_id: str, leg: str) -> bool:
        answered = model_second.second_answered(await self._step(), call_id, leg)
        self.redis.tell()
        return answered

    async def second_left(self, call_id: str, leg: str, event: SeatEvent) -> None:
        model_second.second_left(await self._step(), call_id, leg, event)
        self.redis.tell()

    async def complete(
        self, call_id: str, leg: str, *, expect: CallState, state: CallState, inside: str, facts: Sequence[Event]
    ) -> bool:
        model, documents = await self._step(), [to_document(fact) for fact in facts]
        done = model_second.complete(model, call_id, leg, (expect, state), inside, documents)
        self.redis.tell()
        return done

    async def seat_left(self, call_id: str, seat_id: str) -> None:
        (await self._step()).seat_left(call_id, seat_id)
        self.redis.tell()

    async def talk_over(self, call_id: str) -> LiveCall | None:
        call = (await self._step()).talk_over(call_id, self.engine_id)
        self.redis.tell()
        return self._live(call) if call is not None else None

    async def end(self, call_id: str, reason: str, *, detail: str = "") -> None:
        (await self._step()).end(call_id, reason, detail, self.engine_id)
        self.redis.tell()

    async def record(self, facts: Sequence[Event]) -> None:
        (await self._step()).facts += [to_document(fact) for fact in facts]

    async def call(self, call_id: str) -> LiveCall | None:
        call = (await self._step()).calls.get(call_id)
        return self._live(call) if call is not None else None

    async def calls(self) -> list[LiveCall]:
        return [self._live(call) for call in (await self._step()).calls.values()]

    async def missing_before(self, rank_ms: int) -> int:
        return sum(call.orphan and call.rank < rank_ms for call in (await self._step()).calls.values())

    async def engines(self) -> list[str]:
        return sorted((await self._step()).engines)

    async def define(self, seats: Sequence[SeatDefinition]) -> None:
        (await self._step()).define(seats)

    async def ask(self, seat_id: str, event: SeatEvent, *, why: str, by: str) -> None:
        (await self._step()).ask(seat_id, event, why)
        self.redis.tell()

    async def phone(self, seat_id: str, phone: Phone, *, why: str = "", ready: bool = False) -> Seat | None:
        model = await self._step()
        if seat_id not in model.seats:
            return None
        model.phone(seat_id, phone, why, ready=ready)
        self.redis.tell()
        return self._seat(model.seats[seat_id])

    async def seats(self) -> list[Seat]:
        return [self._seat(seat) for seat in (await self._step()).seats.values()]

    # ──

    def _returned(self, call: ModelCall | None) -> Offer | None:
        self.redis.tell()
        return self.redis.given(self.redis.offer(call)) if call is not None and call.offer_id else None

    async def outlooks(self, call_ids: Sequence[str]) -> dict[str, Outlook]:
        model = await self._step()
        found = {call_id: outlook(model, call_id) for call_id in call_ids}
        return {call_id: one for call_id, one in found.items() if one is not None}

    async def expected(self, fact: Expected) -> bool:
        return expected(await self._step(), fact, self.engine_id)

    async def told(self, fact: Announced) -> bool:
        return told(await self._step(), fact, self.engine_id)

    def _live(self, call: ModelCall) -> LiveCall:
        more = self.redis.fields.get(call.call_id, {})
        return replace(
            call.given,
            state=call.state,
            engine=call.engine,
            opened=call.opened,
            offer_id=call.offer_id,
            seat_id=call.seat_id,
            seat_leg=call.seat_leg,
            seat_channel=call.seat_channel,
            errand=call.errand,
            room=more.get("room", ""),
            recording=more.get("recording", ""),
            inside=call.inside,
            second=call.second,
        )

    def _seat(self, seat: ModelSeat) -> Seat:
        return Seat(
            seat_id=seat.seat_id,
            state=seat.state,
            since=self.redis.clock.now(),
            why=seat.why,
            phone=seat.phone,
            devices=seat.devices,
            groups=seat.groups,
            skills=seat.skills,
            agent=seat.agent,
            call_id=seat.call_id,
            offer_id=seat.offer_id,
        )
