"""The door of the outside world: one SIP address in front of many phones, each of which knows one number only.

A stateless proxy (RFC 3261 §16.11) as far as forwarding goes: it adds its Via to what goes in and takes it off what comes
back. Which phone a call goes to is asked once a call; the phones' own messages go to Asterisk without it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from lab.phones.behaviours import IsDead, Refuses
from lab.phones.errors import PhoneFault
from lab.phones.sip import Message, NotSip, parse, response

Address: TypeAlias = tuple[str, int]
Route: TypeAlias = Callable[[Message], Awaitable[Address | Refuses | IsDead]]
"""Where an INVITE goes, or how it is refused."""

MAX_CALLS = 2000
"""Calls remembered; the oldest is forgotten first. By then its messages have long been exchanged."""


@dataclass(slots=True)
class _Call:
    caller: Address
    goes_to: Address | Refuses | IsDead | None = None
    waiting: list[Message] = field(default_factory=list)


class Front(asyncio.DatagramProtocol):
    """The datagrams of that address."""

    def __init__(self, address: Address, route: Route) -> None:
        self._address = address
        self._via = f"SIP/2.0/UDP {address[0]}:{address[1]}"
        self._route = route
        self._calls: dict[str, _Call] = {}
        self._routing: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Answer from now on.

        Raises:
            PhoneFault: the address is taken or not this machine's.
        """
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=self._address)
        except OSError as error:
            where = "{}:{}".format(*self._address)
            raise PhoneFault("address_taken", f"UDP {where} cannot be used ({error.strerror}); end what uses it (ss -lunp).") from None

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """See `asyncio.DatagramProtocol`."""
        try:
            message = parse(data)
        except NotSip:
            return  # a keep-alive
        if message.method:
            self._request(message, addr)
        elif call := self._calls.get(message.header("Call-ID")):
            self._send(message.without_first("Via"), call.caller)

    def error_received(self, exc: Exception) -> None:
        """See `asyncio.DatagramProtocol`: a phone that was switched off; the caller's own timers deal with it."""

    def close(self) -> None:
        """Stop answering."""
        for task in self._routing:
            task.cancel()
        if self._transport:
            self._transport.close()

    def _request(self, request: Message, sender: Address) -> None:
        call = self._calls.get(request.header("Call-ID"))
        if request.method == "OPTIONS":
            self._answer(request, sender, Refuses(status=200, reason="OK"))
        elif call is None and request.method == "INVITE":
            self._new_call(request, sender)
        elif call is None and request.method != "ACK":
            self._answer(request, sender, Refuses(status=481, reason="Call/Transaction Does Not Exist"))
        elif call and call.goes_to is None:
            call.waiting.append(request)
        elif call:
            self._go_on(request, call)

    def _new_call(self, invite: Message, sender: Address) -> None:
        if len(self._calls) >= MAX_CALLS:
            del self._calls[next(iter(self._calls))]
        call = self._calls[invite.header("Call-ID")] = _Call(sender)
        task = asyncio.create_task(self._find(invite, call), name=f"route to {invite.called}")
        self._routing.add(task)
        task.add_done_callback(self._routing.discard)

    async def _find(self, invite: Message, call: _Call) -> None:
        try:
            call.goes_to = await self._route(invite)
        except PhoneFault as fault:
            call.goes_to = Refuses(status=500, reason=re.sub(r"\s+", " ", fault.sentence))
        for request in (invite, *call.waiting):
            self._go_on(request, call)
        call.waiting.clear()

    def _go_on(self, request: Message, call: _Call) -> None:
        if isinstance(call.goes_to, tuple):
            branch = re.search(r"branch=([^;,\s]+)", request.header("Via"))
            self._send(request.with_header("Via", f"{self._via};branch=z9hG4bK-door-{branch[1] if branch else ''}"), call.goes_to)
        elif isinstance(call.goes_to, Refuses) and request.method == "INVITE":
            self._answer(request, call.caller, call.goes_to)

    def _answer(self, request: Message, sender: Address, answer: Refuses) -> None:
        self._send(response(request, answer.status, answer.reason, to_tag="door"), sender)

    def _send(self, message: Message, to: Address) -> None:
        if self._transport:
            self._transport.sendto(bytes(message), to)
