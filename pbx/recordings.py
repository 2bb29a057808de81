"""Recordings: what MixMonitor wrote as two files, what a leg says and what it hears, becomes one stereo file: the leg itself left.

That leg is the caller's; or, of a consult, a specialist's, or that of whom the caller is to be handed on to. A voice message has one
half only, and becomes a file of one channel.
"""

import hashlib
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

from tickets.manifests import SoundFile, file_name, of_transfer

log = structlog.get_logger(__name__)

_FRAMES_AT_ONCE: Final = 8000 * 10
_FRAME: Final = 4  # bytes: two samples
_SETTLED_S: Final = 2.0  # MixMonitor writes and closes its files a moment after the channel has gone
_HEADER: Final = struct.Struct("<4s4x8s8xI8x4s4x")  # as format_wav.c writes it: 44 bytes, then nothing but samples
IN: Final = "-in.wav"
OUT: Final = "-out.wav"
UNREADABLE: Final = ".unreadable"
_OTHERS: Final = "everybody else, as {} hears them"


class _NotASound(Exception):
    """A half that is not what MixMonitor writes."""

    def __init__(self, half: Path) -> None:
        super().__init__(half)
        self.half = half


def finish_recordings(folder: Path, live: Collection[str]) -> list[Path]:
    """Make one file of every pair whose call is over, <call>.wav or <call>-consult-<id>.wav; returns the files made.

    Safe to be repeated, or done twice at once. A half that has no other half (Asterisk died) makes a file with silence on the other
    side; nothing is thrown away. What is no sound is set aside, for a person.
    """
    made = []
    for name in sorted(name for name, call_id in _begun(folder).items() if call_id not in live):
        try:
            target = _finish(folder, name)
        except FileNotFoundError:
            continue  # another engine has just finished it
        except _NotASound as error:
            log.error("recording_unreadable", recording=name, half=error.half.name)
            error.half.rename(error.half.with_name(error.half.name + UNREADABLE))
        except OSError as error:
            log.error("recording_not_finished", recording=name, why=error.strerror)
        else:
            made += [target] if target is not None else []
    return made


def sound_of(path: Path) -> SoundFile:
    """What a finished recording is. Raises: OSError: it is not there, or cannot be read. wave.Error: it is no sound."""
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        size = content.tell()
        content.seek(0)
        with wave.open(content) as sound:
            rate = sound.getframerate()
            length_s = sound.getnframes() / rate
    left = _left_of(path.name)
    right = "" if _is_voicemail(path.name) else _OTHERS.format(f"the {left}")
    return SoundFile(name=path.name, sha256=digest, size=size, rate_hz=rate, length_s=round(length_s, 3), left=left, right=right)


def _left_of(name: str) -> str:
    """Whose leg it was recorded on."""
    known = file_name(name)
    if known is None or not known.consult:
        return "caller"
    return "transfer's target" if of_transfer(known.consult) else "specialist"


def _is_consult(name: str) -> bool:
    return _left_of(name) != "caller"


def _is_voicemail(name: str) -> bool:
    known = file_name(name)
    return known is not None and known.take > 0


def _begun(folder: Path) -> dict[str, str]:
    """Recordings there are halves of -> their calls."""
    try:
        names = os.listdir(folder)  # noqa: PTH208  iterdir would make an object for each of a year's recordings
    except FileNotFoundError:
        return {}  # nothing was ever recorded
    known = [file_name(name) for name in names if name.endswith((IN, OUT))]
    return {name.stem: name.call_id for name in known if name is not None}


def _finish(folder: Path, name: str) -> Path | None:
    """The recording, None where there is nothing to do.

    Raises: FileNotFoundError: a half vanished meanwhile. _NotASound. OSError: it cannot be written.
    """
    target = folder / f"{name}.wav"
    halves = [half for half in (folder / f"{name}{IN}", folder / f"{name}{OUT}") if half.exists()]
    newest = max((half.stat().st_mtime for half in halves), default=None)
    if newest is None or time.time() - newest <= _SETTLED_S:
        return None
    fresh = _published(halves, target)
    for half in halves:
        half.unlink(missing_ok=True)
    if fresh:
        log.info("recording_finished", recording=name)
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
        joined = files.enter_context(wave.open(str(target), "wb"))
        joined.setnchannels(1 if _is_voicemail(target.name) else 2)
        joined.setsampwidth(2)
        joined.setframerate(max(rates))
        if _is_voicemail(target.name):
            while samples := _samples(sides[0]):
                joined.writeframes(samples.tobytes())
        else:
            _write(joined, sides, to_the_end=not _is_consult(target.name))


def _write(stereo: wave.Wave_write, sides: list[BinaryIO | None], *, to_the_end: bool) -> None:
    """Both sides as one sound; `to_the_end` or, of a consult, up to where silence was written because the caller was there, too."""
    silent = 0
    while any(chunks := [_samples(side) for side in sides]):
        length = max(map(len, chunks))
        both = array("h", bytes(4 * length))
        for channel, samples in enumerate(chunks):
            both[channel : 2 * len(samples) : 2] = samples
        frames = both.tobytes()
        sounding = len(frames) if to_the_end else -(-len(frames.rstrip(b"\0")) // _FRAME) * _FRAME
        if sounding:
            for _ in range(silent // _FRAME // _FRAMES_AT_ONCE):
                stereo.writeframes(bytes(_FRAME * _FRAMES_AT_ONCE))
            stereo.writeframes(bytes(silent % (_FRAME * _FRAMES_AT_ONCE)))
            stereo.writeframes(frames[:sounding])
            silent = 0
        silent += len(frames) - sounding


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
