"""A caller whose INVITE holds any bytes: what no telephone and no sipp would send."""

import asyncio
import secrets
from typing import Self

from lab.phones.sip import Message, NotSip, parse

SDP = b"v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
_BYE_S = 2.0


class OddCaller(asyncio.DatagramProtocol):
    """One call to 12345, from `async with` to its end.

    Args:
        address: his own, which tells Asterisk the trunk. server: Asterisk's.
        sender: the From header, as it stands. header: one more line, as it stands; empty for none.
    """

    def __init__(self, address: str, server: str, sender: bytes, header: bytes = b"") -> None:
        self.heard = asyncio.Event()
        """Asterisk has taken it for SIP, and said at least that it is trying."""
        self.answered = asyncio.Event()
        self.status = 0
        """The final status; 0: Asterisk did not even take it for SIP."""
        self._own, self._server = address.encode(), (server, 5060)
        self._sender, self._header = sender, header
        self._call = secrets.token_hex(8).encode()
        self._to = b""
        self._over = asyncio.Event()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self._own.decode(), 0))
        port = str(self._transport.get_extra_info("sockname")[1]).encode()
        self._own += b":" + port
        self._send(b"INVITE", 1, SDP % (2 * (self._own.partition(b":")[0],)))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.status == 200:
            self._send(b"BYE", 2)
        elif not self.status:
            self._send(b"CANCEL", 1)
        try:
            async with asyncio.timeout(_BYE_S if self.status == 200 else 0.05):
                await self._over.wait()
        except TimeoutError:
            pass  # it was no call
        self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            message = parse(data)
        except NotSip:
            return
        self.heard.set()
        if message.method:
            self._agree(message)
        elif message.status >= 200 and message.header("CSeq").endswith("INVITE"):
            self.status, self._to = message.status, message.header("To").encode("latin-1").partition(b">")[2]
            self._send(b"ACK", 1)
            self.answered.set()
        elif message.status >= 200:
            self._over.set()

    def _agree(self, request: Message) -> None:
        kept = [(name, value) for name, value in request.headers if name.lower() in ("via", "from", "to", "call-id", "cseq")]
        ok = Message(first_line="SIP/2.0 200 OK", headers=(*kept, ("Content-Length", "0")), body=b"")
        if request.method != "ACK":
            self._transport.sendto(bytes(ok), self._server)
        if request.method == "BYE":
            self._over.set()

    def _send(self, method: bytes, number: int, body: bytes = b"") -> None:
        host = self._server[0].encode()
        lines = [
            method + b" sip:12345@" + host + b" SIP/2.0",
            b"Via: SIP/2.0/UDP " + self._own + b";branch=z9hG4bK" + self._call + (b"" if method in (b"INVITE", b"CANCEL") else method),
            b"From: " + self._sender + b";tag=odd",
            b"To: <sip:12345@" + host + b">" + self._to,
            b"Call-ID: " + self._call,
            b"CSeq: %d " % number + method,
            b"Contact: <sip:odd@" + self._own + b">",
            b"Max-Forwards: 70",
            *([self._header] if self._header else []),
            *([b"Content-Type: application/sdp"] if body else []),
            b"Content-Length: %d" % len(body),
            b"",
            body,
        ]
        self._transport.sendto(b"\r\n".join(lines), self._server)
