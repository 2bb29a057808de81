"""The live state of one hotline, as one engine sees it: the waiting room, the seats, the timers."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from redis.asyncio import Redis

from calls.clock import Clock
from calls.errors import Conflict, Refused
from calls.events import Announced, Event, Expected
from routing.expected import Outlook
from routing.waiting import CallState, Deliveries, LiveCall, Offer, OfferOutcome, Rules, Second
from seats.agents import Agent
from seats.seat import Phone, Seat, SeatDefinition
from seats.state import DEFERRED, SeatEvent
from store.redis import wire
from store.redis.keeper import ALIVE_S, Keeper
from store.redis.listener import deliver, listen
from store.redis.outlooks import read_outlooks
from store.redis.steps import Steps

log = structlog.get_logger(__name__)

_ANSWERED: Final = frozenset(CallState) - {CallState.IVR, CallState.WAITING, CallState.OFFERED}
_SEATS_AT_ONCE: Final = 100  # a step must stay small; defining 10,000 seats is many steps
_TIMERS_AT_ONCE: Final = 50


class RedisLiveState:
    """Implements `routing.waiting`'s WaitingRoom and Timers, and `routing.seat_board`'s SeatBoard; a step is one round trip to Redis.

    Two tasks belong to it, which its owner starts: `listen` and `keep_time`.

    Args:
        client: of `store.redis.connection.connect`; its owner closes it.
        hotline: the name all its keys are tagged with.
        engine_id: new at every start of the process, so that a call of its last life is seen to have no owner.
        redis_time: False takes the time from `clock` instead of Redis, for tests and simulations.
    """

    def __init__(self, client: Redis, *, hotline: str, engine_id: str, rules: Rules, clock: Clock, redis_time: bool = True) -> None:
        self._steps = Steps(client, hotline, engine_id, rules, clock, redis_time=redis_time)
        self._keeper = Keeper(self, clock)
        self._steps.on_due = self._keeper.due
        self._rematch = False

    @property
    def steps(self) -> Steps:
        """How this engine's steps are run, for what has files of its own."""
        return self._steps

    @property
    def engine_id(self) -> str:
        """The engine whose steps these are."""
        return self._steps.engine_id

    @property
    def rules(self) -> Rules:
        """What steps go by from now on; when they change, the next tick matches anew."""
        return self._steps.rules

    @rules.setter
    def rules(self, rules: Rules) -> None:
        self._rematch = self._rematch or rules != self._steps.rules
        self._steps.rules = rules

    # WaitingRoom

    async def arrive(self, call: LiveCall, facts: Sequence[Event]) -> LiveCall | None:
        """See `WaitingRoom.arrive`. A known call that waits gets no offer until it joins."""
        told = await self._steps.run("arrive", {"call": wire.call_to_wire(call, self._steps.clock.now())}, facts)
        return wire.call_from_wire(told["call"], told["ahead"]) if "call" in told else None

    async def join(self, call: LiveCall, facts: Sequence[Event], *, seat_id: str = "", left: str = "") -> Offer | None:
        """See `WaitingRoom.join`. A call that has a seat leaves it first; it keeps its rank."""
        named = {name: value for name, value in (("seat_id", seat_id), ("left", left)) if value}
        args = {"call": wire.call_to_wire(call, self._steps.clock.now()), **named}
        told = await self._steps.run("join", args, facts)
        return self._steps.offer(told)

    async def offer_ended(self, offer: Offer, outcome: OfferOutcome, *, cause: str = "", again: bool = False) -> Offer | None:
        """See `WaitingRoom.offer_ended`."""
        args = {"call_id": offer.call_id, "offer_id": offer.offer_id, "outcome": outcome, "cause": cause, "again": again}
        told = await self._steps.run("offer_ended", args)
        return self._steps.offer(told) or self._steps.offer(told, "meanwhile")

    async def answered(self, offer: Offer, *, seat_leg: str, seat_channel: str) -> bool:
        """See `WaitingRoom.answered`. Repeated, it is True again."""
        args = {"call_id": offer.call_id, "offer_id": offer.offer_id, "seat_leg": seat_leg, "seat_channel": seat_channel}
        return bool((await self._steps.run("answered", args))["done"])

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
        """See `WaitingRoom.change`. Raises: Conflict: the move is not between states of an answered call."""
        if state is not expect and not {expect, state} <= _ANSWERED:
            raise Conflict("call_change_illegal", f"call {call_id} cannot be moved from {expect} to {state}; use the waiting room's steps.")
        fields = {"room": room, "errand": errand, "recording": recording, "inside": inside}
        args: dict[str, Any] = {"call_id": call_id, "expect": expect, "state": state}
        args["set"] = {name: value for name, value in fields.items() if value is not None}
        if expect_errand is not None:
            args["expect_errand"] = expect_errand
        if expect_inside is not None:
            args["expect_inside"] = expect_inside
        return bool((await self._steps.run("change", args, facts))["done"])

    async def seat_left(self, call_id: str, seat_id: str) -> None:
        """See `WaitingRoom.seat_left`."""
        await self._steps.run("seat_left", {"call_id": call_id, "seat_id": seat_id})

    async def talk_over(self, call_id: str) -> LiveCall | None:
        """See `WaitingRoom.talk_over`."""
        told = await self._steps.run("talk_over", {"call_id": call_id})
        return wire.call_from_wire(told["call"], told["ahead"]) if "call" in told else None

    async def take_second(
        self, call_id: str, second: Second, *, expect: CallState, state: CallState, inside: str, expect_inside: str, facts: Sequence[Event]
    ) -> bool:
        """See `WaitingRoom.take_second`."""
        args: dict[str, Any] = {"call_id": call_id, "seat_id": second.seat_id, "leg": second.leg, "expect": expect, "state": state}
        args |= {"expect_inside": expect_inside, "set": {"inside": inside, "room": call_id}}
        args["lease_ms"] = round((second.ring_s + self.rules.lease_margin_s) * 1000)
        told = await self._steps.run("take_second", args, facts)
        if told.get("no") == "seat_unknown":
            raise Refused("seat_unknown", f"There is no seat {second.seat_id}.", seat_id=second.seat_id)
        if "no" in told:
            raise wire.seat_not_free(second.seat_id, told)
        return bool(told["done"])

    async def second_answered(self, call_id: str, leg: str) -> bool:
        """See `WaitingRoom.second_answered`."""
        return bool((await self._steps.run("second_answered", {"call_id": call_id, "leg": leg}))["done"])

    async def second_left(self, call_id: str, leg: str, event: SeatEvent) -> None:
        """See `WaitingRoom.second_left`."""
        await self._steps.run("second_left", {"call_id": call_id, "leg": leg, "event": event})

    async def complete(self, call_id: str, leg: str, *, expect: CallState, state: CallState, inside: str, facts: Sequence[Event]) -> bool:
        """See `WaitingRoom.complete`."""
        args = {"call_id": call_id, "leg": leg, "expect": expect, "state": state, "set": {"inside": inside}}
        return bool((await self._steps.run("complete", args, facts))["done"])

    async def end(self, call_id: str, reason: str, *, detail: str = "") -> None:
        """See `WaitingRoom.end`.

        Changes nothing where the call is in another living engine's hands and was not answered yet: the caller is then being
        served there, and this is late word from an engine that lost him.
        """
        told = await self._steps.run("end", {"call_id": call_id, "reason": reason, "detail": detail})
        if "ignored" in told:
            log.info("event_ignored", event_name="end", call_id=call_id, owner=told["ignored"])

    async def record(self, facts: Sequence[Event]) -> None:
        """See `WaitingRoom.record`."""
        await self._steps.run("record", facts=facts)

    async def call(self, call_id: str) -> LiveCall | None:
        """See `WaitingRoom.call`."""
        return next(iter(await self._calls([call_id])), None)

    async def calls(self) -> list[LiveCall]:
        """See `WaitingRoom.calls`."""
        return await self._calls(await self._steps.members("calls"))

    async def place(self, call_id: str) -> int | None:
        """See `WaitingRoom.place`."""
        place: int | None = (await self._steps.run("place", {"call_id": call_id})).get("place")
        return place

    async def missing_before(self, rank_ms: int) -> int:
        """See `WaitingRoom.missing_before`."""
        return await self._steps.count_before("orphans", rank_ms)

    async def outlooks(self, call_ids: Sequence[str]) -> dict[str, Outlook]:
        """See `WaitingRoom.outlooks`."""
        return await read_outlooks(self._steps, call_ids)

    async def expected(self, fact: Expected) -> bool:
        """See `WaitingRoom.expected`."""
        args = {"call_id": fact.call_id, "expected_ms": "" if fact.nobody_on_duty else round(fact.wait_s * 1000)}
        return bool((await self._steps.run("expected", args, [fact]))["done"])

    async def told(self, fact: Announced) -> bool:
        """See `WaitingRoom.told`."""
        said = {name: value for name, value in (("place", fact.position), ("minutes", fact.minutes)) if value}
        return bool((await self._steps.run("told", {"call_id": fact.call_id, **said}, [fact]))["done"])

    async def _calls(self, call_ids: Sequence[str]) -> list[LiveCall]:
        ahead, records = await self._steps.records("call:", call_ids)
        return [wire.call_from_wire(record, ahead) for record in records]

    # SeatBoard

    async def define(self, seats: Sequence[SeatDefinition]) -> None:
        """See `SeatBoard.define`. Many small steps; another engine may see some of them done."""
        wanted = {seat.seat_id: wire.seat_to_wire(seat) for seat in seats}
        gone = [seat_id for seat_id in await self._steps.members("seats") if seat_id not in wanted]
        given = list(wanted.values())
        for first in range(0, len(given), _SEATS_AT_ONCE):
            await self._steps.run("define", {"seats": given[first : first + _SEATS_AT_ONCE]})
        for first in range(0, len(gone), _SEATS_AT_ONCE):
            await self._steps.run("retire", {"seat_ids": gone[first : first + _SEATS_AT_ONCE]})

    async def ask(self, seat_id: str, event: SeatEvent, *, why: str, by: str) -> Seat:
        """See `SeatBoard.ask`."""
        if event not in DEFERRED:
            raise Conflict("seat_event_not_asked", f"{event} is not for a person to ask; allowed are {', '.join(DEFERRED)}.", event=event)
        told = await self._steps.run("ask", {"seat_id": seat_id, "event": event, "why": why, "by": by})
        log.info("seat_asked", seat_id=seat_id, event_name=event, why=why, by=by)
        return wire.seat_told(seat_id, event, told)

    async def phone(self, seat_id: str, phone: Phone, *, why: str = "", ready: bool = False) -> Seat | None:
        """See `SeatBoard.phone`. Saying the same again changes nothing, but `ready` counts every time."""
        why = why or ("its phone is not registered" if phone is Phone.UNREACHABLE else "its phone is there")
        told = await self._steps.run("phone", {"seat_id": seat_id, "phone": phone, "why": why, "ready": ready})
        return wire.seat_from_wire(told["seat"], told["ahead"]) if "seat" in told else None

    async def sign_in(self, seat_id: str, agent: Agent, event: SeatEvent, *, by: str) -> Seat:
        """See `SeatBoard.sign_in`."""
        args = {"seat_id": seat_id, "event": event, "by": by, **wire.agent_to_wire(agent)}
        told = await self._steps.run("sign_in", args)
        if "taken" in told:
            state, who = told["taken"]["state"], told["taken"]["who"]
            sentence = f"Seat {seat_id} is {state}, with {who}; it can be taken over after that call."
            raise Conflict("seat_taken", sentence, seat_id=seat_id, state=state)
        seat = wire.seat_told(seat_id, event, told)
        log.info("agent_signed_in", seat_id=seat_id, agent=agent.agent_id, by=by)
        return seat

    async def wrapped_up(self, seat_id: str, *, call_id: str = "", why: str = "the ticket is saved", by: str = "") -> Seat:
        """See `SeatBoard.wrapped_up`."""
        args = {"seat_id": seat_id, "call_id": call_id, "why": why, "by": by}
        return wire.seat_told(seat_id, SeatEvent.WRAPPED_UP, await self._steps.run("wrapped_up", args))

    async def extend(self, seat_id: str, more_s: float, *, by: str) -> Seat:
        """See `SeatBoard.extend`."""
        told = await self._steps.run("extend", {"seat_id": seat_id, "more_ms": round(more_s * 1000), "by": by})
        if "longest" in told:
            sentence = f"Seat {seat_id}'s wrap-up has all of its {self.rules.wrap_up_longest_s:g} s already."
            raise Conflict("wrap_up_longest", sentence, seat_id=seat_id)
        seat = wire.seat_told(seat_id, "extend", told)
        log.info("wrap_up_extended", seat_id=seat_id, until=str(seat.wrap_up_until), by=by)
        return seat

    async def seat(self, seat_id: str) -> Seat | None:
        """See `SeatBoard.seat`."""
        return next(iter(await self._seats([seat_id])), None)

    async def seats(self) -> list[Seat]:
        """See `SeatBoard.seats`."""
        return await self._seats(await self._steps.members("seats"))

    async def _seats(self, seat_ids: Sequence[str]) -> list[Seat]:
        ahead, records = await self._steps.records("seat:", seat_ids)
        return [wire.seat_from_wire(record, ahead) for record in records]

    # Timers

    async def tick(self) -> datetime | None:
        """See `Timers.tick`."""
        while True:
            args = {"most": _TIMERS_AT_ONCE, "rematch": self._rematch}
            told = await self._steps.run("tick", args)
            self._rematch = False
            if told["done"] < _TIMERS_AT_ONCE:
                due: datetime | None = told["due"]
                return due

    # Engines

    async def listen(self, deliveries: Deliveries) -> None:
        """Deliver what is meant for this engine until cancelled; what was missed while Redis was away, as soon as it is back."""
        await listen(self._steps, deliveries)

    async def keep_time(self) -> None:
        """Run the timers when they are due and show that this engine lives, until cancelled."""
        await self._keeper.keep()

    def heard(self, message: bytes, deliveries: Deliveries) -> None:
        """Deliver one message of this engine's channel: for who reads the channel himself instead of `listen`."""
        deliver(self._steps, json.loads(message), deliveries)

    def tell_due(self, told: Callable[[datetime], None]) -> None:
        """After each step `told` hears when the next timer is due, and has to `tick` then: for who keeps time himself."""
        self._steps.on_due = told

    async def beat(self) -> None:
        """This engine lives: for the next `ALIVE_S` seconds its calls are its own. `keep_time` does this."""
        await self._steps.run("beat", {"alive_ms": round(ALIVE_S * 1000)})

    async def sign_off(self) -> None:
        """This engine stops: its waiting calls get no offers until another engine takes them over."""
        await self._steps.run("sign_off")

    async def engines(self) -> list[str]:
        """The engines that live, this one among them once it has said so."""
        return sorted((await self._steps.run("engines")).get("engines", []))
