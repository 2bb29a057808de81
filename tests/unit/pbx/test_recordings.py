import os
import wave
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pbx.recordings import finish_recordings, sound_of

LONG_AGO = (1, 1)


def a_half(path: Path, *samples: int) -> Path:
    with wave.open(str(path), "wb") as half:
        half.setnchannels(1)
        half.setsampwidth(2)
        half.setframerate(8000)
        half.writeframes(array("h", samples).tobytes())
    os.utime(path, LONG_AGO)
    return path


def both_sides(path: Path) -> tuple[list[int], list[int]]:
    with wave.open(str(path), "rb") as stereo:
        assert (stereo.getnchannels(), stereo.getframerate()) == (2, 8000)
        samples = array("h", stereo.readframes(stereo.getnframes()))
    return samples[0::2].tolist(), samples[1::2].tolist()


def test_the_caller_is_left_and_the_others_are_right(tmp_path: Path) -> None:
    a_half(tmp_path / "c.1-in.wav", 1, 2, 3)
    a_half(tmp_path / "c.1-out.wav", 7, 8, 9)
    assert finish_recordings(tmp_path, ()) == [tmp_path / "c.1.wav"]
    assert both_sides(tmp_path / "c.1.wav") == ([1, 2, 3], [7, 8, 9])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.1.wav"]


def test_the_shorter_side_is_filled_with_silence(tmp_path: Path) -> None:
    a_half(tmp_path / "c.1-in.wav", 1)
    a_half(tmp_path / "c.1-out.wav", 7, 8, 9)
    finish_recordings(tmp_path, ())
    assert both_sides(tmp_path / "c.1.wav") == ([1, 0, 0], [7, 8, 9])


def test_a_half_without_the_other_is_kept_with_silence_beside_it(tmp_path: Path) -> None:
    a_half(tmp_path / "c.1-out.wav", 7, 8)
    finish_recordings(tmp_path, ())
    assert both_sides(tmp_path / "c.1.wav") == ([0, 0], [7, 8])


def test_a_call_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    half = a_half(tmp_path / "c.1-in.wav", 1)
    assert finish_recordings(tmp_path, {"c.1"}) == []
    assert half.exists()


def test_a_file_still_being_written_is_left_alone(tmp_path: Path) -> None:
    half = a_half(tmp_path / "c.1-in.wav", 1)
    os.utime(half)
    assert finish_recordings(tmp_path, ()) == []


def test_what_cannot_be_read_is_kept_and_does_not_stop_the_others(tmp_path: Path) -> None:
    broken = tmp_path / "b.1-in.wav"
    broken.write_bytes(b"not a wav")
    os.utime(broken, LONG_AGO)
    a_half(tmp_path / "c.1-in.wav", 1)
    assert finish_recordings(tmp_path, ()) == [tmp_path / "c.1.wav"]
    assert (tmp_path / "b.1-in.wav.unreadable").read_bytes() == b"not a wav"


def test_a_long_recording_is_joined_piece_by_piece(tmp_path: Path) -> None:
    a_half(tmp_path / "c.1-in.wav", *([5] * 200_001))
    a_half(tmp_path / "c.1-out.wav", *([6] * 100_000))
    finish_recordings(tmp_path, ())
    left, right = both_sides(tmp_path / "c.1.wav")
    assert left == [5] * 200_001
    assert right == [6] * 100_000 + [0] * 100_001


def test_a_half_that_asterisk_never_closed_keeps_its_sound(tmp_path: Path) -> None:
    """A killed Asterisk leaves the sizes in the header at nought (format_wav.c writes them when it closes the file)."""
    half = a_half(tmp_path / "c.1-in.wav", 1, 2, 3)
    said = bytearray(half.read_bytes())
    said[4:8] = said[40:44] = bytes(4)
    half.write_bytes(said)
    os.utime(half, LONG_AGO)
    finish_recordings(tmp_path, ())
    assert both_sides(tmp_path / "c.1.wav") == ([1, 2, 3], [0, 0, 0])


def test_an_empty_half_is_silence(tmp_path: Path) -> None:
    a_half(tmp_path / "c.1-in.wav", 1, 2)
    (tmp_path / "c.1-out.wav").touch()
    os.utime(tmp_path / "c.1-out.wav", LONG_AGO)
    finish_recordings(tmp_path, ())
    assert both_sides(tmp_path / "c.1.wav") == ([1, 2], [0, 0])


def test_a_half_that_cannot_be_read_is_set_aside_once_and_the_other_is_kept(tmp_path: Path) -> None:
    a_half(tmp_path / "c.1-in.wav", 1, 2)
    garbage = tmp_path / "c.1-out.wav"
    garbage.write_bytes(b"no sound at all" * 10)
    os.utime(garbage, LONG_AGO)
    finish_recordings(tmp_path, ())
    finish_recordings(tmp_path, ())
    assert both_sides(tmp_path / "c.1.wav") == ([1, 2], [0, 0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.1-out.wav.unreadable", "c.1.wav"]


def test_several_engines_at_once_make_each_recording_once_and_whole(tmp_path: Path) -> None:
    samples = range(1, 2000)
    for number in range(40):
        a_half(tmp_path / f"c.{number}-in.wav", *samples)
        a_half(tmp_path / f"c.{number}-out.wav", *samples)
    with ThreadPoolExecutor(8) as engines:
        made = [path for paths in engines.map(lambda _: finish_recordings(tmp_path, ()), range(8)) for path in paths]
    assert sorted(made) == sorted(tmp_path.iterdir())
    assert all(both_sides(path) == (list(samples), list(samples)) for path in made)


def test_a_finished_recording_is_not_made_worse_by_a_half_left_behind(tmp_path: Path) -> None:
    """The engine that finished it died before it had removed both halves."""
    a_half(tmp_path / "c.1-in.wav", 1)
    a_half(tmp_path / "c.1-out.wav", 2)
    finish_recordings(tmp_path, ())
    a_half(tmp_path / "c.1-out.wav", 2)
    assert finish_recordings(tmp_path, ()) == []
    assert both_sides(tmp_path / "c.1.wav") == ([1], [2])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.1.wav"]


def test_a_disk_that_is_full_leaves_the_halves_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_half(tmp_path / "c.1-in.wav", 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.link", full)
    assert finish_recordings(tmp_path, ()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.1-in.wav"]


def test_a_consult_ends_where_silence_was_written_and_keeps_that_between(tmp_path: Path) -> None:
    for half in ("in", "out"):
        a_half(tmp_path / f"zhida-1.1-consult-0-{half}.wav", 5, 6, 0, 0, 7, 0, 0, 0)
        a_half(tmp_path / f"zhida-1.1-{half}.wav", 5, 6, 0, 0, 7, 0, 0, 0)
    finish_recordings(tmp_path, ())
    assert both_sides(tmp_path / "zhida-1.1-consult-0.wav") == ([5, 6, 0, 0, 7], [5, 6, 0, 0, 7])
    assert both_sides(tmp_path / "zhida-1.1.wav") == ([5, 6, 0, 0, 7, 0, 0, 0],) * 2
    consult = sound_of(tmp_path / "zhida-1.1-consult-0.wav")
    assert (consult.left, consult.right) == ("specialist", "everybody else, as the specialist hears them")


def test_of_a_transfer_the_left_is_its_target(tmp_path: Path) -> None:
    a_half(tmp_path / "zhida-1.1-consult-xfer-5f3a-in.wav", 5)
    finish_recordings(tmp_path, ())
    assert sound_of(tmp_path / "zhida-1.1-consult-xfer-5f3a.wav").left == "transfer's target"


def test_minutes_of_silence_between_two_consults_stay_as_long_as_they_were(tmp_path: Path) -> None:
    half = [5, *[0] * 200_000, 7]
    a_half(tmp_path / "zhida-1.1-consult-0-in.wav", *half)
    finish_recordings(tmp_path, ())
    assert both_sides(tmp_path / "zhida-1.1-consult-0.wav")[0] == half


def test_a_consult_waits_for_its_calls_end(tmp_path: Path) -> None:
    a_half(tmp_path / "zhida-1.1-consult-0-in.wav", 5)
    assert finish_recordings(tmp_path, {"zhida-1.1"}) == []
