"""Talks that live state has lost: it forgot everything (Redis came back empty), and the people talk on."""

from typing import Protocol

from routing.waiting import LiveCall


class LostTalks(Protocol):
    """Where they are written anew, in one step."""

    async def found(self, call: LiveCall) -> bool:
        """The call goes on as it was last seen, with its seat, in this engine's hands.

        A second seat that was to take it over is not bound to it again. False, and nothing is changed, where live state knows
        the call, where it is over, or where its seat is unknown or bound to another call. Raises: StoreFault.
        """
        ...
