"""A call over a connection in memory, with Asterisk's model at its other end."""

import asyncio
from collections.abc import Callable

from pbx.agi.counters import AgiCounters
from pbx.agi.link import AgiLink
from pbx.agi.request import request_of
from pbx.agi.session import AgiSession
from pbx.agi.wire import Broken, Env
from tests.unit.pbx.agi.asterisk_model import AsteriskModel, Running
from tests.unit.pbx.agi.recorded import recorded

PROMPT_S = 3.0


def environment() -> bytes:
    """A recorded one."""
    return recorded("gone-while-idle").removesuffix(b"HANGUP\n")


class FakeSocket:
    """Counts how often it is asked to acknowledge at once."""

    def __init__(self) -> None:
        self.options: list[tuple[int, ...]] = []

    def setsockopt(self, *option: int) -> None:
        self.options.append(option)


class FakeTransport(asyncio.Transport):
    """The engine's end of the connection."""

    def __init__(self, call: "FakeCall") -> None:
        self.socket = FakeSocket()
        super().__init__({"socket": self.socket, "peername": ("127.0.0.1", 40000)})
        self.written: list[bytes] = []
        self.closed = False
        self._call = call

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.written.append(bytes(data))
        self._call.asterisk.arrives(bytes(data))
        self._call.go_on()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            asyncio.get_running_loop().call_soon(self._call.link.connection_lost, None)

    def abort(self) -> None:
        self.close()


class FakeCall:
    """One call. `asterisk` is the model; prompts last `PROMPT_S`, applications until `ends`.

    Args:
        piece: how many bytes reach the engine at a time.
    """

    def __init__(self, *, linger_s: float = 5.0, piece: int = 4096) -> None:
        self.asterisk = AsteriskModel()
        self.counters = AgiCounters()
        self.env: Env | None = None
        self.was_broken: Broken | None = None
        self.was_lost = False
        self._piece = piece
        self._going = False
        self.link = AgiLink(self, self.counters, linger_s=linger_s)
        self.transport = FakeTransport(self)
        self.link.connection_made(self.transport)
        self.feed(environment())
        assert self.env is not None
        self.session = AgiSession(self.link, request_of(self.env.lines, self.link.peer), asyncio.Event())

    def connected(self, link: AgiLink) -> None: ...

    def opened(self, link: AgiLink, env: Env) -> None:
        self.env = env

    def broken(self, link: AgiLink, broken: Broken) -> None:
        self.was_broken = broken

    def lost(self, link: AgiLink) -> None:
        self.was_lost = True

    def feed(self, data: bytes) -> None:
        """Bytes reach the engine."""
        for start in range(0, len(data), self._piece):
            if self.transport.closed:
                return
            piece = data[start : start + self._piece]
            self.link.get_buffer(-1)[: len(piece)] = piece
            self.link.buffer_updated(len(piece))

    def go_on(self) -> None:
        """Asterisk takes its turns soon."""
        if not self._going:
            self._going = True
            asyncio.get_running_loop().call_soon(self._turns)

    def _turns(self) -> None:
        self._going = False
        before = self.asterisk.running
        while self.asterisk.step():
            pass
        running = self.asterisk.running
        if running is not None and running is not before and running.verb != "EXEC":
            asyncio.get_running_loop().call_later(PROMPT_S, self._over, running)
        data, self.asterisk.out = self.asterisk.out, b""
        self.feed(data)

    def _over(self, running: Running) -> None:
        running.over = True
        self.go_on()

    # ── what happens to it ──

    def hang_up(self) -> None:
        """The caller hangs up."""
        self.asterisk.hanging_up = True
        self.go_on()

    def press(self, key: str) -> None:
        """The caller presses a key that ends what plays."""
        self.asterisk.ends(str(ord(key)))
        self.go_on()

    def ends(self, result: str = "0") -> None:
        """The application that runs returns."""
        self.asterisk.ends(result)
        self.go_on()

    def drop(self) -> None:
        """Asterisk closes the connection."""
        self.transport.close()


async def until(condition: Callable[[], object]) -> None:
    """Let things happen until it is so."""
    while not condition():  # noqa: ASYNC110 - a test looks at the world from outside, where nobody sets an event
        await asyncio.sleep(0)


async def until_running(call: FakeCall) -> None:
    """Let things happen until Asterisk is busy with something."""
    await until(lambda: call.asterisk.running)
