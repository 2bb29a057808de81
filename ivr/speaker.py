"""What the scripts need of a caller's line."""

from typing import Protocol


class Speaker(Protocol):
    """A line that prompts can be played on. Every method raises LegGone when the caller has hung up."""

    async def play(self, prompt: str, keys: str = "") -> str:
        """Play a prompt of the catalogue; a key out of `keys` stops it and is returned ("" when it played to its end)."""
        ...

    async def key(self, within_s: float) -> str:
        """Wait for one key, "" when none came."""
        ...
