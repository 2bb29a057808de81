"""Offers for calls that no coroutine of this engine holds any more, though live state still takes them for its own.

Such a caller took the fall-back while Redis was away, or talks on after his session was given back. No seat is to be kept
waiting for him; when the dialplan brings him back he joins again, at his old place.
"""

import asyncio

import structlog

from calls.errors import StoreFault
from engine.mailbox import PostOffice
from routing.waiting import Offer, WaitingRoom

log = structlog.get_logger(__name__)


class Strays:
    """Takes back the offers, so that their calls get none until they join again."""

    def __init__(self, waiting: WaitingRoom, post: PostOffice) -> None:
        self._waiting = waiting
        self._post = post
        self._tasks: set[asyncio.Task[None]] = set()

    def found(self, offer: Offer) -> None:
        """An offer was delivered for a call that is not in this engine's hands."""
        task = asyncio.create_task(self._take_back(offer), name=f"stray offer {offer.offer_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take_back(self, offer: Offer) -> None:
        try:
            live = await self._waiting.call(offer.call_id)
            if live is None or live.offer_id != offer.offer_id or offer.call_id in self._post.calls:
                return
            log.warning("stray_offer_taken_back", call_id=offer.call_id, seat_id=offer.seat_id)
            await self._waiting.arrive(live, ())
            if offer.call_id in self._post.calls and (another := await self._waiting.join(live, ())) is not None:
                self._post.offered(another)  # it has come back at this very moment
        except StoreFault as fault:
            log.warning("stray_offer_not_taken_back", call_id=offer.call_id, code=fault.code)  # its lease ends it
