"""Which prompt was played, and when."""

import random
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from lab.phones.prompts import prompts_in
from lab.phones.sound import NotASound, Sound, mulaw, read_mulaw, write_wav
from lab.phones.tones import tone
from tests.unit.lab.phones.builders import joined, side_by_side, speech

PAUSE = tone(0, 0.7345)


@pytest.fixture
def prompts(tmp_path: Path) -> dict[str, Path]:
    lengths = {"welcome": 3.1, "one": 0.4, "two": 0.45, "goodbye": 1.2}
    return {name: write_wav(tmp_path / f"{name}.wav", speech(length, seed)) for seed, (name, length) in enumerate(lengths.items())}


def recorded(tmp_path: Path, *sounds: Sound) -> Sound:
    """What comes out at the other end of a telephone line."""
    raw = tmp_path / "line.ul"
    raw.write_bytes(mulaw(joined(*sounds).channels[0]))
    return read_mulaw(raw)


def test_each_playing_is_found_at_its_place(prompts: dict[str, Path], tmp_path: Path) -> None:
    welcome, one, two = (speech(length, seed) for seed, length in enumerate((3.1, 0.4, 0.45)))
    heard = prompts_in(recorded(tmp_path, PAUSE, welcome, PAUSE, two, one, two, PAUSE), prompts)
    assert [found.name for found in heard] == ["welcome", "two", "one", "two"]
    assert [found.start_s for found in heard] == pytest.approx([0.7345, 4.569, 5.019, 5.419], abs=0.001)
    assert all(found.likeness > 0.98 for found in heard)
    assert heard[0].end_s - heard[0].start_s == pytest.approx(3.1, abs=0.001)


def test_a_prompts_own_silence_belongs_to_it(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "slow.wav", joined(PAUSE, speech(1, 7), PAUSE))
    (heard,) = prompts_in(recorded(tmp_path, tone(0, 1), PAUSE, speech(1, 7), PAUSE), {"slow": wav})
    assert (heard.start_s, heard.end_s) == pytest.approx((1.0, 1.0 + 1 + 2 * 0.7345), abs=0.001)


def test_other_speech_is_no_prompt(prompts: dict[str, Path], tmp_path: Path) -> None:
    assert prompts_in(recorded(tmp_path, PAUSE, speech(5, seed=99)), prompts) == []
    assert prompts_in(tone(0, 3), prompts) == []
    assert prompts_in(tone(0, 0), prompts) == []


def test_a_prompt_cut_short_is_not_heard(prompts: dict[str, Path], tmp_path: Path) -> None:
    assert prompts_in(recorded(tmp_path, speech(3.1, 0).between(0, 1.5), tone(0, 2)), {"welcome": prompts["welcome"]}) == []


@pytest.mark.parametrize("times", [0, 2], ids=["lost", "played twice"])
def test_a_prompt_is_found_though_some_frames_of_it_are(prompts: dict[str, Path], tmp_path: Path, times: int) -> None:
    frames = [speech(3.1, 0).between(start / 50, (start + 1) / 50) for start in range(155)]
    played = joined(*(frame for number, frame in enumerate(frames) for _ in range(times if number % 40 == 27 else 1)))
    (heard,) = prompts_in(recorded(tmp_path, PAUSE, played, PAUSE, tone(0, 0.5)), {"welcome": prompts["welcome"]})
    assert heard.start_s == pytest.approx(0.7345, abs=0.02)


def test_a_prompt_that_something_sounds_over_is_not_heard(prompts: dict[str, Path], tmp_path: Path) -> None:
    welcome = speech(3.1, 0)
    over = joined(welcome.between(0, 1.0), speech(1.1, 98), welcome.between(2.1))
    assert prompts_in(recorded(tmp_path, PAUSE, over, PAUSE), {"welcome": prompts["welcome"]}) == []


def test_the_right_channel_can_be_asked(prompts: dict[str, Path]) -> None:
    welcome = speech(3.1, 0)
    stereo = side_by_side(tone(0, 3.1), welcome)
    assert prompts_in(stereo, prompts) == []
    assert [found.name for found in prompts_in(stereo, prompts, channel=1)] == ["welcome"]


def test_a_prompt_of_another_sample_rate_is_refused(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "x.wav", tone(1000, 1, rate=16000))
    with pytest.raises(NotASound, match="16000 samples a second and the recording 8000"):
        prompts_in(speech(2, 0), {"x": wav})


def test_a_silent_prompt_is_refused(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "x.wav", tone(0, 1))
    with pytest.raises(NotASound, match="silent"):
        prompts_in(speech(2, 0), {"x": wav})


@pytest.mark.parametrize("shift", range(4))
def test_a_hissing_prompt_is_found_wherever_it_begins(tmp_path: Path, shift: int) -> None:
    """Much of a hiss lies above what the coarse copy keeps, and the rest of it changes from sample to sample."""
    random_source = random.Random(5)  # noqa: S311  no secret
    noise = [random_source.gauss(0, 2000) * (number // 900 % 3 + 1) for number in range(6401)]
    hiss = Sound(rate=8000, channels=(array("h", (round(after - 0.5 * before) for before, after in pairwise(noise))),))
    wav = write_wav(tmp_path / "hiss.wav", hiss)
    heard = prompts_in(recorded(tmp_path, tone(0, (1600 + shift) / 8000), hiss, tone(0, 0.5)), {"hiss": wav})
    assert [found.start_s for found in heard] == pytest.approx([(1600 + shift) / 8000], abs=0.0005)
