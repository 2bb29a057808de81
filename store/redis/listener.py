"""What other engines' steps did for this engine's calls, brought to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final

import structlog
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from calls.errors import StoreFault
from routing.waiting import Deliveries
from store.redis.connection import ANSWER_S
from store.redis.steps import Steps

log = structlog.get_logger(__name__)

SILENT_S: Final = 2.0
"""After so long without a message Redis is asked whether it is still there; after twice as long it is not."""
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0


async def listen(steps: Steps, deliveries: Deliveries) -> None:
    """Deliver until cancelled.

    Messages are lost while the subscription is down. So whenever it stands anew, every offer that is open for this engine's
    calls and that it was not given yet is delivered.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            async with steps.client.pubsub() as channel:
                async with asyncio.timeout(ANSWER_S):
                    await channel.subscribe(steps.key("engine:" + steps.engine_id))
                async for message in _messages(channel):
                    if message["type"] == "subscribe":
                        await _redeliver(steps, deliveries)
                        log.info("deliveries_open", engine=steps.engine_id)
                        pause_s = FIRST_PAUSE_S
                    elif message["type"] == "message":
                        deliver(steps, json.loads(message["data"]), deliveries)
        except (RedisError, OSError, StoreFault) as fault:
            log.warning("deliveries_interrupted", engine=steps.engine_id, reason=str(fault))
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def _messages(channel: PubSub) -> AsyncIterator[dict[str, Any]]:
    """Everything that comes, for as long as Redis answers. Raises: ConnectionError: it fell silent."""
    asked = False
    while True:
        message = await channel.get_message(timeout=SILENT_S)
        if message is not None:
            asked = False
            yield message
        elif asked:
            raise ConnectionError(f"no answer for {SILENT_S} s")
        else:
            async with asyncio.timeout(ANSWER_S):
                await channel.ping()
            asked = True


async def _redeliver(steps: Steps, deliveries: Deliveries) -> None:
    for offer in (await steps.run("open_offers")).get("offers", []):
        deliver(steps, {"offer": offer}, deliveries)


def deliver(steps: Steps, message: dict[str, Any], deliveries: Deliveries) -> None:
    """Bring a message of this engine's channel to it."""
    if (offer := steps.offer(message)) is not None:
        deliveries.offered(offer)
    if "poke" in message:
        deliveries.poked(message["poke"])
