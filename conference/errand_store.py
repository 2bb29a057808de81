"""Changing a call's errand while others may do so too."""

from collections.abc import Callable, Sequence

from calls.events import Event
from conference.errand import Errand
from routing.waiting import CallState, LiveCall, WaitingRoom

IN_CONFERENCE = frozenset({CallState.CONSULT, CallState.THREE_WAY, CallState.TALKING_IN_ROOM, CallState.HELD})


async def revise_errand(
    waiting: WaitingRoom, call_id: str, revise: Callable[[LiveCall, Errand], Errand | None], facts: Sequence[Event] = ()
) -> Errand | None:
    """Apply `revise` to the errand as it is at the moment it is written.

    None where nothing was written: `revise` gave None, or the call is in no conference any more.
    """
    while (call := await waiting.call(call_id)) is not None and call.state in IN_CONFERENCE:
        errand = revise(call, Errand.from_json(call.errand))
        if errand is None:
            return None
        written = await waiting.change(
            call_id, expect=call.state, state=call.state, errand=errand.to_json(), expect_errand=call.errand, facts=facts
        )
        if written:
            return errand
    return None
