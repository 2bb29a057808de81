"""panoramisk's AMIProtocol, hardened: one connection, from its first byte to its end."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

import structlog
from panoramisk.ami_protocol import AMIProtocol

from calls.errors import PbxFault
from pbx.ami import faults
from pbx.ami.blocks import Block, read_block
from pbx.ami.framing import BlockReader, NotAmi
from pbx.ami.gate import Verdict, judge
from pbx.ami.inflight import InFlight
from pbx.ami.masked_text import failure_keys, masked_text
from pbx.ami.messages import AmiEvent, AmiResponse
from pbx.ami.wire import HeaderValue, encode_action

OK_ANSWERS = frozenset({"Success", "Follows", "Goodbye"})
LOG_DROPS_EVERY_S = 10.0  # an attacker decides how many blocks are dropped; not how long the log gets

log = structlog.get_logger(__name__)


class HardenedProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no type hints
    """Bytes in, events and answers out.

    Overrides all of panoramisk's protocol that touches bytes or the end of the connection: it decodes segment by segment,
    lets an exception of a listener end the connection, and queues unanswered actions to send them again.

    Args:
        where: host:port, for sentences.
        systemname: the SystemName of the Asterisk whose events count.
        on_event: told of every believed event, in order.
        tally: counts what was dropped, and why.
    """

    def __init__(self, *, where: str, systemname: str, on_event: Callable[[AmiEvent], None], tally: Counter[str]) -> None:
        self._where = where
        self._systemname = systemname
        self._on_event = on_event
        self._tally = tally
        self._reader = BlockReader()
        self._logged_drops_at: float | None = None
        self.in_flight = InFlight()
        self.segments = 0
        self.booted = asyncio.get_running_loop().create_future()
        self.lost: asyncio.Future[PbxFault] = asyncio.get_running_loop().create_future()

    def send(self, data: Mapping[str, HeaderValue], as_list: bool | None = None) -> asyncio.Future[AmiResponse]:
        """Send an action (`{"Action": "Ping"}`); whether it answers with a list is told by Asterisk, not by `as_list`.

        Raises: Refused: it cannot be written safely. PbxFault: the connection is over, or too much is in flight.
        """
        return self._send(self.in_flight.next_id(), data)

    def send_originate(
        self, data: Mapping[str, HeaderValue], outcome_s: float
    ) -> tuple[asyncio.Future[AmiResponse], asyncio.Future[AmiEvent]]:
        """Send an Originate: the answer to come, and its OriginateResponse to come within `outcome_s`.

        Raises: as `send`.
        """
        action_id = self.in_flight.next_id()
        answer = self._send(action_id, {**data, "Action": "Originate"})
        return answer, self.in_flight.expect_originate(action_id, outcome_s)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol. Whatever is in one block, the next one is read."""
        self.segments += 1
        passed_over = self._reader.passed_over
        try:
            blocks = self._reader.feed(data)
        except NotAmi:
            self.abort(faults.not_asterisk(self._where))
            return
        self._tally["dropped_too_long"] += self._reader.passed_over - passed_over
        for block in blocks:
            try:
                self._take(read_block(block))
            except Exception as error:  # a mistake of ours must not cost the link, as it did in panoramisk
                self._tally["failed_blocks"] += 1
                log.error("ami_block_failed", **failure_keys(error))

    def abort(self, fault: PbxFault) -> None:
        """End the connection at once, for this reason, without waiting for a peer that may be gone."""
        self._end(fault)
        self.transport.abort()

    def close(self) -> None:
        """End the connection; what was in flight fails and is never sent again."""
        self._end(faults.closed_by_us())
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._end(faults.closed_by_asterisk(self._where))

    def _send(self, action_id: str, data: Mapping[str, HeaderValue]) -> asyncio.Future[AmiResponse]:
        headers = dict(data)
        action = str(headers.pop("Action"))
        if action.lower() == "originate":
            headers["Async"] = "true"  # otherwise Asterisk reads and writes nothing on this connection until somebody answers
        line = encode_action(action, action_id, headers)
        answer = self.in_flight.expect(action_id, action)
        self.transport.write(line)
        return answer

    def _take(self, block: Block) -> None:
        verdict = judge(block, systemname=self._systemname, awaited=self.in_flight)
        if verdict is Verdict.EVENT:
            self._take_event(AmiEvent(block.headers["Event"], block.headers))
        elif verdict is Verdict.LIST_ENTRY:
            self.in_flight.take_entry(AmiEvent(block.headers["Event"], block.headers))
        elif verdict is Verdict.RESPONSE:
            headers = block.headers
            ok = headers["Response"] in OK_ANSWERS
            self.in_flight.take_response(AmiResponse(ok=ok, message=headers.get("Message", ""), headers=headers))
        elif verdict is Verdict.BOOTED:
            self._note_booted()
        else:
            self._dropped(verdict, block)

    def _take_event(self, event: AmiEvent) -> None:
        if event.name == "OriginateResponse":
            self.in_flight.take_originate(event)
        elif event.name == "FullyBooted":
            self._note_booted()
        self._on_event(event)

    def _note_booted(self) -> None:
        if not self.booted.done():
            self.booted.set_result(None)

    def _dropped(self, verdict: Verdict, block: Block) -> None:
        self._tally[verdict.value] += 1
        now = asyncio.get_running_loop().time()
        if self._logged_drops_at is not None and now - self._logged_drops_at < LOG_DROPS_EVERY_S:
            return
        self._logged_drops_at = now
        what = masked_text(block.headers.get("Event", block.kind))[:40]
        log.warning("ami_block_dropped", reason=verdict.value, ami_event=what, so_far=self._tally[verdict.value])

    def _end(self, fault: PbxFault) -> None:
        if not self.lost.done():
            self.lost.set_result(fault)
        self.in_flight.end(fault.sentence)
