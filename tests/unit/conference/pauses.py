"""Pauses of recordings in memory (conference.recording.Pauses)."""

from datetime import datetime


class HeldPauses:
    def __init__(self) -> None:
        self.held: dict[str, datetime] = {}

    async def set(self, call_id: str, until: datetime) -> None:
        self.held[call_id] = until

    async def until(self, call_id: str) -> datetime | None:
        return self.held.get(call_id)

    async def end(self, call_id: str) -> bool:
        return self.held.pop(call_id, None) is not None

    async def over(self, now: datetime) -> list[str]:
        return [call_id for call_id, until in self.held.items() if until <= now]
