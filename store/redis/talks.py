"""Talks written anew where Redis lost them (routing.lost_talks)."""

from calls.events import to_ms
from routing.waiting import LiveCall
from seats.log_ins import FOUND_TALKING, NEVER_SIGNED_IN
from store.redis import wire
from store.redis.steps import Steps


class RedisTalks:
    """Implements `LostTalks`; its step is the live state's."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    async def found(self, call: LiveCall) -> bool:
        """See `LostTalks.found`."""
        now = self._steps.clock.now()
        args = {
            "call": wire.call_to_wire(call, now),
            "state": call.state,
            "seat_id": call.seat_id,
            "seat_leg": call.seat_leg,
            "seat_channel": call.seat_channel,
            "inside": call.inside,
            "answered": to_ms(call.answered or now),
            "why": FOUND_TALKING,
            "nobody": NEVER_SIGNED_IN,
        }
        return bool((await self._steps.run("talk_found", args))["done"])
