"""好差评: the caller's own rating of the call, by key."""

from typing import Final

from ivr.speaker import Speaker

_KEYS: Final = "12345"


async def ask_rating(speaker: Speaker, *, timeout_s: float, retries: int = 1) -> int | None:
    """1 (worst) to 5 (best), or None where no such key came.

    Raises: LegGone: the caller hung up instead.
    """
    for _ in range(retries + 1):
        digit = await speaker.play("rate", _KEYS) or await speaker.key(timeout_s)
        if digit and digit in _KEYS:
            await speaker.play("rate-thanks")
            return int(digit)
    return None
