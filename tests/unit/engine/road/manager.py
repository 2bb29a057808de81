"""AMI as far as a call's road needs it, upon the exchange: what the engine asks of legs, and its link."""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from types import SimpleNamespace

from calls.errors import LegGone, PbxFault
from conference.errand import Attempt
from conference.transfer import Transfer
from pbx.ami.messages import AmiResponse
from pbx.ami.newcall import NewCall
from tests.unit.engine.road.exchange import Exchange
from tests.unit.engine.road.virtual import LoopClock


class Legs:
    """conference.legs.Legs on the exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def into_room(self, room: str, channel: str) -> None:
        await self._asked()
        leg = next((leg for leg in self._exchange.legs.values() if leg.channel == channel), None)
        if leg is None:
            raise LegGone("leg_gone", "Redirect failed.")
        leg.moved.set()
        room = next(caller.uniqueid for caller in self._exchange.callers.values() if caller.uniqueid in leg.phone.rung[-1:])
        self._exchange.joins(leg, room)

    async def ring_specialist(self, attempt: Attempt, room: str) -> None:
        await self._asked()
        self._exchange.rings_outside(attempt, room)

    async def ring_target(self, transfer: Transfer, room: str) -> None:
        await self._asked()
        self._exchange.rings_target(transfer, room)

    prefix = "zhida"

    async def order_call(self, call: NewCall) -> None:
        """pbx.ami.actions.AmiActions.order_call; what is ordered is noted, and placed by who tells the story."""
        await self._asked()
        self._exchange.ordered.append(call)

    async def dismiss(self, leg: str, *, taken: bool) -> None:
        await self.hang_up(leg)

    async def say_to(self, leg: str | Sequence[str], prompts: Sequence[str]) -> None:
        await self._asked()
    say_to_all = say_to

    async def hang_up(self, leg: str) -> None:
        await self._asked()
        if (caller := self._exchange.callers.get(leg)) is not None:
            caller.hang_up()
        if (found := self._exchange.legs.get(leg)) is not None:
            found.hang_up(16)

    async def out_of_room(self, room: str, channel: str) -> None:
        await self._asked()
        for caller in self._exchange.callers.values():
            if caller.channel == channel and (out := self._exchange.room.get(caller.uniqueid)) is not None:
                out()

    async def mute(self, room: str, leg: str, *, muted: bool) -> None:
        await self._asked()

    async def members(self, room: str) -> AbstractSet[str]:
        await self._asked()
        return set(self._exchange.room)

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        await self._asked()
        self._exchange.silent[channel] = muted

    async def there(self, room: str) -> AbstractSet[str]:
        await self._asked()
        return {*self._exchange.callers, *self._exchange.legs}

    async def _asked(self) -> None:
        await asyncio.sleep(0.0003)
        if not self._exchange.link_up:
            raise PbxFault("ami_down", "Asterisk cannot be asked.")


class Link:
    """The part of pbx.ami.link.AmiLink that reconciling needs."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @property
    def state(self) -> SimpleNamespace:
        return SimpleNamespace(up=self._exchange.link_up)

    @contextmanager
    def holding_events(self) -> Iterator[None]:
        yield

    async def action(self, name: str, **headers: str) -> AmiResponse:
        if name == "Hangup":
            await Legs(self._exchange).hang_up(headers["Channel"])
        else:
            assert name == "ConfbridgeKick"
            await Legs(self._exchange).out_of_room(headers["Conference"], headers["Channel"])
        return AmiResponse(ok=True, message="", headers={})

    async def snapshot(self, devices: Collection[str] = ()) -> SimpleNamespace:
        await Legs(self._exchange)._asked()
        callers = [caller.uniqueid for caller in self._exchange.callers.values() if not caller.gone.is_set()]
        members = tuple(SimpleNamespace(uniqueid=leg) for leg in self._exchange.room)
        return SimpleNamespace(
            taken_at=LoopClock().now(),
            channels=dict.fromkeys([*callers, *self._exchange.legs]),
            rooms={uniqueid: members for uniqueid in callers if members},
            devices={device: self._exchange.state(device) for device in devices},
            missing=0,
        )
