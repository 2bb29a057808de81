"""What supervisors do, in live state: who is on which call, calls moved and sent away, seats forced."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import structlog

from calls.errors import Conflict, Refused, ZhidaError
from calls.events import Event
from routing.dispatching import How, WayOut
from routing.live_call import not_live
from seats.seat import Seat
from seats.state import DEFERRED, SeatEvent
from store.redis import wire
from store.redis.connection import store_faults
from store.redis.steps import Steps

log = structlog.get_logger(__name__)


class RedisSupervision:
    """Implements `conference.supervision.SupervisionBook` and `routing.dispatching.Dispatch`."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    # SupervisionBook

    async def supervision(self, call_id: str) -> str:
        """See `SupervisionBook.supervision`."""
        with store_faults():
            text = cast("bytes | None", await self._steps.client.hget(self._steps.key("supervised"), call_id))
        return text.decode() if text else ""

    async def supervisions(self) -> Mapping[str, str]:
        """See `SupervisionBook.supervisions`."""
        with store_faults():
            held = cast("dict[bytes, bytes]", await self._steps.client.hgetall(self._steps.key("supervised")))
        return wire.record_from_wire(held)

    async def supervise(self, call_id: str, *, was: str, now: str, facts: Sequence[Event] = ()) -> bool:
        """See `SupervisionBook.supervise`."""
        return bool((await self._steps.run("supervise", {"call_id": call_id, "was": was, "now": now}, facts))["done"])

    # Dispatch

    async def move(self, call_id: str, how: How, to: str, facts: Sequence[Event]) -> None:
        """See `Dispatch.move`."""
        told = await self._steps.run("move", {"call_id": call_id, "how": how, "to": to}, facts)
        if "no" in told:
            raise _why_not(call_id, to, told)

    async def send_away(self, call_id: str, way: WayOut, facts: Sequence[Event]) -> None:
        """See `Dispatch.send_away`."""
        told = await self._steps.run("send_away", {"call_id": call_id, "errand": way.to_errand()}, facts)
        if "no" in told:
            raise _why_not(call_id, "", told)

    async def force(self, seat_id: str, event: SeatEvent, *, why: str) -> Seat:
        """See `Dispatch.force`."""
        if event not in DEFERRED:
            raise Conflict("seat_event_not_asked", f"{event} is not for a person to ask; allowed are {', '.join(DEFERRED)}.", event=event)
        told = await self._steps.run("force", {"seat_id": seat_id, "event": event, "why": why})
        return wire.seat_told(seat_id, event, told)


def _why_not(call_id: str, to: str, told: Mapping[str, Any]) -> ZhidaError:
    match told["no"]:
        case "unknown":
            return not_live(call_id)
        case "not_waiting":
            sentence = f"Call {call_id} is {told['state']}; only a call that waits for a seat, or rings at one, can be moved or sent away."
            return Conflict("call_not_waiting", sentence, state=told["state"])
        case "group_empty":
            sentence = f"No seat of group {to} that could take call {call_id} is on duty, so that it would wait there for nobody."
            return Conflict("group_empty", sentence, group=to)
        case "seat_unknown":
            return Refused("seat_unknown", f"There is no seat {to}.", seat_id=to)
        case "parked":
            sentence = f"The engine of call {call_id} is gone, and another one takes the call up in a moment; ask again then."
            return Conflict("call_between_engines", sentence, call_id=call_id)
        case _:
            return wire.seat_not_free(to, told)
