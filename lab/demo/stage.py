"""What the story is played with: the lab's phones, the outside world, the API, and the engines' process ids."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from calls.errors import Fault
from lab.client import LabApi, Unexpected
from lab.demo.timeline import Timeline
from lab.music import NOTES_HZ
from lab.phones.phones import Phones
from lab.phones.softphone import Softphone
from lab.phones.tones import tones_in
from lab.phones.world import World

_LOOK_EVERY_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything the steps need.

    Args:
        parts: asks the lab for its parts (name -> {"pid": …, "running": …}).
        audit: runs the audit; its exit code and words.
    """

    api: LabApi
    phones: Phones
    world: World
    timeline: Timeline
    recordings: Path
    prompts: Path
    parts: Callable[[], dict[str, Any]]
    audit: Callable[[], tuple[int, str]]
    seats: dict[int, Softphone] = field(default_factory=dict)

    async def seat(self, number: int) -> Softphone:
        """The seat's phone, registered; switched on the first time it is asked for."""
        if number not in self.seats:
            self.seats[number] = await self.phones.seat(number)
        return self.seats[number]

    def prompt(self, name: str) -> Path:
        """A prompt's file."""
        return self.prompts / f"{name}.wav"

    async def hears_music(self, phone: Softphone, *, within_s: float = 6.0) -> None:
        """Wait until the phone hears the hold music. Raises: Unexpected: something else, or nothing."""
        began = phone.heard_s
        heard: set[int] = set()
        try:
            async with asyncio.timeout(within_s):
                while not {NOTES_HZ[0], NOTES_HZ[2]} <= heard:
                    await asyncio.sleep(_LOOK_EVERY_S)
                    heard |= tones_in(phone.heard(), NOTES_HZ, max(began, phone.heard_s - 0.4), phone.heard_s)
        except TimeoutError:
            raise Unexpected("no_music", f"{phone.number} should hear music and hears {sorted(heard) or 'none of its notes'}.") from None

    async def seat_is(self, seat: str, state: str, *, within_s: float = 10.0) -> dict[str, Any]:
        """Wait for the seat's state."""
        found: dict[str, Any] = await self.api.until(f"/seats/{seat}", lambda one: one["state"] == state, within_s=within_s)
        return found

    async def call_is(self, call_id: str, state: str, *, within_s: float = 10.0) -> dict[str, Any]:
        """Wait for the call's state."""
        found: dict[str, Any] = await self.api.until(f"/calls/{call_id}", lambda one: one["state"] == state, within_s=within_s)
        return found

    def kill(self, part: str) -> int:
        """End a part by force, as a power cut would; returns its process id. Raises: Fault: it does not run."""
        pid = self.parts()[part]["pid"]
        if pid is None:
            raise Fault("part_not_running", f"{part} does not run, so it cannot be killed.")
        os.kill(pid, signal.SIGKILL)
        return int(pid)


def as_text(document: Any) -> str:  # noqa: ANN401  JSON
    """For the reader."""
    return json.dumps(document, ensure_ascii=False, indent=2)
