"""Recordings: what MixMonitor wrote as two files, caller and the others apart, becomes one stereo file, caller left."""

import os
import struct
import time
import wave
from array import array
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

import structlog

log = structlog.get_logger(__name__)

_FRAMES_AT_ONCE: Final = 8000 * 10
_SETTLED_S: Final = 2.0  # MixMonitor writes and closes its files a moment after the channel has gone
_HEADER: Final = struct.Struct("<4s4x8s8xI8x4s4x")  # as format_wav.c writes it: 44 bytes, then nothing but samples
IN: Final = "-in.wav"
OUT: Final = "-out.wav"
UNREADABLE: Final = ".unreadable"


class _NotASound(Exception):
    """A half that is not what MixMonitor writes."""

    def __init__(self, half: Path) -> None:
        super().__init__(half)
        self.half = half


def finish_recordings(folder: Path, live: Collection[str]) -> list[Path]:
    """Make <call>.wav of every pair whose call is over; returns the files made. Safe to be repeated, or done twice at once.

    A half that has no other half (Asterisk died) makes a file with silence on the other side; nothing is thrown away.
    What is no sound is set aside, for a person.
    """
    made = []
    for call_id in sorted(_begun(folder).difference(live)):
        try:
            target = _finish(folder, call_id)
        except FileNotFoundError:
            continue  # another engine has just finished it
        except _NotASound as error:
            log.error("recording_unreadable", call_id=call_id, half=error.half.name)
            error.half.rename(error.half.with_name(error.half.name + UNREADABLE))
        except OSError as error:
            log.error("recording_not_finished", call_id=call_id, why=error.strerror)
        else:
            made += [target] if target is not None else []
    return made


def _begun(folder: Path) -> set[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208  iterdir would make an object for each of a year's recordings
    except FileNotFoundError:
        return set()  # nothing was ever recorded
    return {name.removesuffix(IN).removesuffix(OUT) for name in names if name.endswith((IN, OUT))}


def _finish(folder: Path, call_id: str) -> Path | None:
    """The recording, None where there is nothing to do.

    Raises: FileNotFoundError: a half vanished meanwhile. _NotASound. OSError: it cannot be written.
    """
    target = folder / f"{call_id}.wav"
    halves = [half for half in (folder / f"{call_id}{IN}", folder / f"{call_id}{OUT}") if half.exists()]
    newest = max((half.stat().st_mtime for half in halves), default=None)
    if newest is None or time.time() - newest <= _SETTLED_S:
        return None
    fresh = _published(halves, target)
    for half in halves:
        half.unlink(missing_ok=True)
    if fresh:
        log.info("recording_finished", call_id=call_id)
    return target if fresh else None


def _published(halves: list[Path], target: Path) -> bool:
    """Join the halves into the target; False where another engine had done so, and what is left of the halves is in it."""
    half_done = target.with_name(f"{target.name}.part-{os.getpid()}-{time.monotonic_ns()}")
    try:
        _join(halves, half_done)
        os.link(half_done, target)  # unlike a rename it never replaces a recording that is whole
    except FileExistsError:
        return False
    finally:
        half_done.unlink(missing_ok=True)
    return True


def _join(halves: list[Path], target: Path) -> None:
    sides: list[BinaryIO | None] = [None, None]
    rates = [8000]
    with ExitStack() as files:
        for half in halves:
            sound = files.enter_context(half.open("rb"))
            sides[half.name.endswith(OUT)] = sound
            rates.append(_rate(half, sound))
        stereo = files.enter_context(wave.open(str(target), "wb"))
        stereo.setnchannels(2)
        stereo.setsampwidth(2)
        stereo.setframerate(max(rates))
        while any(chunks := [_samples(side) for side in sides]):
            length = max(map(len, chunks))
            both = array("h", bytes(4 * length))
            for channel, samples in enumerate(chunks):
                both[channel : 2 * len(samples) : 2] = samples
            stereo.writeframes(both.tobytes())


def _rate(half: Path, sound: BinaryIO) -> int:
    """Samples a second; the sound is then read up to its header. Its sizes are not asked: a killed Asterisk never wrote them."""
    header = sound.read(_HEADER.size)
    if not header:
        return 0
    if len(header) < _HEADER.size:
        raise _NotASound(half)
    riff, form, rate, data = _HEADER.unpack(header)
    if (riff, form, data) != (b"RIFF", b"WAVEfmt ", b"data"):
        raise _NotASound(half)
    return int(rate)


def _samples(side: BinaryIO | None) -> "array[int]":
    read = side.read(2 * _FRAMES_AT_ONCE) if side is not None else b""
    return array("h", read[: len(read) // 2 * 2])
