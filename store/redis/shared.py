"""One connection to Redis that everybody shares: commands go out as they come, answers come back in that order.

A pool gives each command a connection of its own, with locks and checks around it, which takes half as much processor time again
(docs/benchmark.md). Only for commands that do not block.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError, ResponseError


class SharedConnection:
    """Opened when it is first needed, and anew after it was lost. What was under way then fails, and is not sent again.

    Args:
        make: a connection that is not open yet, with all it needs to log in.
    """

    def __init__(self, make: Callable[[], AbstractConnection]) -> None:
        self._make = make
        self._opening = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._reading: set[asyncio.Task[None]] = set()

    async def ask(self, *command: Any) -> Any:  # noqa: ANN401  as the client's execute_command
        """Redis' answer. Who does not wait for it any longer leaves the others' in order.

        Raises: RedisError, OSError: it refused, or the connection is lost. ValueError: an argument that no bytes can be made of.
        """
        connection = self._connection or await self._opened()
        packed = connection.pack_command(*command)  # what cannot be packed is not sent, and so must not be asked
        answer = asyncio.get_running_loop().create_future()
        self._asked.append(answer)  # and sent before anybody else runs, so that both are in one order
        try:
            await connection.send_packed_command(packed, check_health=False)
            return await answer
        finally:
            answer.cancel()

    def leave(self) -> None:
        """It is silent: who asks from now on gets another one. Who waits on this one may still be answered."""
        self._connection = None

    async def close(self) -> None:
        """End it, and what is under way."""
        for reading in self._reading:
            reading.cancel()
        if self._reading:
            await asyncio.wait(self._reading)

    async def _opened(self) -> AbstractConnection:
        async with self._opening:
            if self._connection is None:
                connection, asked = self._make(), deque[asyncio.Future[Any]]()
                try:
                    await connection.connect()  # type: ignore[no-untyped-call]
                except BaseException:
                    await connection.disconnect(nowait=True)
                    raise
                self._connection, self._asked = connection, asked
                reading = asyncio.create_task(self._read(connection, asked), name="answers of Redis")
                self._reading.add(reading)
                reading.add_done_callback(self._reading.discard)
            return self._connection

    async def _read(self, connection: AbstractConnection, asked: deque[asyncio.Future[Any]]) -> None:
        """Until the connection is lost, or was left and everybody has been answered."""
        lost: RedisError | OSError = ConnectionLost("the connection was closed")
        try:
            while self._connection is connection or asked:
                try:
                    answer = await connection.read_response(disable_decoding=True, timeout=math.inf, disconnect_on_error=False)
                except ResponseError as refused:
                    answer = refused
                _tell(asked.popleft(), answer)
        except (RedisError, OSError) as error:
            lost = error
        finally:
            if self._connection is connection:
                self._connection = None
            while asked:
                _tell(asked.popleft(), lost)
            await connection.disconnect(nowait=True)


def _tell(asked: asyncio.Future[Any], answer: object) -> None:
    if asked.done():
        return  # nobody waits for it any longer
    if isinstance(answer, Exception):
        asked.set_exception(answer)
    else:
        asked.set_result(answer)
