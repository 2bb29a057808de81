"""A manager interface on a real socket, that behaves as badly as it is told to."""

import asyncio
from collections.abc import Callable
from typing import Self

from tests.unit.pbx.ami.builders import BANNER, SYSTEMNAME, block

Headers = dict[str, list[str]]
Answer = Callable[[str, Headers], bytes | None]

HOST = "127.0.22.77"  # its own loopback address: a port it gave up is still free when it comes back


def success(action_id: str, _: Headers) -> bytes:
    return block("Response: Success", f"ActionID: {action_id}", "Message: done")


def silence(_: str, __: Headers) -> None:
    return None


def refusal(words: str) -> Answer:
    return lambda action_id, _: block("Response: Error", f"ActionID: {action_id}", f"Message: {words}")


class FakeAsterisk:
    """`async with FakeAsterisk() as asterisk:` listens; what it heard is in `heard`, what it answers in `answers`.

    deaf: it reads nothing and says nothing any more, as a host that lost its power (the connection stays).
    """

    def __init__(self, *, systemname: str = SYSTEMNAME, banner: bytes = BANNER) -> None:
        self.systemname = systemname
        self.banner = banner
        self.deaf = False
        self.boots = True
        self.heard: list[tuple[str, Headers]] = []
        self.logins = 0
        self.port = 0
        self._sessions: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._arrived = asyncio.Condition()
        self.answers: dict[str, Answer] = {
            "Ping": lambda action_id, _: block("Response: Success", f"ActionID: {action_id}", "Ping: Pong"),
            "CoreSettings": lambda action_id, _: block("Response: Success", f"ActionID: {action_id}", f"SystemName: {self.systemname}"),
            "Login": self._login,
        }

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.vanish()

    async def listen(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def vanish(self) -> None:
        """Stop listening, and cut all sessions."""
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._sessions.values(), return_exceptions=True)

    def cut(self) -> None:
        """Reset every session's connection."""
        for writer in self._sessions:
            writer.transport.abort()

    def say(self, data: bytes) -> None:
        """Write to every session."""
        for writer in self._sessions:
            writer.write(data)

    def actions(self, name: str) -> list[Headers]:
        """The headers of each action of that name it heard."""
        return [headers for heard, headers in self.heard if heard == name]

    async def hears(self, name: str, times: int = 1) -> Headers:
        """Wait until it heard the action so often; the headers of the last."""
        async with asyncio.timeout(30), self._arrived:
            await self._arrived.wait_for(lambda: len(self.actions(name)) >= times)
        return self.actions(name)[-1]

    def _login(self, action_id: str, _: Headers) -> bytes:
        self.logins += 1
        booted = block("Event: FullyBooted", "Privilege: system,all", "Status: Fully Booted") if self.boots else b""
        return block("Response: Success", f"ActionID: {action_id}", "Message: Authentication accepted") + booted

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._sessions[writer] = task
        try:
            writer.write(self.banner)
            while True:
                await self._take(await reader.readuntil(b"\r\n\r\n"), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side ended it
        finally:
            del self._sessions[writer]
            writer.close()

    async def _take(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        headers: Headers = {}
        for line in data.decode().split("\r\n")[:-2]:
            name, _, value = line.partition(": ")
            headers.setdefault(name, []).append(value)
        action = headers["Action"][0]
        async with self._arrived:
            self.heard.append((action, headers))
            self._arrived.notify_all()
        answer = self.answers.get(action, success)(headers["ActionID"][0], headers)
        if answer is not None and not self.deaf:
            writer.write(answer)
