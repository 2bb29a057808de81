"""panoramisk's Manager, hardened: connects once, logs in and makes sure it speaks with the right Asterisk."""

import asyncio
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from panoramisk.manager import Manager

from calls.errors import PbxFault
from pbx.ami import faults
from pbx.ami.dispatch import Dispatcher
from pbx.ami.messages import AmiEvent, AmiResponse
from pbx.ami.protocol import HardenedProtocol
from pbx.ami.settings import AmiLogin, LinkTimes
from pbx.ami.wire import HeaderValue

EVENT_CLASSES = "call,system,dtmf"  # system is for FullyBooted, ContactStatus and PeerStatus


class HardenedManager(Manager):  # type: ignore[misc]  # panoramisk has no type hints
    """One connection at a time; it neither connects again by itself (`link` does, with back-off) nor sends anything twice."""

    def __init__(self, login: AmiLogin, times: LinkTimes, dispatcher: Dispatcher) -> None:
        self._login = login
        self._times = times
        self._dispatcher = dispatcher
        make = partial(HardenedProtocol, where=login.where, systemname=login.systemname, on_event=self.dispatch, tally=dispatcher.tally)
        super().__init__(host=login.host, port=login.port, protocol_factory=make)
        self.protocol: HardenedProtocol | None = None

    async def connect(self) -> HardenedProtocol:
        """Connect, log in, wait until Asterisk is fully booted and see that it is the one we were told of.

        Raises: PbxFault: what went wrong, in one sentence; nothing is left open.
        """
        protocol = await self._open()
        try:
            await self._log_in(protocol)
            await self._wait_booted(protocol)
            await self._check_name(protocol)
        except BaseException:
            protocol.abort(faults.closed_by_us())
            raise
        self.protocol = protocol
        return protocol

    def send_action(
        self, action: Mapping[str, HeaderValue], as_list: bool | None = None, **kwargs: HeaderValue
    ) -> asyncio.Future[AmiResponse]:
        """Send an action over the present connection; see `HardenedProtocol.send`."""
        headers = {**action, **kwargs}
        return self._present(str(headers["Action"])).send(headers)

    def send_originate(
        self, headers: Mapping[str, HeaderValue], outcome_s: float
    ) -> tuple[asyncio.Future[AmiResponse], asyncio.Future[AmiEvent]]:
        """Send an Originate over the present connection; see `HardenedProtocol.send_originate`."""
        return self._present("Originate").send_originate(headers, outcome_s)

    async def ping(self) -> bool:
        """Whether anything at all was heard of Asterisk within `ping_s` of asking for a sign of life.

        Any byte counts: behind a thousand events the Pong itself may come late.
        """
        protocol = self._present("Ping")
        before = protocol.segments
        try:
            async with asyncio.timeout(self._times.ping_s):
                await protocol.send({"Action": "Ping"})
                return True
        except TimeoutError:
            pass
        except PbxFault:  # too much in flight to ask anything: listen
            await asyncio.sleep(self._times.ping_s)
        return protocol.segments > before

    def dispatch(self, event: AmiEvent) -> None:
        """Tell the listeners: a dictionary look-up, where panoramisk tries every pattern."""
        self._dispatcher.dispatch(event)

    def register_event(self, pattern: str, callback: Callable[["HardenedManager", AmiEvent], Any]) -> Callable[[], None]:
        """Subscribe as panoramisk's users do: an event's exact name or `*`; the callback is a plain function."""
        return self._dispatcher.subscribe(pattern, partial(callback, self))

    def send_awaiting_actions(self, *_: object) -> None:
        """Nothing: an action belongs to its connection, and a Hangup sent again would end somebody else's talk."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing: `link` waits for `HardenedProtocol.lost`."""

    def close(self) -> None:
        """End the connection, if there is one. It may be called again."""
        if self.protocol is not None:
            self.protocol.close()
            self.protocol = None

    def _present(self, action: str) -> HardenedProtocol:
        if self.protocol is None:
            raise faults.down(action, "not connected")
        return self.protocol

    async def _open(self) -> HardenedProtocol:
        loop = asyncio.get_running_loop()
        make = self.config["protocol_factory"]
        try:
            async with asyncio.timeout(self._times.connect_s):
                _, protocol = await loop.create_connection(make, self._login.host, self._login.port)
        except TimeoutError:
            raise faults.unreachable(self._login.where, f"no answer within {self._times.connect_s:g} s") from None
        except OSError as error:
            raise faults.unreachable(self._login.where, _reason(error)) from None
        return protocol  # type: ignore[no-any-return]

    async def _log_in(self, protocol: HardenedProtocol) -> None:
        login = {"Username": self._login.username, "Secret": self._login.secret, "Events": EVENT_CLASSES}
        answer = await self._ask(protocol, {"Action": "Login", **login})
        if not answer.ok:
            raise faults.login_refused(self._login.where, self._login.username, answer.message)

    async def _wait_booted(self, protocol: HardenedProtocol) -> None:
        await asyncio.wait({protocol.booted, protocol.lost}, timeout=self._times.boot_s, return_when=asyncio.FIRST_COMPLETED)
        if protocol.lost.done():
            raise protocol.lost.result()
        if not protocol.booted.done():
            raise faults.not_booted(self._login.where, self._login.username, self._times.boot_s)

    async def _check_name(self, protocol: HardenedProtocol) -> None:
        """An Asterisk of another name would be a link that is up and never tells anything."""
        answer = await self._ask(protocol, {"Action": "CoreSettings"})
        if not answer.ok:
            raise faults.no_settings(self._login.where, self._login.username, answer.message)
        if answer.get("SystemName") != self._login.systemname:
            raise faults.wrong_systemname(self._login.where, answer.get("SystemName"), self._login.systemname)

    async def _ask(self, protocol: HardenedProtocol, headers: Mapping[str, HeaderValue]) -> AmiResponse:
        try:
            async with asyncio.timeout(self._times.login_s):
                return await protocol.send(headers)
        except TimeoutError:
            raise faults.login_slow(self._login.where, self._times.login_s) from None
        except PbxFault:
            raise (protocol.lost.result() if protocol.lost.done() else faults.closed_by_asterisk(self._login.where)) from None


def _reason(error: OSError) -> str:
    """The system's words; asyncio replaces them by the address, which the sentence has already."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or type(error).__name__
