"""Creations that were asked for under an Idempotency-Key, known to every engine of a hotline (api.sources.KnownRequests)."""

from redis.asyncio import Redis

from store.redis.connection import store_faults


class RedisKeys:
    """Text by key, for a while; claimed by the first to come."""

    def __init__(self, client: Redis, *, hotline: str) -> None:
        self._client = client
        self._prefix = f"zhida:{{{hotline}}}:asked:"

    async def claim(self, key: str, text: str, *, ttl_s: float) -> str | None:
        """The text that is there under the key; or None, and from now on this one is. Raises: StoreFault."""
        with store_faults():
            before = await self._client.set(self._prefix + key, text, nx=True, get=True, px=round(ttl_s * 1000))
        return before.decode() if isinstance(before, bytes) else None

    async def put(self, key: str, text: str, *, ttl_s: float) -> None:
        """From now on this text is there. Raises: StoreFault."""
        with store_faults():
            await self._client.set(self._prefix + key, text, px=round(ttl_s * 1000))

    async def drop(self, key: str) -> None:
        """The key is free again. Raises: StoreFault."""
        with store_faults():
            await self._client.delete(self._prefix + key)
