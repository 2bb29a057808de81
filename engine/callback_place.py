"""Where and how an engine's call-backs begin, of its configuration and its Asterisks."""

from dataclasses import dataclass

from calls.clock import Clock
from config.derive import callback_rules
from config.settings import Settings
from engine.asterisks import Asterisks
from engine.callbacks import CallbackDesk, Place
from engine.decision import Decider
from engine.outside import Outside
from pbx.ami.actions import AmiActions
from pbx.ami.newcall import NewCall
from routing.callbacks import CallbackOrders
from store.redis.live import RedisLiveState


@dataclass(frozen=True, slots=True)
class OrderingHere:
    """On an Asterisk that is heard (engine.callbacks.Exchange)."""

    asterisks: Asterisks

    @property
    def prefix(self) -> str:
        """See `Exchange.prefix`."""
        return self.asterisks.heard.pbx.systemname

    async def order_call(self, call: NewCall) -> None:
        """See `Exchange.order_call`."""
        await AmiActions(self.asterisks.of(call.channel_id).link).order_call(call)


def callback_place(settings: Settings, decider: Decider, outside: Outside, number: int) -> Place:
    """How engine `number` calls back by these settings."""
    return Place(
        first=number - 1,
        offers_key=settings.queue.callback_key or "",
        shown=outside.caller_id,
        rules=callback_rules(settings),
        decider=decider,
        outside=lambda digits: outside.device(outside.digits(digits)),
    )


def callback_desk(orders: CallbackOrders, live: RedisLiveState, asterisks: Asterisks, clock: Clock, place: Place) -> CallbackDesk:
    """The engine's call-backs."""
    return CallbackDesk(orders=orders, waiting=live, exchange=OrderingHere(asterisks), legs=asterisks, clock=clock, place=place)
