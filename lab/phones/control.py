"""Remote control of a baresip: its module ctrl_tcp, JSON in netstrings, both ways."""

import asyncio
import itertools
import json
import re
import socket
from collections.abc import Callable
from typing import Any, Self

from lab.patience import PATIENCE_S
from lab.phones.errors import PhoneFault

MAX_FRAME = 65536
ANSWER_S = CONNECT_S = PATIENCE_S
RETRY_S = 0.003
"""baresip listens a few milliseconds after it was started; a phone's start is awaited in steps of this."""


class NotANetstring(ValueError):
    """The stream does not go on with `length:content,`."""


class Netstrings:
    """Cuts a stream into netstrings; bytes may come in any pieces."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The contents that are complete now."""
        self._pending += data
        complete: list[bytes] = []
        while (frame := self._next()) is not None:
            complete.append(frame)
        return complete

    def _next(self) -> bytes | None:
        length, colon, rest = self._pending.partition(b":")
        if not re.fullmatch(rb"\d{0,6}", length) or (colon and (not length or int(length) > MAX_FRAME)):
            raise NotANetstring(f"a netstring does not begin with {self._pending[:20]!r}")
        if not colon or len(rest) <= int(length):
            return None
        content, end = rest[: int(length)], rest[int(length) : int(length) + 1]
        if end != b",":
            raise NotANetstring(f"a netstring does not end with {end!r}")
        self._pending = rest[int(length) + 1 :]
        return content


def netstring(content: bytes) -> bytes:
    """The content as a netstring."""
    return b"%d:%s," % (len(content), content)


class Control:
    """The connection to one baresip; events go to `on_event` as they come."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, on_event: Callable[[dict[str, Any]], None]) -> None:
        self._writer = writer
        self._on_event = on_event
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._tokens = map(str, itertools.count(1))
        self._reading = asyncio.create_task(self._read(reader), name="baresip control")

    @classmethod
    async def connect(cls, address: str, port: int, on_event: Callable[[dict[str, Any]], None], *, alive: Callable[[], bool]) -> Self:
        """Connect as soon as it listens.

        Raises:
            PhoneFault: it ended, or does not listen.
        """
        try:
            async with asyncio.timeout(CONNECT_S):
                while alive():
                    try:
                        return cls(*await asyncio.open_connection(address, port), on_event)
                    except ConnectionRefusedError:
                        await asyncio.sleep(RETRY_S)
        except TimeoutError:
            pass  # told below, as if it had ended
        raise PhoneFault("phone_not_started", f"baresip does not listen for commands on {address}:{port}.", address=address, port=port)

    async def do(self, command: str, parameters: str = "") -> str:
        """Carry a command out; what baresip says to it.

        Raises:
            PhoneFault: refused, or no answer.
        """
        token = next(self._tokens)
        answer = self._answers[token] = asyncio.get_running_loop().create_future()
        message = {"command": command, "token": token} | ({"params": parameters} if parameters else {})
        self._writer.write(netstring(json.dumps(message, ensure_ascii=False).encode()))
        try:
            async with asyncio.timeout(ANSWER_S):
                reply = await answer
        except TimeoutError:
            raise PhoneFault("phone_silent", f"baresip did not answer the command {command!r}.", command=command) from None
        finally:
            del self._answers[token]
        said = str(reply.get("data", "")).strip()
        if not reply.get("ok"):
            raise PhoneFault("phone_refused", f"baresip refused the command {command!r}: {said}.", command=command)
        return said

    async def close(self) -> None:
        """Stop listening; safe to call twice."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            pass  # baresip was killed

    async def _read(self, reader: asyncio.StreamReader) -> None:
        frames = Netstrings()
        try:
            while data := await self._more(reader):
                for frame in frames.feed(data):
                    self._take(json.loads(frame.decode("utf-8", "replace"), strict=False))
        except ConnectionError:
            pass  # it was killed: the same end as closing the connection
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(PhoneFault("phone_gone", "baresip ended while a command was under way."))

    async def _more(self, reader: asyncio.StreamReader) -> bytes:
        # baresip leaves Nagle's algorithm on: without an ACK at once each event but the first would come 40 ms late;
        # the kernel forgets this setting, so it is made before each read
        if connection := self._writer.get_extra_info("socket"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return await reader.read(MAX_FRAME)

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("event"):
            self._on_event(message)
        elif (waiting := self._answers.get(str(message.get("token", "")))) and not waiting.done():
            waiting.set_result(message)
