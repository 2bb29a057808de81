"""A server for Asterisk's calls, who connects to it, and what takes the calls."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from pbx.agi.server import AgiLimits, AgiServer
from pbx.agi.session import AgiSession
from tests.unit.pbx.agi.fake_call import environment

UNIQUEID = b"lab-1795209918.10872"


class Peer:
    """Whoever has connected: Asterisk with a call, or somebody else."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connects(cls, server: AgiServer) -> "Peer":
        return cls(*await asyncio.open_connection(*server.address))

    @classmethod
    async def calls(cls, server: AgiServer, uniqueid: bytes = UNIQUEID) -> "Peer":
        peer = await cls.connects(server)
        peer.says(environment().replace(UNIQUEID, uniqueid))
        return peer

    def says(self, data: bytes) -> None:
        self._writer.write(data)

    async def hears(self) -> bytes:
        return await self._reader.readline()

    async def obeys(self) -> list[bytes]:
        """Answer every command with a 0 until the engine closes; all of them."""
        lines = []
        while line := await self.hears():
            lines.append(line)
            self.says(b"200 result=0\n")
        self.leaves()
        return lines

    async def is_cut_off(self) -> None:
        """Return once the engine has closed the connection."""
        try:
            while await self._reader.read(4096):
                pass
        except ConnectionError:
            pass
        self.leaves()

    def leaves(self) -> None:
        self._writer.close()

    def resets(self) -> None:
        """Leave without a word, as a port scan does."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._writer.close()


async def finishes(session: AgiSession) -> None:
    """A handler that has nothing to do."""
    await session.finish()


class Desk:
    """A handler that holds its calls until it is told."""

    def __init__(self) -> None:
        self.sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
        self.release = asyncio.Event()
        self.cancelled = 0

    async def __call__(self, session: AgiSession) -> None:
        self.sessions.put_nowait(session)
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        await session.finish()


@asynccontextmanager
async def serving(
    handler: Callable[[AgiSession], Awaitable[None]] = finishes, limits: AgiLimits | None = None, allow: tuple[str, ...] = ("127.0.0.1",)
) -> AsyncIterator[AgiServer]:
    server = AgiServer("127.0.0.1", 0, handler, limits=limits or AgiLimits(), allow=allow)
    await server.start()
    try:
        async with asyncio.timeout(60):
            yield server
    finally:
        await server.close(grace_s=0.01)


async def a_call_is_served(server: AgiServer) -> None:
    """Somebody can still call."""
    peer = await Peer.calls(server)
    assert (await peer.obeys())[-1] == b'SET VARIABLE "ZHIDA_DONE" "1"\n'
