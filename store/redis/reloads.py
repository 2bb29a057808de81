"""That the configuration is to be read again, told to every engine of a hotline."""

from typing import Final

from redis.asyncio import Redis

from store.redis.announcing import Announcements
from store.redis.connection import store_faults

_LOOK_AGAIN_S: Final = 10.0  # for an announcement that was lost


class ReloadsAsked:
    """Counted, so that an engine that did not hear of one finds out, and announced, so that the others need not look.

    What was asked before an engine looked for the first time is none of its business: it has just read the file.
    """

    def __init__(self, client: Redis, *, hotline: str) -> None:
        self._client = client
        self._key = f"zhida:{{{hotline}}}:reloads"
        self.news = Announcements(client, hotline=hotline, topic="reloads")
        self._seen: int | None = None

    async def ask(self) -> None:
        """Have every other engine read its configuration again. Raises: StoreFault: Redis is away, and nobody was asked."""
        with store_faults():
            self._seen = int(await self._client.incr(self._key))
        await self.news.announce()

    async def asked(self) -> bool:
        """Wait a while; whether somebody else asked since this was last looked at. Raises: StoreFault: nobody can tell."""
        if self._seen is not None:
            await self.news.announced(_LOOK_AGAIN_S)
        with store_faults():
            count = int(await self._client.get(self._key) or 0)
        before, self._seen = self._seen, count
        return before is not None and count > before  # where Redis lost its data it counts from 0 again
