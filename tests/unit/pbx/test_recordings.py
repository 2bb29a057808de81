import os
import wave
from array import array
from pathlib import Path

from pbx.recordings import finish_recordings

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
    assert broken.exists()


def test_a_long_recording_is_joined_piece_by_piece(tmp_path: Path) -> None:
    a_half(tmp_path / "c.1-in.wav", *([5] * 200_001))
    a_half(tmp_path / "c.1-out.wav", *([6] * 100_000))
    finish_recordings(tmp_path, ())
    left, right = both_sides(tmp_path / "c.1.wav")
    assert left == [5] * 200_001
    assert right == [6] * 100_000 + [0] * 100_001
