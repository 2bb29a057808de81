"""Call-backs, as one engine places, keeps and ends them: the orders' side of what `engine.road` then serves like any call."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from calls.clock import Clock
from calls.errors import Conflict, Fault, PbxFault, Refused, StoreFault
from calls.events import CallbackAsked, CallbackOrdered, Event, from_ms, to_ms
from calls.masking import masked
from conference.legs import Legs
from engine.decision import Decider, Decision
from pbx.ami.newcall import CallerId, NewCall
from routing.callbacks import CallbackOrder, CallbackOrders, CallbackRules, Cause, Reach, is_callback, new_call_id
from routing.plan import opened_first
from routing.waiting import CallState, LiveCall, WaitingRoom
from tickets.callbacks import CallbackTask

log = structlog.get_logger(__name__)

_KEEP_EVERY_S: Final = 15.0
_SOON_S: Final = 5.0
_NO_SEAT_S: Final = 30.0
_DONE_S: Final = 6 * 3600.0
"""Longer than the records may be late: the list still has him while they are, and he must not be called again."""
_UNANSWERED: Final = frozenset({CallState.IVR, CallState.WAITING, CallState.OFFERED})
_MARK: Final = "回拨"
"""Stands before the name on the seat's phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How this engine calls back; a reload puts another one in its place.

    Args:
        first: which of the dialplan's engines this one is, from 0.
        offers_key: the key by which a waiting caller chooses it, "" where there is none.
        shown: the number that he who is called back sees. rules: the hotline's.
        outside: a number as people write it -> the device that rings it. Raises: Refused: it cannot be called.
    """

    first: int
    offers_key: str
    shown: str
    rules: CallbackRules
    decider: Decider
    outside: Callable[[str], str]


class Exchange(Protocol):
    """Where call-backs begin."""

    @property
    def prefix(self) -> str:
        """What every call id of the Asterisk begins with on which one is to be placed now."""
        ...

    async def order_call(self, call: NewCall) -> None:
        """Place it on the Asterisk that its ids are of; returns once that took the order. Raises: PbxFault, Refused."""
        ...


class CallbackDesk:
    """One engine's call-backs."""

    def __init__(
        self,
        *,
        orders: CallbackOrders,
        waiting: WaitingRoom,
        exchange: Exchange,
        legs: Legs,
        clock: Clock,
        place: Place,
    ) -> None:
        self.orders = orders
        self.place = place
        self._waiting = waiting
        self._exchange = exchange
        self._legs = legs
        self._clock = clock
        self._standing: dict[str, LiveCall] = {}
        self._wishes: dict[str, CallbackOrder] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # ── who may choose it, and who has ──

    def key_for(self, decision: Decision) -> str:
        """The key by which this caller may choose to be called back; "" where he has no number that may be called.

        What an untrusted trunk claims to be his number may be anybody's.
        """
        if not self.place.offers_key or not decision.number or not decision.identity.trusted:
            return ""
        try:
            self.place.outside(decision.number)
        except Refused:
            return ""
        return self.place.offers_key

    async def asked(self, call: LiveCall, *, trunk: str, dialled: str, group: str) -> None:
        """Note that he has: his own call takes no seat from now on."""
        await self._waiting.arrive(call, ())
        await self._waiting.record([CallbackAsked(call_id=call.call_id, at=self._clock.now(), digit=self.place.offers_key)])
        log.info("callback_asked", number=masked(call.number))
        self._wishes[call.call_id] = CallbackOrder(
            call_id=self._new_id(),
            task_id=call.call_id,
            number=call.number,
            cause=Cause.ASKED,
            by="caller",
            seat_id="",
            arrived_ms=to_ms(call.arrived),
            since_ms=to_ms(self._clock.now()),
            trunk=trunk,
            dialled=dialled,
            group=group,
            wait_s=self.place.rules.wait_s,
        )

    def forget_wish(self, call_id: str) -> None:
        """He is on the line still: the engine that has him next keeps his place by himself."""
        self._wishes.pop(call_id, None)

    async def begin_asked(self, call_id: str) -> None:
        """His line has ended: where he asked for it, his place is a virtual call's from now on.

        Where that cannot be made now, the list makes it soon.
        """
        order = self._wishes.pop(call_id, None)
        if order is None:
            return
        try:
            await self._begin(order)
        except Fault as fault:
            log.warning("callback_not_begun", code=fault.code, why=fault.sentence)

    async def begin(self, task: CallbackTask, cause: Cause) -> None:
        """His turn has come. Raises: StoreFault, PbxFault."""
        wait_s = self.place.rules.wait_s if cause is Cause.ASKED else 0.0
        await self._begin(self._order(task, cause=cause, by="caller" if cause is Cause.ASKED else "engine", wait_s=wait_s))

    async def call(self, task: CallbackTask, seat_id: str, by: str) -> str:
        """A person wants it now, for this seat; the id of the call.

        Raises: Conflict: he is being called back already. StoreFault, PbxFault.
        """
        if (holder := await self.orders.holder(task.number)) and not await self._made_way(holder):
            raise Conflict("callback_under_way", f"The caller is being called back already by call {holder}.", call_id=holder)
        order = replace(self._order(task, cause=Cause.CLICKED, by=by, wait_s=0.0), seat_id=seat_id)
        if not await self._begin(order, though_resting=True):
            raise Conflict("callback_under_way", "The caller is being called back already.", task_id=task.task_id)
        return order.call_id

    async def _made_way(self, call_id: str) -> bool:
        """A virtual call that only waits gives its number up for the seat that wants it."""
        order, live = await self.orders.order(call_id), await self._waiting.call(call_id)
        if order is None or live is None or live.state not in (CallState.IVR, CallState.WAITING):
            return False
        await self.orders.over(order, rest_s=_SOON_S)
        await self._hang_up(call_id)
        return True

    def _order(self, task: CallbackTask, *, cause: Cause, by: str, wait_s: float) -> CallbackOrder:
        return CallbackOrder(
            call_id=self._new_id(),
            task_id=task.task_id,
            number=task.number,
            cause=cause,
            by=by,
            seat_id="",
            arrived_ms=to_ms(task.arrived),
            since_ms=since_ms(task),
            trunk=task.trunk,
            dialled=task.dialled,
            group=task.group,
            wait_s=wait_s,
        )

    def _new_id(self) -> str:
        return new_call_id(self._exchange.prefix, to_ms(self._clock.now()), f"{secrets.randbelow(1_000_000):06d}")

    async def _begin(self, order: CallbackOrder, *, though_resting: bool = False) -> bool:
        """Lease the number, and have Asterisk make the call; False where somebody else has the number."""
        if holder := await self.orders.place(order, though_resting=though_resting):
            log.debug("callback_held", holder=holder)
            return False
        digits = "".join(character for character in order.number if character.isdecimal())
        new = NewCall(
            dial=f"Local/{order.dialled}@zhida-callback/n",
            context="zhida-reach",
            exten="s",
            channel_id=order.line_id,
            other_id=order.call_id,
            timeout_s=order.wait_s + 3600.0,
            variables={"ZHIDA_ORDER": order.call_id, "ZHIDA_FIRST": str(self.place.first)},
            caller_id=CallerId(number=digits),
        )
        try:
            await self._exchange.order_call(new)
        except (PbxFault, Refused):
            await self.orders.over(order, rest_s=_SOON_S)
            raise
        log.info("callback_begun", callback=order.call_id, task=order.task_id, cause=order.cause, number=masked(order.number))
        return True

    # ── carrying it out ──

    def groups_for(self, task: CallbackTask) -> Sequence[str]:
        """The groups that may call this one back."""
        decision = self._decided(task.number, task.trunk, task.dialled, task.group, self._clock.now())
        return [rung.group for rung in decision.plan.ladder]

    def decision(self, order: CallbackOrder) -> Decision:
        """Who is called back, and by which ladder: that of this hour, or where it is closed that of his own; his menu choice first."""
        now = self._clock.now()
        decision = self._decided(order.number, order.trunk, order.dialled, order.group, now)
        if decision.plan.ladder:
            return decision
        return replace(self._decided(order.number, order.trunk, order.dialled, order.group, from_ms(order.arrived_ms)), at=now)

    def _decided(self, number: str, trunk: str, dialled: str, group: str, at: datetime) -> Decision:
        decision = self.place.decider.decide(raw_number=number, trunk=trunk, dialled=dialled, at=at)
        plan = decision.plan
        if group in self.place.decider.rules.labels and plan.ladder and plan.ladder[0].group != group:
            plan = replace(plan, ladder=opened_first(group, plan.ladder))
        return replace(decision, plan=plan)

    def call_of(self, order: CallbackOrder, call: LiveCall, decision: Decision) -> LiveCall:
        """The call as live state wants it: his own arrival and rank, and as much of the ladder open as he has waited for."""
        waited_s = max(0.0, (to_ms(decision.at) - order.arrived_ms) / 1000)
        ladder = [replace(rung, after_s=max(0.0, rung.after_s - waited_s)) for rung in decision.plan.ladder]
        return replace(
            call,
            name=f"{_MARK} {call.name}".strip(),
            arrived=from_ms(order.arrived_ms),
            rank_ms=order.arrived_ms - decision.plan.rank_bonus_s * 1000,
            ladder=() if order.seat_id else tuple(ladder),
            skills=call.skills if order.seat_id else decision.plan.skills,
        )

    def fact_of(self, order: CallbackOrder) -> Event:
        """What makes the call's record a call-back's."""
        return CallbackOrdered(
            call_id=order.call_id, at=self._clock.now(), task_id=order.task_id, cause=order.cause, by=order.by, seat_id=order.seat_id
        )

    @asynccontextmanager
    async def kept(self, order: CallbackOrder) -> AsyncIterator[None]:
        """While this engine has the call, nobody else calls that number back."""
        keeping = asyncio.create_task(self._keep(order), name=f"lease of {order.call_id}")
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _keep(self, order: CallbackOrder) -> None:
        while True:
            try:
                await self.orders.keep(order)
            except StoreFault as fault:
                log.warning("callback_lease_not_kept", code=fault.code)
            await asyncio.sleep(_KEEP_EVERY_S)

    async def reached(self, call_id: str) -> bool:
        """Whether the caller picked up."""
        try:
            return await self.orders.reach(call_id) == Reach.REACHED
        except StoreFault:
            return False

    async def end_reason(self, live: LiveCall) -> str:
        """Why a call-back ended whose line is gone."""
        if live.state in _UNANSWERED:
            return "withdrawn"
        return "completed" if await self.reached(live.call_id) else "not_reached"

    async def over(self, call_id: str, reason: str) -> None:
        """The call has ended: let the number rest for as long as that asks for."""
        rest = {"completed": _DONE_S, "not_reached": self.place.rules.every_s, "no_seat": _NO_SEAT_S}
        try:
            order = await self.orders.order(call_id)
            if order is not None:
                await self.orders.over(order, rest_s=rest.get(reason, _SOON_S))
        except StoreFault as fault:
            log.warning("callback_lease_not_given_back", code=fault.code)  # it ends by itself

    # ── he calls again himself, or is taken off the list ──

    def stand(self, calls: Sequence[LiveCall]) -> None:
        """The call-backs that wait for a seat now."""
        self._standing = {call.number: call for call in calls if is_callback(call.call_id) and call.state in _UNANSWERED}

    def take_place(self, call: LiveCall) -> LiveCall:
        """The caller's own call: where a call-back waits for him, it takes that one's place, and that one ends."""
        standing = self._standing.pop(call.number, None) if call.number else None
        if standing is None:
            return call
        log.info("callback_withdrawn", callback=standing.call_id, why="he called again")
        task = asyncio.create_task(self._withdraw_soon(standing.number, standing.call_id), name=f"withdraw {standing.call_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return replace(call, rank_ms=min(call.rank_ms, standing.rank_ms))

    async def withdraw(self, number: str) -> None:
        """End a call-back of this number for which no seat has answered yet. Raises: StoreFault."""
        if number and (holder := await self.orders.holder(number)):
            await self._withdraw(number, holder)

    async def _withdraw(self, number: str, call_id: str) -> None:
        live = await self._waiting.call(call_id)
        if live is not None and live.number == number and live.state in _UNANSWERED:
            await self._hang_up(call_id)

    async def _hang_up(self, call_id: str) -> None:
        try:
            await self._legs.hang_up(call_id)
        except Fault as fault:
            log.warning("callback_not_withdrawn", callback=call_id, code=fault.code)

    async def _withdraw_soon(self, number: str, call_id: str) -> None:
        try:
            await self._withdraw(number, call_id)
        except StoreFault as fault:
            log.warning("callback_not_withdrawn", callback=call_id, code=fault.code)


def since_ms(task: CallbackTask) -> int:
    """When he last left, or asked for it."""
    return to_ms(max(filter(None, (task.left, task.asked))))
