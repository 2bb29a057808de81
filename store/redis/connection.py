"""How Redis is reached, and what is said when it is away."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from calls.errors import Refused, StoreFault
from store.redis.shared import SharedConnection

ANSWER_S: Final = 2.0
"""How long a command may take, with getting and opening its connection."""
CONNECTIONS: Final = 32
_SCRIPTS: Final = frozenset({"EVALSHA", "EVAL"})


class Client(Redis):
    """Redis' own client, but for how it keeps time, and for scripts, which all go over one connection.

    Its `socket_timeout` waits by asyncio.wait_for, which before Python 3.12 can lose a cancellation: a task told to stop in the
    middle of a step would then go on for ever. (A pipeline is a client of its own: who uses one limits it himself.)
    """

    @cached_property
    def _scripts(self) -> SharedConnection:
        return SharedConnection(self.connection_pool.make_connection)

    async def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401  as the class it extends
        """One command. Raises: TimeoutError: no answer in ANSWER_S."""
        try:
            async with asyncio.timeout(ANSWER_S):
                if args[0] in _SCRIPTS:
                    return await self._scripts.ask(*args)
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except TimeoutError:
            if args[0] in _SCRIPTS:
                self._scripts.leave()
            raise

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close all connections."""
        await self._scripts.close()
        await super().aclose(close_connection_pool)


def connect(url: str) -> Client:
    """A client for the live state: `redis://host:6379/0`, `rediss://…` or `unix:///path/to/socket`. Connects on first use.

    A command is never sent twice by itself: whether a step that got no answer may be repeated, the caller knows.

    Raises: Refused: the URL names no Redis.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=ANSWER_S,
            socket_timeout=None,
            socket_connect_timeout=ANSWER_S,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
    except ValueError:
        raise Refused(
            "redis_url_unknown", "The URL of Redis is not understood: write redis://HOST:PORT/0, rediss://… or unix:///PATH."
        ) from None
    return cast(Client, Client.from_pool(pool))


@contextmanager
def store_faults() -> Iterator[None]:
    """What Redis' client raises, as StoreFault."""
    try:
        yield
    except ResponseError as error:
        raise StoreFault("redis_refused", f"Redis refused the step: {error}.") from error
    except (RedisError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise StoreFault("redis_away", f"Redis does not answer: {reason.rstrip('.')}. Nothing is known of the step.") from error
