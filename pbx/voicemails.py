"""Voice messages as Asterisk writes them: one file for each time a caller begins to speak, until his call is over."""

import asyncio
import os
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from ivr.voicemail import OnTape
from pbx.recordings import IN
from tickets.manifests import voicemail_name

log = structlog.get_logger(__name__)

_HEADER_BYTES: Final = 44
_RATE: Final = 8000
_BYTES_A_SECOND: Final = 2 * _RATE
_BLOCK_S: Final = 0.1
_EVERY: Final = 4  # one sample in four tells as well how loud it is
_LOUD: Final = 250  # of 32768, on average; Asterisk's own threshold of silence is 256
_LEFT_FREE: Final = 16 * 1024 * 1024  # bytes; who records the talks that go on needs some, too


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailFolder:
    """Implements `ivr.voicemail.Tapes` on the recordings' folder of one Asterisk, as the engine sees it."""

    here: Path

    def name(self, call_id: str, take: int) -> str:
        """See `Tapes.name`."""
        return voicemail_name(call_id, take)

    async def has_room(self, seconds: float) -> bool:
        """See `Tapes.has_room`."""
        try:
            disk = await asyncio.to_thread(os.statvfs, self.here)
        except OSError as error:
            log.error("recordings_folder_not_seen", why=error.strerror)
            return False
        return disk.f_bavail * disk.f_frsize >= seconds * _BYTES_A_SECOND + _LEFT_FREE

    async def on_tape(self, name: str, *, least_s: float) -> OnTape | None:
        """See `Tapes.on_tape`."""
        return await asyncio.to_thread(on_tape, self.here / f"{name}{IN}", least_s=least_s)

    async def begun(self, call_id: str) -> int:
        """See `Tapes.begun`."""
        return await asyncio.to_thread(self._begun, call_id)

    async def discard(self, call_id: str) -> None:
        """See `Tapes.discard`."""
        await asyncio.to_thread(self._discard, call_id)

    def _begun(self, call_id: str) -> int:
        take = 0
        while self._file(call_id, take + 1).is_file():
            take += 1
        return take

    def _discard(self, call_id: str) -> None:
        for take in range(1, self._begun(call_id) + 1):
            try:
                self._file(call_id, take).unlink(missing_ok=True)
            except OSError as error:
                log.error("voicemail_not_discarded", call_id=call_id, why=error.strerror)  # it is when the call is over

    def _file(self, call_id: str, take: int) -> Path:
        return self.here / f"{voicemail_name(call_id, take)}{IN}"


def on_tape(file: Path, *, least_s: float) -> OnTape | None:
    """What is in a file of one channel, whatever its header says, which a killed Asterisk never finished; None where it is not there."""
    try:
        content = file.read_bytes()[_HEADER_BYTES:]
    except OSError:
        return None
    samples = array("h", content[: len(content) // 2 * 2])
    return OnTape(length_s=len(samples) / _RATE, enough=_sounds_for(samples, least_s))


def _sounds_for(samples: "array[int]", least_s: float) -> bool:
    size, heard = round(_BLOCK_S * _RATE), 0
    for start in range(0, len(samples) - size + 1, size):
        block = samples[start : start + size : _EVERY]
        heard += sum(map(abs, block)) > _LOUD * len(block)
        if heard * _BLOCK_S >= least_s:
            return True
    return False
