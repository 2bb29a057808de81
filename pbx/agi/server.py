"""The FastAGI server: one listening socket, one task for each call.

AGI knows neither passwords nor TLS, and who holds its socket has a shell on the Asterisk machine (`${SHELL(…)}`): it listens
where Asterisk is, and only listed peers may connect.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import structlog

from calls.errors import LegGone, PbxFault, Refused
from pbx.agi.counters import AgiCounters
from pbx.agi.link import AgiLink
from pbx.agi.request import request_of
from pbx.agi.session import AgiSession
from pbx.agi.wire import Broken, Env

log = structlog.get_logger(__name__)

Handler = Callable[[AgiSession], Awaitable[None]]

LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
_BACKLOG: Final = 1024  # connections of a burst that wait to be accepted; Asterisk waits 2 s for that, then gives up
_KEEPALIVE: Final = ((socket.TCP_KEEPIDLE, 30), (socket.TCP_KEEPINTVL, 10), (socket.TCP_KEEPCNT, 3))  # an Asterisk host that died


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiLimits:
    """What the server puts up with.

    Args:
        max_sessions: calls at a time; a further one is closed at once, and the dialplan asks the next engine.
        max_unidentified: connections whose environment is not complete; one more cuts the oldest of them.
        env_timeout_s: seconds for the environment, which takes Asterisk about one millisecond.
        linger_s: seconds after a hang-up in which the handler may still use the connection.
    """

    max_sessions: int = 2000
    max_unidentified: int = 256
    env_timeout_s: float = 5.0
    linger_s: float = 5.0


_DEFAULTS: Final = AgiLimits()


class AgiServer:
    """Accepts calls from Asterisk and runs `handler` for each, in a task of its own.

    The handler ends a call with `session.finish()`. If it returns or raises without that, the connection is closed and the
    dialplan brings the call to the next engine. What it raises is logged and touches no other call; LegGone is a normal end.

    Args:
        host, port: where to listen. Port 0 takes a free one; `address` says which, once started.
        allow: addresses or networks that may connect; loopback only unless told otherwise.
    Raises: Refused: an entry of `allow` is not an address or network.
    """

    def __init__(self, host: str, port: int, handler: Handler, *, limits: AgiLimits = _DEFAULTS, allow: Iterable[str] = LOOPBACK) -> None:
        self.counters = AgiCounters()
        self.address = (host, port)
        self._handler = handler
        self._limits = limits
        self._allowed = [_network(entry) for entry in allow]
        self._server: asyncio.Server | None = None
        self._unidentified: dict[AgiLink, asyncio.TimerHandle] = {}  # oldest first
        self._sessions: dict[AgiLink, AgiSession] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._stopped: asyncio.Task[None] | None = None

    @property
    def sessions(self) -> Collection[AgiSession]:
        """The calls it has now."""
        return self._sessions.values()

    @property
    def unidentified(self) -> int:
        """How many connections have not said which call they are."""
        return len(self._unidentified)

    async def start(self) -> None:
        """Listen.

        Raises: PbxFault: the address is not to be had.
        """
        host, port = self.address
        try:
            server = await asyncio.get_running_loop().create_server(self._new_link, host, port, backlog=_BACKLOG, start_serving=False)
        except OSError as error:
            sentence = f"Cannot listen for AGI on {host}:{port}: {error.strerror}."
            raise PbxFault("agi_cannot_listen", sentence, host=host, port=port) from error
        for listener in server.sockets:  # what is accepted inherits these
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEPALIVE:
                listener.setsockopt(socket.IPPROTO_TCP, option, value)
        await server.start_serving()
        self._server = server
        self.address = server.sockets[0].getsockname()[:2]
        log.info("agi_listening", host=self.address[0], port=self.address[1])

    async def close(self, *, grace_s: float = 2.0) -> None:
        """Stop, in this order.

        1. No new connections; those not identified yet are cut.
        2. Every session's `stopping` is set: a handler may finish, or return so that the next engine takes the call over.
        3. Handlers have `grace_s` seconds to end by themselves.
        4. The others are cancelled, and their connections closed without the last word. Talks go on: while EXEC Dial runs
           Asterisk does not look at the connection.
        5. Handlers have `grace_s` seconds again to end after that; what is left then is logged and abandoned.

        Calling it again waits for the same end.
        """
        if self._stopped is None:
            self._stopped = asyncio.create_task(self._stop(grace_s), name="agi server stop")
        await asyncio.shield(self._stopped)

    async def _stop(self, grace_s: float) -> None:
        if self._server is not None:
            self._server.close()
        for link in list(self._unidentified):
            link.abort()
        self._stopping.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for link, session in list(self._sessions.items()):
            log.error("agi_handler_stuck", call_id=session.request.uniqueid)
            link.abort()
        log.info("agi_stopped")

    # ── a connection's way in; see LinkOwner ──

    def _new_link(self) -> AgiLink:
        return AgiLink(self, self.counters, linger_s=self._limits.linger_s)

    def connected(self, link: AgiLink) -> None:
        """Let it in if it may, for as long as an environment takes."""
        if self._stopping.is_set():
            link.abort()
            return
        if not self._may_connect(link.peer):
            self.counters.peers_refused += 1
            log.warning("agi_peer_refused", peer=link.peer)
            link.abort()
            return
        if len(self._unidentified) >= self._limits.max_unidentified:
            self.counters.crowded_out += 1
            next(iter(self._unidentified)).abort()
        timer = asyncio.get_running_loop().call_later(self._limits.env_timeout_s, self._env_late, link)
        self._unidentified[link] = timer

    def opened(self, link: AgiLink, env: Env) -> None:
        """Start the handler."""
        self._forget(link)
        try:
            request = request_of(env.lines, link.peer)
        except Refused as refused:
            self._refuse_env(link, refused.code, refused.sentence)
            return
        if len(self._sessions) >= self._limits.max_sessions:
            self.counters.full += 1
            log.error("agi_session_refused", call_id=request.uniqueid, max_sessions=self._limits.max_sessions)
            link.abort()
            return
        self.counters.sessions += 1
        session = self._sessions[link] = AgiSession(link, request, self._stopping)
        task = asyncio.get_running_loop().create_task(self._run(session, link), name=f"agi {request.uniqueid}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def broken(self, link: AgiLink, broken: Broken) -> None:
        """Log what is about to be cut."""
        session = self._sessions.get(link)
        if session is None:
            self._refuse_env(link, broken.code, broken.sentence)
        else:
            log.error("agi_connection_broken", call_id=session.request.uniqueid, code=broken.code, why=broken.sentence)

    def lost(self, link: AgiLink) -> None:
        """Forget it; its handler learns of it by LegGone."""
        self._forget(link)

    def _forget(self, link: AgiLink) -> None:
        timer = self._unidentified.pop(link, None)
        if timer is not None:
            timer.cancel()

    def _env_late(self, link: AgiLink) -> None:
        self.counters.env_timeouts += 1
        log.warning("agi_env_timed_out", peer=link.peer, after_s=self._limits.env_timeout_s)
        link.abort()

    def _refuse_env(self, link: AgiLink, code: str, why: str) -> None:
        self.counters.env_refused += 1
        log.warning("agi_env_refused", peer=link.peer, code=code, why=why)
        link.abort()

    def _may_connect(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:  # it has gone again, and no longer has an address
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._allowed)

    # ── the call ──

    async def _run(self, session: AgiSession, link: AgiLink) -> None:
        with structlog.contextvars.bound_contextvars(call_id=session.request.uniqueid):
            log.debug("agi_session_started", channel=session.request.channel, tampered=session.tampered)
            try:
                await self._handler(session)
            except LegGone as gone:
                log.debug("agi_leg_gone", code=gone.code)
            except Exception:  # one call's failure is that call's alone
                self.counters.handler_failures += 1
                log.exception("agi_handler_failed")
            finally:
                self.counters.unfinished += not (session.finished or session.dead)
                session.close()
                del self._sessions[link]
                log.debug("agi_session_ended", finished=session.finished)


def _network(entry: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(entry)
    except ValueError:
        sentence = f"{entry!r} is not an address or network that may connect, like 127.0.0.1 or 10.0.0.0/24."
        raise Refused("agi_allow_invalid", sentence, entry=entry) from None
