"""Takes messages from the outbox to the gateway. Every engine runs one; a message is one engine's at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import StoreFault
from calls.masking import masked
from tickets.messages import (
    Gateway,
    GatewayAway,
    GatewayRefused,
    GatewaySilent,
    Message,
    MessageState,
    Outbox,
    SendingRules,
    Sms,
    pause_s,
)

log = structlog.get_logger(__name__)

EVERY_S: Final = 1.0
_AT_ONCE: Final = 4
_AGAIN_S: Final = 0.5


class Sender:
    """One engine's. `gateway` (None: there is none) and `rules` may be replaced at any moment.

    Args: sms_of: what is to be sent of a message; None where it is not to be sent any more. Raises: StoreFault.
    """

    def __init__(self, outbox: Outbox, sms_of: Callable[[Message], Awaitable[Sms | None]], clock: Clock) -> None:
        self.gateway: Gateway | None = None
        self.rules = SendingRules()
        self._outbox = outbox
        self._sms_of = sms_of
        self._clock = clock
        self._in_hand: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send until cancelled; what is in the gateway's hands then is waited for, so that its outcome is known."""
        try:
            while True:
                try:
                    sent = await self.once()
                except StoreFault as fault:
                    log.warning("messages_held_up", code=fault.code)
                    sent = 0
                if sent < _AT_ONCE:
                    await asyncio.sleep(EVERY_S)
        finally:
            await asyncio.gather(*self._in_hand, return_exceptions=True)

    async def once(self) -> int:
        """Send what is due, a few at once; how many there were. Raises: StoreFault."""
        if self.gateway is None:
            return 0
        due = await self._outbox.due(self._clock.now(), _AT_ONCE)
        tasks = [asyncio.create_task(self._sent(message, self.gateway), name=f"message {message.message_id}") for message in due]
        for task in tasks:
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        if tasks:
            await asyncio.shield(asyncio.gather(*tasks))
        return len(due)

    async def _sent(self, message: Message, gateway: Gateway) -> None:
        sms = await self._sms_of(message)  # before it is claimed: a database that is away must not look like an engine that died
        died = message.state is MessageState.SENDING
        if not await self._outbox.claim(message, until=self._clock.now() + timedelta(seconds=self.rules.lease_s)):
            return
        message = replace(message, attempts=message.attempts + 1)
        if sms is None:
            await self._settle(message, MessageState.WITHDRAWN, "Its link is good no more.")
        elif died and not self.rules.send_twice:
            await self._settle(message, MessageState.UNKNOWN, "The engine died while it was being sent.")
        else:
            await self._tried(message, sms, gateway)

    async def _tried(self, message: Message, sms: Sms, gateway: Gateway) -> None:
        try:
            gateway_id = await gateway.send(sms)
        except GatewayRefused as refusal:
            await self._settle(message, MessageState.FAILED, refusal.sentence)
        except GatewaySilent as silence:
            if self.rules.send_twice:
                await self._again(message, silence.sentence)
            else:
                await self._settle(message, MessageState.UNKNOWN, silence.sentence)
        except GatewayAway as away:
            await self._again(message, away.sentence, asked_s=away.after_s)
        else:
            await self._settle(replace(message, gateway_id=gateway_id), MessageState.SENT)

    async def _again(self, message: Message, why: str, *, asked_s: float = 0) -> None:
        if message.attempts >= self.rules.attempts:
            await self._settle(message, MessageState.FAILED, why)
            return
        due = self._clock.now() + timedelta(seconds=pause_s(message.attempts, asked_s=asked_s))
        await self._keep(replace(message, state=MessageState.WAITING, due=due, why=why))
        log.warning("message_not_sent_yet", message=message.message_id, to=masked(message.number), attempts=message.attempts, why=why)

    async def _settle(self, message: Message, state: MessageState, why: str = "") -> None:
        await self._keep(replace(message, state=state, ended=self._clock.now(), why=why))
        log.info("message_settled", message=message.message_id, to=masked(message.number), state=state, attempts=message.attempts, why=why)

    async def _keep(self, message: Message) -> None:
        """As long as nobody else may take it: what is known of it must not be lost because the database is away for a moment.

        Raises: StoreFault.
        """
        until = self._clock.monotonic() + self.rules.lease_s
        while True:
            try:
                await self._outbox.settle(message)
            except StoreFault:
                if self._clock.monotonic() >= until:
                    raise
                await asyncio.sleep(_AGAIN_S)
            else:
                return
