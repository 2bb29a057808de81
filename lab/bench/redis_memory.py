"""What data takes in Redis, apart from all that Redis needs besides."""

from typing import Final

from redis.asyncio import Redis

_AT_ONCE: Final = 1_000


async def data_bytes(redis: Redis) -> int:
    """Bytes of all keys with their values.

    `used_memory` would not do: it has the buffers of connections too, which grow and shrink by themselves and are more than
    some hundred calls.
    """
    total, cursor = 0, 0
    while True:
        cursor, keys = await redis.scan(cursor, count=_AT_ONCE)
        async with redis.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.memory_usage(key, samples=0)
            total += sum(size or 0 for size in await pipeline.execute())
        if cursor == 0:
            return total
