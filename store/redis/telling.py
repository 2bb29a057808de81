"""The stream of facts, told to whoever listens as the recorder reads it."""

from collections.abc import AsyncIterator, Sequence

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
        self._channel = _channel(hotline)

    async def read(self, *, limit: int, wait_s: float) -> Sequence[StreamEntry]:
        """See `EventStream.read`."""
        entries = await self._stream.read(limit=limit, wait_s=wait_s)
        if entries:
            try:
                await self._client.publish(self._channel, b"\n".join(_bytes(entry.text) for entry in entries))
            except (RedisError, OSError) as error:
                log.debug("facts_not_told", reason=str(error))  # the records matter; listeners begin again
        return entries

    async def ack(self, entry_ids: Sequence[str]) -> None:
        """See `EventStream.ack`."""
        await self._stream.ack(entry_ids)


class ToldFacts:
    """What TellingStreams of the hotline publish."""

    def __init__(self, client: Redis, *, hotline: str) -> None:
        self._client = client
        self._channel = _channel(hotline)

    async def told(self, pause_s: float) -> AsyncIterator[Sequence[str]]:
        """The documents (JSON) read together, from now on; none of them where nothing came for so long. Raises: StoreFault."""
        with store_faults():
            async with self._client.pubsub() as channel:
                await channel.subscribe(self._channel)
                while True:
                    message = await channel.get_message(ignore_subscribe_messages=True, timeout=pause_s)
                    yield message["data"].decode(errors="replace").split("\n") if message is not None else ()


def _channel(hotline: str) -> str:
    return f"zhida:{{{hotline}}}:told"


def _bytes(text: str | bytes) -> bytes:
    return text.encode(errors="replace") if isinstance(text, str) else text
