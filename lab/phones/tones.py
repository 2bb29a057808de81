"""Tones: every phone of the lab hums its own, so that a recording tells who heard whom.

A tone is measured by the Goertzel algorithm in blocks of 0.1 s. Tones that are multiples of 10 Hz fill such a block with
whole periods and therefore do not leak into each other, however many sound at once.
"""

import math
from array import array
from collections.abc import Collection
from itertools import pairwise
from operator import mul
from pathlib import Path
from statistics import median

from lab.phones.sound import TELEPHONE_RATE, Sound, mulaw, read_wav, write_wav

LOUDNESS = 0.2
"""Of full scale: five parties that hum together still do not clip."""
SILENCE_RMS = 60.0
"""Below this a block is silence: about -55 dB of full scale; comfort noise and codec noise lie well under it."""
BLOCK_S = 0.1
LOUD_BLOCK_SHARE = 0.1
"""Of the loudest block's energy: a quieter block is the edge of a sound and tells nothing about its tones."""

TONES = tuple(range(410, 3400, 70))
"""Tones to give out: in the telephone band, and no overtone of one, nor the sum of two, is another."""


def tone(hz: int, seconds: float, *, loudness: float = LOUDNESS, rate: int = TELEPHONE_RATE) -> Sound:
    """A sine of `hz` (an integer, so that one second of it can be repeated without a seam); 0 Hz is silence."""
    turn, height = 2 * math.pi * hz / rate, 32767 * loudness
    second = array("h", (round(height * math.sin(turn * n)) for n in range(rate)))
    return Sound(rate=rate, channels=((second * math.ceil(seconds))[: round(seconds * rate)],))


def write_tone_wav(path: Path, hz: int, seconds: float, *, loudness: float = LOUDNESS) -> Path:
    """Write the tone as a wav file; the path again."""
    return write_wav(path, tone(hz, seconds, loudness=loudness))


def write_tone_mulaw(path: Path, hz: int, seconds: int, *, loudness: float = LOUDNESS) -> Path:
    """Write whole seconds of the tone as raw mu-law, as sipp plays it; the path again."""
    path.write_bytes(mulaw(tone(hz, 1, loudness=loudness).channels[0]) * seconds)
    return path


def share(sound: Sound, hz: float) -> float:
    """The share of the (first channel's) energy that lies at `hz`, 0 to 1; 0 for silence."""
    blocks = _blocks(sound)
    total: int = sum(sum(map(mul, block, block)) for block in blocks)
    if total <= _silence(sound) * len(blocks):
        return 0.0
    return sum(_energy_at(block, hz, sound.rate) for block in blocks) / total


def tones_in(
    wav: Path | Sound, candidates: Collection[int], start_s: float = 0, end_s: float | None = None, *, channel: int = 0, least: float = 0.1
) -> set[int]:
    """Which of the candidate tones sound in the slice.

    Args:
        wav: a file or what was read from it.
        candidates: Hz; measured exactly where they are multiples of 10.
        start_s: negative counts from the end, as for `end_s`.
        channel: of a stereo file; 0 is the left one.
        least: the share of the energy a tone must have, in at least half of the blocks that are loud enough to tell.
    """
    sound = read_wav(wav) if isinstance(wav, Path) else wav
    sound = sound.channel(channel).between(start_s, end_s)
    loud = _loud_blocks(sound)
    if not loud:
        return set()
    return {hz for hz in candidates if median(_energy_at(block, hz, sound.rate) / energy for block, energy in loud) >= least}


def silent(wav: Path | Sound, start_s: float = 0, end_s: float | None = None, *, channel: int = 0) -> bool:
    """Whether nothing sounds in the slice: no block of 0.1 s is above the noise of a line."""
    sound = read_wav(wav) if isinstance(wav, Path) else wav
    return not _loud_blocks(sound.channel(channel).between(start_s, end_s))


def silences(sound: Sound, *, least_s: float = 0.3) -> list[tuple[float, float]]:
    """The stretches of silence of at least `least_s`, as (start, end) in seconds; the steps are blocks of 0.1 s."""
    threshold = _silence(sound)
    quiet = [sum(map(mul, block, block)) <= threshold for block in _blocks(sound)]
    edges = [number for number, (before, here) in enumerate(pairwise([False, *quiet, False])) if before != here]
    stretches = [(start * BLOCK_S, end * BLOCK_S) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return [(start, end) for start, end in stretches if end - start >= least_s]


def _blocks(sound: Sound) -> "list[array[int]]":
    size, samples = round(BLOCK_S * sound.rate), sound.channels[0]
    return [samples[start : start + size] for start in range(0, len(samples) - size + 1, size)]


def _silence(sound: Sound) -> float:
    return SILENCE_RMS**2 * round(BLOCK_S * sound.rate)


def _loud_blocks(sound: Sound) -> "list[tuple[array[int], int]]":
    measured = [(block, sum(map(mul, block, block))) for block in _blocks(sound)]
    floor = max([_silence(sound), *(LOUD_BLOCK_SHARE * energy for _, energy in measured)])
    return [(block, energy) for block, energy in measured if energy > floor]


def _energy_at(block: "array[int]", hz: float, rate: int) -> float:
    """The energy of the sine of `hz` in the block, in the unit of the sum of squares."""
    turn = 2 * math.cos(2 * math.pi * hz / rate)
    before = last = 0.0
    for sample in block:
        before, last = last, sample + turn * last - before
    return max(0.0, (last * last + before * before - turn * last * before) * 2 / len(block))
