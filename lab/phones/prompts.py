"""Which prompt was played, and when: recordings compared with the prompts' own files.

In three steps, so that plain Python is quick enough: the loudness, 100 values a second, is slid along the recording to find
where a prompt could be; there a loud stretch of it is tried against a coarse copy of the recording; where that fits, the
samples themselves decide. G.711 keeps a correlation of 0.99 and more.
"""

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from pathlib import Path

from lab.phones.sound import NotASound, Sound, read_wav
from lab.phones.tones import SILENCE_RMS

FRAME_S = 0.01
PROBE_S = 0.25
"""The loudest stretch of a prompt is tried around each place that the loudness suggests."""
COARSE = 4
"""Samples added up to one in the coarse copy."""
LOUDNESS_LIKENESS = 0.6
"""Similar enough in loudness to be worth a look at the samples."""
COARSE_LIKENESS = 0.5
"""Similar enough in the coarse copy to be worth the exact comparison."""
LIKENESS = 0.8
"""Alike in its samples: other speech, even of the same voice, stays below 0.4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptHeard:
    """One playing of a prompt within a recording."""

    name: str
    start_s: float
    end_s: float
    likeness: float


@dataclass(frozen=True, slots=True)
class _Recording:
    """A recording prepared for many comparisons."""

    sound: Sound
    samples: "array[int]"
    coarse: "array[int]"
    loudness: list[float]
    step: int


def prompts_in(
    wav: Path | Sound, prompts: Mapping[str, Path], *, channel: int = 0, likeness: float = LIKENESS
) -> list[PromptHeard]:
    """Every playing of the prompts in the recording, by time.

    Args:
        prompts: name -> wav file of the prompt, of the recording's sample rate.
        channel: of a stereo recording; 0 is the left one.
        likeness: less than LIKENESS where a frame may be lost on the way, as in a whisper on a busy machine.
    """
    sound = (read_wav(wav) if isinstance(wav, Path) else wav).channel(channel)
    samples, step = sound.channels[0], round(FRAME_S * sound.rate)
    recording = _Recording(sound, samples, _coarse(samples), _loudness(samples, step), step)
    heard = [found for name, path in prompts.items() for found in _playings(recording, name, path, likeness)]
    return sorted(_best_first(heard), key=lambda found: found.start_s)


def _playings(recording: _Recording, name: str, path: Path, wanted: float) -> Iterator[PromptHeard]:
    prompt, rate = read_wav(path).channel(0), recording.sound.rate
    if prompt.rate != rate:
        raise NotASound(f"{path} has {prompt.rate} samples a second and the recording {rate}; they must be the same")
    start, samples = _without_silent_ends(prompt)
    for at in _places(recording, samples):
        likeness = _correlation(recording.samples[max(0, at) : at + len(samples)], samples[max(0, -at) :])
        if likeness >= wanted:
            begins = (at - start) / rate
            yield PromptHeard(name=name, start_s=max(0.0, begins), end_s=begins + prompt.seconds, likeness=likeness)


def _places(recording: _Recording, prompt: "array[int]") -> Iterator[int]:
    """The samples at which the prompt may begin: by loudness, then coarsely, then exactly."""
    step = recording.step
    probe_at, probe = _loudest(prompt, round(PROBE_S * recording.sound.rate))
    coarse_probes = [_coarse(probe[skipped:]) for skipped in range(COARSE)]  # where the prompt lies between the recording's sums of four
    for frame in _candidate_frames(recording.loudness, _loudness(prompt, step)):
        around = (frame * step + probe_at) // COARSE
        tried = [_coarsely(recording.coarse, coarse_probe, around, 2 * step // COARSE) for coarse_probe in coarse_probes]
        likeness, coarse_at = max(tried)
        if likeness >= COARSE_LIKENESS:
            yield _best_place(recording.samples, probe, coarse_at * COARSE, 2 * COARSE) - probe_at


def _coarsely(recording: "array[int]", probe: "array[int]", around: int, reach: int) -> tuple[float, int]:
    """How alike the two are where they fit best, and where that is."""
    at = _best_place(recording, probe, around, reach)
    return _correlation(recording[at : at + len(probe)], probe), at


def _without_silent_ends(prompt: Sound) -> "tuple[int, array[int]]":
    """Where the prompt's sound begins, and the sound: what is silent at its ends can be neither found nor missed."""
    samples, step = prompt.channels[0], round(FRAME_S * prompt.rate)
    loud = [number for number, value in enumerate(_loudness(samples, step)) if value > SILENCE_RMS]
    if not loud:
        raise NotASound("the prompt is silent from end to end")
    return loud[0] * step, samples[loud[0] * step : (loud[-1] + 1) * step]


def _loudness(samples: "array[int]", step: int) -> list[float]:
    """The root mean square of each frame."""
    frames = (samples[start : start + step] for start in range(0, len(samples) - step + 1, step))
    return [math.sqrt(sum(map(mul, frame, frame)) / step) for frame in frames]


def _coarse(samples: "array[int]") -> "array[int]":
    """Every `COARSE` samples added up to one."""
    lanes = (samples[number : len(samples) // COARSE * COARSE : COARSE] for number in range(COARSE))
    return array("i", map(sum, zip(*lanes, strict=True)))


def _candidate_frames(recording: Sequence[float], prompt: Sequence[float]) -> list[int]:
    """Where the recording's loudness goes up and down like the prompt's: the peaks of their correlation."""
    likeness = [_correlation(recording[at : at + len(prompt)], prompt) for at in range(max(1, len(recording) - len(prompt) + 1))]
    padded = [-1.0, *likeness, -1.0]
    return [
        at for at, value in enumerate(likeness) if value >= LOUDNESS_LIKENESS and value >= padded[at] and value >= padded[at + 2]
    ]


def _loudest(samples: "array[int]", size: int) -> "tuple[int, array[int]]":
    """The loudest stretch of `size`, and where it begins."""
    starts = range(0, max(1, len(samples) - size + 1), max(1, size // 8))
    at = max(starts, key=lambda start: sum(map(mul, samples[start : start + size], samples[start : start + size])))
    return at, samples[at : at + size]


def _best_place(recording: "array[int]", probe: "array[int]", around: int, reach: int) -> int:
    """The sample within `reach` of `around` at which the probe fits the recording best."""
    places = range(max(0, around - reach), around + reach + 1)
    return max(places, key=lambda at: sum(map(mul, recording[at : at + len(probe)], probe)))


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's coefficient over the length both have, -1 to 1; 0 where one of them does not vary."""
    length = min(len(one), len(other))
    if length == 0:
        return 0.0
    one, other = one[:length], other[:length]
    mean_one, mean_other = sum(one) / length, sum(other) / length
    product = sum(map(mul, one, other)) - length * mean_one * mean_other
    spread = (sum(map(mul, one, one)) - length * mean_one**2) * (sum(map(mul, other, other)) - length * mean_other**2)
    return product / math.sqrt(spread) if spread > 0 else 0.0


def _best_first(heard: Sequence[PromptHeard]) -> list[PromptHeard]:
    """Without those that overlap a better one for more than half of the shorter."""
    kept: list[PromptHeard] = []
    for found in sorted(heard, key=lambda one: -one.likeness):
        if all(_overlap_s(found, other) <= min(_length_s(found), _length_s(other)) / 2 for other in kept):
            kept.append(found)
    return kept


def _overlap_s(one: PromptHeard, other: PromptHeard) -> float:
    return min(one.end_s, other.end_s) - max(one.start_s, other.start_s)


def _length_s(one: PromptHeard) -> float:
    return one.end_s - one.start_s
