"""A call whose people are still there, also where live state had lost it."""

from conference.legs import Around
from routing.waiting import LiveCall, WaitingRoom


async def known_again(waiting: WaitingRoom, around: Around, call_id: str) -> LiveCall | None:
    """The live call; written anew where live state lost all it knew. None: it is over, or was never known. Raises: StoreFault."""
    call = await waiting.call(call_id)
    if call is None and await around.found_again():
        call = await waiting.call(call_id)
    return call
