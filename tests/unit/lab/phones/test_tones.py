"""Who is heard in a recording."""

from pathlib import Path

import pytest

from lab.phones.sound import mulaw, read_mulaw, write_wav
from lab.phones.tones import TONES, share, silences, silent, tone, tones_in, write_tone_mulaw, write_tone_wav
from tests.unit.lab.phones.builders import joined, side_by_side, speech, together

SEAT, CALLER, SPECIALIST = TONES[0], TONES[1], TONES[9]


def test_all_of_a_tones_energy_is_at_its_place() -> None:
    assert share(tone(CALLER, 1), CALLER) == pytest.approx(1, abs=0.001)
    assert share(tone(CALLER, 1), SEAT) < 0.001
    assert share(together(tone(CALLER, 1), tone(SEAT, 1)), SEAT) == pytest.approx(0.5, abs=0.01)


def test_no_tone_is_taken_for_another() -> None:
    for hz in TONES:
        assert tones_in(tone(hz, 0.3), TONES) == {hz}


def test_no_overtone_and_no_sum_of_tones_is_a_tone() -> None:
    tones = set(TONES)
    assert not {a + b for a in TONES for b in TONES} & tones
    assert not {3 * hz for hz in TONES} & tones


def test_three_who_talk_at_once_are_all_heard() -> None:
    conference = together(tone(SEAT, 1), tone(CALLER, 1), tone(SPECIALIST, 1))
    assert tones_in(conference, TONES) == {SEAT, CALLER, SPECIALIST}


def test_tones_survive_the_telephone(tmp_path: Path) -> None:
    raw = tmp_path / "line.ul"
    raw.write_bytes(mulaw(together(tone(SEAT, 1), tone(CALLER, 1)).channels[0]))
    assert tones_in(read_mulaw(raw), TONES) == {SEAT, CALLER}


def test_only_the_slice_counts(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "x.wav", joined(tone(0, 1), tone(CALLER, 2), tone(SEAT, 1)))
    assert tones_in(wav, TONES, 0, 1) == set()
    assert tones_in(wav, TONES, 1, 3) == {CALLER}
    assert tones_in(wav, TONES, -1) == {SEAT}


def test_the_channels_of_a_stereo_recording_are_apart(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "x.wav", side_by_side(tone(SEAT, 1), tone(CALLER, 1)))
    assert tones_in(wav, TONES) == {SEAT}
    assert tones_in(wav, TONES, channel=1) == {CALLER}


def test_speech_is_no_tone_and_no_silence() -> None:
    assert tones_in(speech(2, seed=1), TONES) == set()
    assert not silent(speech(2, seed=1))


def test_the_noise_of_a_line_is_silence() -> None:
    assert silent(tone(CALLER, 1, loudness=0.001))
    assert tones_in(tone(CALLER, 1, loudness=0.001), TONES) == set()
    assert silent(tone(CALLER, 1).between(2))


def test_silences_are_found_where_they_are() -> None:
    sound = joined(tone(0, 0.5), tone(CALLER, 1), tone(0, 0.2), tone(CALLER, 1), tone(0, 1))
    assert [(round(start, 1), round(end, 1)) for start, end in silences(sound)] == [(0.0, 0.5), (2.7, 3.7)]


def test_files_of_tones_are_what_they_are_called(tmp_path: Path) -> None:
    assert tones_in(write_tone_wav(tmp_path / "x.wav", CALLER, 1.5), TONES) == {CALLER}
    raw = write_tone_mulaw(tmp_path / "x.ul", CALLER, 2)
    assert len(raw.read_bytes()) == 16000
    assert tones_in(read_mulaw(raw), TONES) == {CALLER}
