"""Word to every engine of a hotline that something (its directory, say) was changed, so that it is read again at once."""

import asyncio
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from calls.errors import StoreFault
from store.redis.connection import store_faults

log = structlog.get_logger(__name__)

_PAUSE_S: Final = 1.0


class Announcements:
    """Announcements are a hint, not a record: whoever missed one looks again by himself after a while."""

    def __init__(self, client: Redis, *, hotline: str, topic: str = "directory") -> None:
        self._client = client
        self._channel = f"zhida:{{{hotline}}}:{topic}"
        self._heard = asyncio.Event()

    async def announce(self) -> None:
        """Tell every engine. Raises: StoreFault: Redis is away; the engines find out by themselves."""
        with store_faults():
            await self._client.publish(self._channel, b"changed")

    async def announced(self, within_s: float) -> None:
        """Return when something was announced since the last return, or after so long."""
        try:
            async with asyncio.timeout(within_s):
                await self._heard.wait()
        except TimeoutError:
            return
        finally:
            self._heard.clear()

    async def listen(self) -> None:
        """Hear announcements until cancelled."""
        while True:
            try:
                async with self._client.pubsub() as channel:
                    await channel.subscribe(self._channel)
                    self._heard.set()  # what was announced while nobody listened
                    while True:
                        message = await channel.get_message(ignore_subscribe_messages=True, timeout=None)
                        if message is not None:
                            self._heard.set()
            except (RedisError, OSError, StoreFault) as fault:
                log.debug("announcements_interrupted", reason=str(fault))
            await asyncio.sleep(_PAUSE_S)
