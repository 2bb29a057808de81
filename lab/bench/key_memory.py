"""How much memory Redis' keys take."""

from typing import Final

from redis.asyncio import Redis

_AT_ONCE: Final = 1_000


async def bytes_of_keys(client: Redis) -> int:
    """Names and values of all of them.

    What Redis says it uses in all would not do: its clients' buffers are part of that, which come and go by half a megabyte.
    """
    total, asked = 0, client.pipeline(transaction=False)
    async for key in client.scan_iter(count=_AT_ONCE):
        asked.memory_usage(key, samples=0)
        if len(asked) >= _AT_ONCE:
            total += sum(size or 0 for size in await asked.execute())
    return total + sum(size or 0 for size in await asked.execute())
