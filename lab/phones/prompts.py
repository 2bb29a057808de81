"""Which prompt was played, and when: recordings compared with the prompts' own files.

In three steps, so that plain Python is quick enough: the loudness, 100 values a second, is slid along the recording to find
where a prompt could be; there its loudest stretches are tried against a coarse copy of the recording; where one fits, the
samples themselves decide, piece by piece from there: a phone on a busy machine leaves out frames or plays some twice, and all
that follows comes sooner or later by so much. G.711 keeps a correlation of 0.99 and more.
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
PIECE_S = 0.25
"""A prompt is compared in pieces of this length; a lost frame is noticed in the one it belongs to."""
PROBES = 2
"""So many of the loudest pieces are tried around each place that the loudness suggests."""
SLIP_S = 0.06
"""A piece may come so much sooner or later than its neighbour says: three frames."""
SLIPPING = 4
"""A prompt of fewer pieces has to fit as it is: with some slip one syllable fits many."""
COARSE = 4
"""Samples added up to one in the coarse copy."""
LOUDNESS_LIKENESS = 0.6
"""Similar enough in loudness to be worth a look at the samples."""
COARSE_LIKENESS = 0.5
"""Similar enough in the coarse copy to be worth the exact comparison."""
SURE_LIKENESS = 0.9
"""So alike at once that no slip is looked for."""
LIKENESS = 0.8
"""Alike in its samples: other sentences of the same voice stay below, with three frames lost a sentence is above 0.85."""


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


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a prompt: the sample it begins at, its samples, and how much of the prompt's sound it is."""

    start: int
    samples: "array[int]"
    weight: float


def prompts_in(wav: Path | Sound, prompts: Mapping[str, Path], *, channel: int = 0) -> list[PromptHeard]:
    """Every playing of the prompts in the recording, by time.

    Args:
        prompts: name -> wav file of the prompt, of the recording's sample rate.
        channel: of a stereo recording; 0 is the left one.
    """
    sound = (read_wav(wav) if isinstance(wav, Path) else wav).channel(channel)
    samples, step = sound.channels[0], round(FRAME_S * sound.rate)
    recording = _Recording(sound, samples, _coarse(samples), _loudness(samples, step), step)
    heard = [found for name, path in prompts.items() for found in _playings(recording, name, path)]
    return sorted(_best_first(heard), key=lambda found: found.start_s)


def _playings(recording: _Recording, name: str, path: Path) -> Iterator[PromptHeard]:
    prompt, rate = read_wav(path).channel(0), recording.sound.rate
    if prompt.rate != rate:
        raise NotASound(f"{path} has {prompt.rate} samples a second and the recording {rate}; they must be the same")
    start, samples = _without_silent_ends(prompt)
    pieces = _pieces(samples, round(PIECE_S * rate))
    slip = round(SLIP_S * rate) if len(pieces) >= SLIPPING else 0
    for probe, at in _places(recording, samples, pieces, slip):
        likeness, begins = _followed(recording, pieces, probe, at, slip)
        if likeness >= LIKENESS:
            begins_s = (begins - start) / rate
            yield PromptHeard(name=name, start_s=max(0.0, begins_s), end_s=begins_s + prompt.seconds, likeness=likeness)


def _pieces(samples: "array[int]", size: int) -> list[_Piece]:
    """What the prompt is compared in; what is left at its end belongs to the last piece."""
    starts = range(0, max(1, len(samples) - size + 1), size)
    stretches = [samples[start : start + size] for start in starts[:-1]] + [samples[starts[-1] :]]
    return [_Piece(start, stretch, math.sqrt(sum(map(mul, stretch, stretch)))) for start, stretch in zip(starts, stretches, strict=True)]


def _places(recording: _Recording, prompt: "array[int]", pieces: Sequence[_Piece], slip: int) -> Iterator[tuple[int, int]]:
    """Which of the pieces may lie at which sample: by loudness, then coarsely, then exactly."""
    step = recording.step
    loudest = sorted(range(len(pieces)), key=lambda number: -pieces[number].weight)[:PROBES]
    probes = {number: [_coarse(pieces[number].samples[skipped:]) for skipped in range(COARSE)] for number in loudest}
    for frame in _candidate_frames(recording.loudness, _loudness(prompt, step)):
        for number, coarse_probes in probes.items():  # where the prompt lies between the recording's sums of four
            around = (frame * step + pieces[number].start) // COARSE
            reach = (2 * step + slip) // COARSE
            likeness, coarse_at = max(_coarsely(recording.coarse, probe, around, reach) for probe in coarse_probes)
            if likeness >= COARSE_LIKENESS:
                yield number, _best_place(recording.samples, pieces[number].samples, coarse_at * COARSE, 2 * COARSE)
                break


def _followed(recording: _Recording, pieces: Sequence[_Piece], probe: int, at: int, slip: int) -> tuple[float, int]:
    """How alike the two are, the loud weighing more than the quiet, and the sample at which the prompt begins.

    The piece `probe` lies at `at`; each of the others is sought near the place that its neighbour on that side gives it.
    """
    alike, all_of_it = 0.0, 0.0
    begins = first = at - pieces[probe].start
    for way in (pieces[probe:], pieces[:probe][::-1]):
        begins = first
        for piece in way:
            likeness, place = _found(recording, piece, begins + piece.start, slip)
            if likeness >= COARSE_LIKENESS:
                begins = place - piece.start
            alike, all_of_it = alike + likeness * piece.weight, all_of_it + piece.weight
    return alike / all_of_it, begins


def _found(recording: _Recording, piece: _Piece, at: int, slip: int) -> tuple[float, int]:
    """How alike the piece and the recording are where they fit best, at most `slip` from `at`, and where that is."""
    likeness = _correlation(recording.samples[max(0, at) : max(0, at + len(piece.samples))], piece.samples[max(0, -at) :])
    if likeness >= SURE_LIKENESS or not slip:
        return likeness, at
    probes = (_coarse(piece.samples[skipped:]) for skipped in range(COARSE))
    _, coarse_at = max(_coarsely(recording.coarse, probe, max(0, at) // COARSE, slip // COARSE) for probe in probes)
    place = _best_place(recording.samples, piece.samples, coarse_at * COARSE, 2 * COARSE)
    slipped = _correlation(recording.samples[place : place + len(piece.samples)], piece.samples)
    return max((likeness, at), (slipped, place))


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
