"""The stream of facts, told to whoever listens as the recorder reads it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from store.redis.connection import store_faults
from store.redis.stream import EventStream
from tickets.stream import StreamEntry

log = structlog.get_logger(__name__)


class TellingStream:
    """An EventStream whose entries are also published, once each time they are read: listeners may hear one twice."""

    def __init__(self, stream: EventStream, client: Redis, *, hotline: str) -> None:
        self._stream = stream
        self._client = client
        self._channel = f"zhida:{{{hotline}}}:told"

    async def read(self, *, limit: int, wait_s: float) -> Sequence[StreamEntry]:
        """See `EventStream.read`."""
        entries = await self._stream.read(limit=limit, wait_s=wait_s)
        try:
            for entry in entries:
                await self._client.publish(self._channel, entry.text)
        except (RedisError, OSError) as error:
            log.debug("facts_not_told", reason=str(error))  # the records matter; listeners begin again
        return entries

    async def ack(self, entry_ids: Sequence[str]) -> None:
        """See `EventStream.ack`."""
        await self._stream.ack(entry_ids)

    async def told(self, pause_s: float) -> AsyncIterator[str | None]:
        """Each fact's document (JSON) from now on; None where nothing came for so long. Raises: StoreFault."""
        with store_faults():
            async with self._client.pubsub() as channel:
                await channel.subscribe(self._channel)
                while True:
                    message = await channel.get_message(ignore_subscribe_messages=True, timeout=pause_s)
                    yield _text(message)


def _text(message: Any) -> str | None:  # noqa: ANN401  redis-py has no type for it
    return message["data"].decode() if message is not None else None
