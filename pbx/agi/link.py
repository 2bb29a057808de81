"""One FastAGI connection in asyncio: the thin shell around a `Conversation`.

A protocol, not streams: bytes are taken the moment the loop sees them, so a HANGUP is known whatever the call's coroutine
is doing, and the socket is at hand for TCP_QUICKACK. Asterisk leaves TCP_NODELAY off, so the second of two lines it writes
back to back (a reply, then HANGUP) waits for our delayed acknowledgement: 40 ms. Asking for a quick one after each read
sends it at once.
"""

import asyncio
import secrets
from socket import IPPROTO_TCP, TCP_QUICKACK
from typing import Final, Protocol, cast

from calls.errors import LegGone, PbxFault
from pbx.agi.conversation import Answered, Conversation, Happening, HungUp, OutOfTurn, Standing
from pbx.agi.counters import AgiCounters
from pbx.agi.lines import Command
from pbx.agi.wire import Broken, Env, Reply

_READ_BYTES: Final = 4096  # an environment has about 700
_FIRST_NUDGE_S: Final = 0.003  # a token is answered within 0.5 ms unless Asterisk is busy or has not seen it
_LONGEST_NUDGE_S: Final = 1.0
_SYNC_S: Final = 5.0  # after this without an answer to any token the connection is given up


class LinkOwner(Protocol):
    """Who is told of a connection's fate."""

    def connected(self, link: "AgiLink") -> None:
        """Somebody at `link.peer` has connected; nothing has been read."""

    def opened(self, link: "AgiLink", env: Env) -> None:
        """The environment is complete."""

    def broken(self, link: "AgiLink", broken: Broken) -> None:
        """What comes is not AGI; the connection is cut."""

    def lost(self, link: "AgiLink") -> None:
        """The connection is closed, by whomever."""


class AgiLink(asyncio.BufferedProtocol):
    """One connection: one command at a time, the hang-up at once.

    Args:
        owner: told of what happens.
        counters: shared with the other connections.
        linger_s: seconds the connection may stay open after a hang-up; as long as it is, Asterisk keeps the dead channel.
    """

    def __init__(self, owner: LinkOwner, counters: AgiCounters, *, linger_s: float) -> None:
        self.peer = ""
        self.mark = secrets.token_hex(8)
        self.gone = asyncio.Event()
        self.closed = False
        self._owner = owner
        self._counters = counters
        self._linger_s = linger_s
        self._linger: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._buffer = memoryview(bytearray(_READ_BYTES))
        self._conversation = Conversation(self.mark)
        self._asking: Command | None = None
        self._waiter: asyncio.Future[Reply] | None = None  # for the reply to what has been sent
        self._room: asyncio.Future[None] | None = None  # for the turn to send

    @property
    def dead(self) -> bool:
        """Whether the caller is gone, or the connection."""
        return self.closed or self._conversation.dead

    @property
    def hung_up(self) -> bool:
        """Whether Asterisk said that the caller is gone; a connection that was lost says nothing of him."""
        return self._conversation.dead

    @property
    def strays(self) -> int:
        """Lines that came and that nobody had asked for."""
        return self._conversation.strays

    # ── asyncio calls these ──

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket. TCP_NODELAY is on: asyncio and uvloop set it for every TCP connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._set_option = transport.get_extra_info("socket").setsockopt
        self._set_option(IPPROTO_TCP, TCP_QUICKACK, 1)
        name = transport.get_extra_info("peername")  # None where the peer has reset the connection already
        self.peer = str(name[0]) if name else ""
        self._counters.connections += 1
        self._owner.connected(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where asyncio puts what it reads."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """So much has been read."""
        self._set_option(IPPROTO_TCP, TCP_QUICKACK, 1)  # the kernel drops the wish again, so it is renewed each time
        conversation = self._conversation
        strays = conversation.strays
        for happening in conversation.receive(bytes(self._buffer[:nbytes])):
            self._take(happening)
        self._counters.strays += conversation.strays - strays
        if self._room is not None and not self._room.done():
            self._make_room(self._room)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed; to a call, a reset is as good as an orderly end."""
        self._end()
        self._owner.lost(self)

    # ── the session calls these ──

    async def ask(self, command: Command) -> Reply:
        """Send the command and wait for its reply; `STOPPED` when it was stopped.

        A caller that is cancelled meanwhile leaves the connection in step: a stoppable command is stopped, the reply to any
        other is taken when it comes, and the next command waits for that.
        Raises: LegGone. PbxFault: no reply in time; the connection is brought back in step, or given up after as long again.
            OutOfTurn: another command is under way.
        """
        if self.closed or (self._conversation.dead and not command.even_if_gone):
            raise self._leg_gone()
        if self._asking is not None:
            raise OutOfTurn(f"{command.verb} was to be sent while {self._asking.verb} is under way on the same call.")
        self._asking = command
        late = None if command.deadline_s is None else self._loop.call_later(command.deadline_s, self._late, command)
        try:
            if not self._conversation.ready:
                await self._turn()
            self._counters.commands += 1
            self._waiter = self._loop.create_future()
            self._transport.write(self._conversation.begin(command))
            return await self._waiter
        except BaseException:
            self.interrupt()
            raise
        finally:
            self._asking = self._waiter = None
            if late is not None:
                late.cancel()

    def interrupt(self) -> bool:
        """Stop the prompt that is playing, if one is. Its `ask` returns within a round trip; the reply it had already won stands."""
        if self.closed or not self._conversation.stoppable:
            return False
        self._resync()
        return True

    def close(self) -> None:
        """Close the connection in order: Asterisk sees what has been sent, then goes on in the dialplan."""
        self._end()
        self._transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        self._end()
        self._transport.abort()

    # ──

    async def _turn(self) -> None:
        self._room = self._loop.create_future()
        try:
            self._make_room(self._room)
            await self._room
        finally:
            self._room = None

    def _make_room(self, room: asyncio.Future[None]) -> None:
        if self._conversation.ready:
            room.set_result(None)
        elif self._conversation.standing is Standing.IDLE:
            self._resync()  # it is in doubt

    def _take(self, happening: Happening) -> None:
        if isinstance(happening, Answered):
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(happening.reply)
        elif isinstance(happening, HungUp):
            self._hung_up()
        elif isinstance(happening, Env):
            self._owner.opened(self, happening)
        else:
            self._owner.broken(self, happening)
            self._fail(PbxFault(happening.code, happening.sentence))
            self.abort()

    def _hung_up(self) -> None:
        self.gone.set()
        self._linger = self._loop.call_later(self._linger_s, self._linger_over)
        if self._asking is not None and not self._asking.even_if_gone:
            self._fail(self._leg_gone())

    def _fail(self, fault: PbxFault) -> None:
        for future in (self._waiter, self._room):
            if future is not None and not future.done():
                future.set_exception(fault)

    def _late(self, command: Command) -> None:
        self._counters.late_replies += 1
        sentence = f"Asterisk did not answer {command.verb} within {command.deadline_s:g} s."
        sent = self._waiter is not None
        self._fail(PbxFault("agi_no_reply", sentence, verb=command.verb, deadline_s=command.deadline_s))
        if sent:
            self._resync()

    def _leg_gone(self) -> LegGone:
        if self._conversation.dead:
            return LegGone("caller_hung_up", "The caller has hung up.")
        return LegGone("agi_closed", "The AGI connection of this call is closed.")

    def _linger_over(self) -> None:
        self._counters.lingered += 1
        self.close()

    def _end(self) -> None:
        if self.closed:
            return
        self.closed = True
        self.gone.set()
        self._fail(self._leg_gone())
        if self._linger is not None:
            self._linger.cancel()

    # ── back in step ──

    def _resync(self) -> None:
        self._counters.resyncs += 1
        self._transport.write(self._conversation.resync())
        self._nudge_after(_FIRST_NUDGE_S, self._loop.time() + _SYNC_S)

    def _nudge_after(self, wait_s: float, until: float) -> None:
        self._loop.call_later(wait_s, self._nudge, self._conversation.tokens, wait_s, until)

    def _nudge(self, token: int, waited_s: float, until: float) -> None:
        conversation = self._conversation
        if self.closed or conversation.standing is not Standing.SYNCING or conversation.tokens != token:
            return
        if self._loop.time() > until:
            self._fail(PbxFault("agi_out_of_step", f"Asterisk has not come back in step within {_SYNC_S:g} s."))
            self.abort()
            return
        self._counters.nudges += 1
        self._transport.write(conversation.nudge())
        self._nudge_after(min(2 * waited_s, _LONGEST_NUDGE_S), until)
