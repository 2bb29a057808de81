"""Recordings that are paused (conference.recording.Pauses): paused, a sorted set of calls by the moment at which the pause ends."""

from datetime import UTC, datetime
from typing import Any, cast

from redis.asyncio import Redis

from calls.events import to_ms
from store.redis.connection import store_faults


class RedisPauses:
    """The pauses of one hotline. Every method is one command."""

    def __init__(self, client: Redis, *, hotline: str) -> None:
        self._client = client
        self._key = f"zhida:{{{hotline}}}:paused"

    async def set(self, call_id: str, until: datetime) -> None:
        """See `Pauses.set`."""
        with store_faults():
            await cast("Any", self._client.zadd(self._key, {call_id: to_ms(until)}))

    async def until(self, call_id: str) -> datetime | None:
        """See `Pauses.until`."""
        with store_faults():
            until_ms = await cast("Any", self._client.zscore(self._key, call_id))
        return None if until_ms is None else datetime.fromtimestamp(until_ms / 1000, UTC)

    async def end(self, call_id: str) -> bool:
        """See `Pauses.end`."""
        with store_faults():
            return bool(await cast("Any", self._client.zrem(self._key, call_id)))

    async def over(self, now: datetime) -> list[str]:
        """See `Pauses.over`."""
        with store_faults():
            over = await cast("Any", self._client.zrangebyscore(self._key, "-inf", to_ms(now)))
        return [call_id.decode() for call_id in over]
