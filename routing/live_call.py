"""A live call, asked for by its id."""

from typing import Protocol

from calls.errors import NotFound
from routing.waiting import LiveCall


class LiveCalls(Protocol):
    """What the waiting room knows of calls (routing.waiting.WaitingRoom)."""

    async def call(self, call_id: str) -> LiveCall | None:
        """See `WaitingRoom.call`."""
        ...


async def live_call(calls: LiveCalls, call_id: str) -> LiveCall:
    """The call at this moment. Raises: NotFound: it is over, or never was. StoreFault."""
    call = await calls.call(call_id)
    if call is None:
        raise not_live(call_id)
    return call


def not_live(call_id: str) -> NotFound:
    """What whoever asks for a call that is not live is told."""
    return NotFound("call_not_live", f"There is no live call {call_id}.", call_id=call_id)
