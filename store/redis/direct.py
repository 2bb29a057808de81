"""Redis on a connection of one's own, one command after the other: for hotlines in virtual time.

The product's client shares a pool among many coroutines, and messages come to it on another connection, some time after the
step that sent them. In virtual time nothing may come some time after: here a step's messages are there when its answer is.
"""

import socket
from collections import deque
from pathlib import Path
from typing import Any, Final, Self, cast

import hiredis
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, ResponseError

_READ: Final = 65536
_ANSWER_S: Final = 60.0


class DirectRedis:
    """What `Steps` needs of a client, and the messages of one channel in the order of the steps that sent them.

    It blocks: whoever simulates has nothing else to do. A push stands before or after the answer to the very command that
    caused it (Redis 7.0 and 7.2 differ), so each command is followed by a PING, whose answer comes after both.

    Raises (all commands): OSError: Redis is away. ResponseError: it refused the command.
    """

    def __init__(self, path: Path, *, channel: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_ANSWER_S)
        self._reader = hiredis.Reader()
        self.messages: deque[bytes] = deque()
        self._socket.connect(str(path))
        self._ask("HELLO", "3")
        self._ask("SUBSCRIBE", channel)

    def as_client(self) -> Redis:
        """For what is written for the product's client: of its commands only those below may be used."""
        return cast("Redis", self)

    async def evalsha(self, sha: str, keys: int, *args: str | int | bytes) -> bytes:
        """See Redis. Raises: NoScriptError: Redis does not know the script."""
        return cast(bytes, self._ask("EVALSHA", sha, keys, *args))

    async def eval(self, text: str, keys: int, *args: str | int | bytes) -> bytes:
        """See Redis."""
        return cast(bytes, self._ask("EVAL", text, keys, *args))

    async def zrange(self, key: str, first: int, last: int) -> list[bytes]:
        """See Redis."""
        return cast("list[bytes]", self._ask("ZRANGE", key, first, last))

    def forget(self, pattern: str) -> None:
        """Delete the keys that match, a few at a time: what a simulation has no use for, or a hotline that is over."""
        cursor = b"0"
        while True:
            cursor, keys = cast("tuple[bytes, list[bytes]]", self._ask("SCAN", cursor, "MATCH", pattern, "COUNT", 1000))
            if keys:
                self._ask("UNLINK", *keys)
            if cursor == b"0":
                return

    def close(self) -> None:
        """Say no more."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, *words: str | int | bytes) -> object:
        self._socket.sendall(hiredis.pack_command(cast(Any, words)) + b"*1\r\n$4\r\nPING\r\n")
        answer = self._answer()
        if words[0] != "SUBSCRIBE":  # that is answered by a push alone
            self._answer()
        if isinstance(answer, hiredis.ReplyError):
            text = str(answer)
            raise NoScriptError(text) if text.startswith("NOSCRIPT") else ResponseError(text)
        return answer

    def _answer(self) -> object:
        """The next reply that is no push; messages are kept."""
        while True:
            reply: Any = self._reader.gets()
            if reply is False:
                self._reader.feed(self._more())
            elif isinstance(reply, hiredis.PushNotification):
                if reply[0] == b"message":
                    self.messages.append(reply[2])
            else:
                return reply

    def _more(self) -> bytes:
        data = self._socket.recv(_READ)
        if not data:
            raise ConnectionError("Redis closed the connection")
        return data
