"""Messages to specialists' mobiles: an outbox that outlives the engine, and the gateway that takes them from it.

The text stands nowhere but at the gateway: a link's code can be made again whenever it is needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from calls.errors import Fault, Refused

FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 600.0


class MessageState(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"  # the gateway took it
    DELIVERED = "delivered"  # the gateway says that the phone has it
    FAILED = "failed"  # it was refused, tried too often, or the gateway says that the phone will not have it
    UNKNOWN = "unknown"  # nobody knows whether the gateway took it, and it is not to be sent twice
    WITHDRAWN = "withdrawn"  # its link was revoked or issued again before it was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message.

    Args:
        due: when it is to be tried; while it is being sent, when the engine that does so must have ended.
        gateway_id: the gateway's own id of it. why: why it was not sent, in one sentence.
    """

    message_id: str
    link_id: str
    issue: int
    number: str
    state: MessageState
    attempts: int
    created: datetime
    due: datetime
    ended: datetime | None = None
    gateway_id: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """What the gateway is given. The id is the same at every attempt, so that a gateway can know a message again."""

    message_id: str
    number: str
    text: str


class Gateway(Protocol):
    """Sends messages."""

    async def send(self, sms: Sms) -> str:
        """The gateway took it; its own id of it, or "".

        Raises: GatewayRefused: it never will. GatewayAway: it did not, and may be asked again. GatewaySilent: nobody knows.
        """
        ...


class GatewayRefused(Refused):
    """The gateway does not take this message, now or later."""


class GatewayAway(Fault):
    """The gateway did not take the message this time.

    Args: after_s: it asks not to be asked sooner; 0: it says nothing.
    """

    def __init__(self, sentence: str, *, after_s: float = 0) -> None:
        super().__init__("gateway_away", sentence)
        self.after_s = after_s


class GatewaySilent(Fault):
    """The gateway may or may not have taken the message."""

    def __init__(self, sentence: str) -> None:
        super().__init__("gateway_silent", sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingRules:
    """How hard is tried.

    Args:
        attempts: at most so many. lease_s: so long an attempt takes at most; after it, its engine has died.
        send_twice: whether what may have been sent is sent again (with the same id), or left alone.
    """

    attempts: int = 8
    lease_s: float = 30
    send_twice: bool = True


class Outbox(Protocol):
    """The messages of one hotline. Raises (all): StoreFault."""

    async def due(self, now: datetime, limit: int) -> Sequence[Message]:
        """Waiting ones whose time has come, and those whose engine died over them; the most overdue first."""
        ...

    async def claim(self, message: Message, *, until: datetime) -> bool:
        """Whether it is this engine's to send, until then; it is nobody else's meanwhile."""
        ...

    async def settle(self, message: Message) -> None:
        """Keep what became of a claimed one."""
        ...

    async def of_links(self, link_ids: Sequence[str]) -> Mapping[str, Message]:
        """The latest message of each of these links that has any."""
        ...

    async def reported(self, message: str, state: MessageState, *, at: datetime, why: str) -> bool:
        """Keep what the gateway says of one it took, by our id of it or by its own; False where there is none such, or its end is known."""
        ...

    async def counts(self) -> Mapping[MessageState, int]:
        """How many there are in each state."""
        ...


def pause_s(attempts: int, *, asked_s: float = 0) -> float:
    """How long to wait after so many attempts: twice as long each time, and not less than the gateway asked for (an hour at most)."""
    return max(min(FIRST_PAUSE_S * 2.0 ** max(0, attempts - 1), LONGEST_PAUSE_S), min(asked_s, 3600.0))
