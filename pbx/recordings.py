"""Recordings: what MixMonitor wrote as two files, caller and the others apart, becomes one stereo file, caller left."""

import time
import wave
from array import array
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

_FRAMES_AT_ONCE: Final = 8000 * 10
_SETTLED_S: Final = 2.0  # MixMonitor writes and closes its files a moment after the channel has gone
IN: Final = "-in.wav"
OUT: Final = "-out.wav"


def finish_recordings(folder: Path, live: Collection[str]) -> list[Path]:
    """Make <call>.wav of every pair whose call is over; returns the files made. Safe to be repeated, or done twice at once.

    A half that has no other half (Asterisk died) makes a file with silence on the other side; nothing is thrown away.
    """
    made = []
    for part in sorted({*folder.glob(f"*{IN}"), *folder.glob(f"*{OUT}")}):
        call_id = part.name.removesuffix(IN).removesuffix(OUT)
        halves = (folder / f"{call_id}{IN}", folder / f"{call_id}{OUT}")
        if call_id in live or not part.exists() or not _settled(halves):
            continue
        try:
            target = _join(halves, folder / f"{call_id}.wav")
        except (wave.Error, EOFError, OSError) as error:
            log.error("recording_unreadable", call_id=call_id, why=str(error) or type(error).__name__)
            continue
        for half in halves:
            half.unlink(missing_ok=True)
        made.append(target)
        log.info("recording_finished", call_id=call_id)
    return made


def _settled(halves: tuple[Path, Path]) -> bool:
    changed = [half.stat().st_mtime for half in halves if half.exists()]
    return bool(changed) and time.time() - max(changed) > _SETTLED_S


def _join(halves: tuple[Path, Path], target: Path) -> Path:
    half_done = target.with_suffix(f".part-{time.monotonic_ns()}")
    with ExitStack() as files:
        sides = [files.enter_context(wave.open(str(half), "rb")) if half.exists() else None for half in halves]
        rate = next(side.getframerate() for side in sides if side is not None)
        stereo = files.enter_context(wave.open(str(half_done), "wb"))
        stereo.setnchannels(2)
        stereo.setsampwidth(2)
        stereo.setframerate(rate)
        while any(chunks := [_samples(side) for side in sides]):
            length = max(map(len, chunks))
            both = array("h", bytes(4 * length))
            for channel, samples in enumerate(chunks):
                both[channel : 2 * len(samples) : 2] = samples
            stereo.writeframes(both.tobytes())
    half_done.replace(target)
    return target


def _samples(side: wave.Wave_read | None) -> "array[int]":
    return array("h", side.readframes(_FRAMES_AT_ONCE) if side is not None else b"")
