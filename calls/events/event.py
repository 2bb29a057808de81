"""What every fact has."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

__all__ = ["Event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every fact has: the call it is about (Asterisk's uniqueid of the caller's channel) and when (UTC, aware)."""

    kind: ClassVar[str]
    call_id: str
    at: datetime
