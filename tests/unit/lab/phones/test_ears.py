"""The recordings of a phone's calls."""

from pathlib import Path

from lab.phones.ears import Ears, Listener, on_end, something_but, tones
from lab.phones.sound import write_wav
from lab.phones.tones import TONES, silent, tone
from tests.unit.lab.phones.builders import joined, speech, together

A, B = TONES[:2]


def begun(folder: Path, seconds: float, hz: int = A) -> None:
    """A recording as baresip begins it, of which so much is written."""
    write_wav(folder / "dump-2026-11-20-21-09-02-dec.wav", tone(hz, seconds))
    write_wav(folder / "dump-2026-11-20-21-09-02-enc.wav", tone(hz, seconds))


def test_a_recording_belongs_to_the_call_in_which_it_began(tmp_path: Path) -> None:
    ears = Ears(tmp_path)
    begun(tmp_path, 1)
    ears.notice("first")
    begun(tmp_path, 2)
    ears.notice("second")
    assert (ears.seconds("first"), ears.seconds("second"), ears.seconds("third")) == (1, 2, 0)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_recording_renamed_while_it_grows_goes_on_growing(tmp_path: Path) -> None:
    ears = Ears(tmp_path)
    begun(tmp_path, 1)
    with (tmp_path / "dump-2026-11-20-21-09-02-dec.wav").open("ab") as recording:
        ears.notice("call")
        recording.write(tone(B, 1).channels[0].tobytes() + b"\x01")
        recording.flush()
        assert round(ears.seconds("call"), 3) == 2
        assert ears.since("call", 1.5) == tone(B, 0.5)


def test_before_anything_came_in_there_is_no_sound(tmp_path: Path) -> None:
    ears = Ears(tmp_path)
    assert ears.file("call") is None
    assert ears.since("call", 0).seconds == 0


def test_a_tone_must_last() -> None:
    sound = joined(tone(0, 0.3), tone(A, 0.3), tone(0, 0.2), tone(A, 0.2))
    assert on_end(sound, tones({A}, set()), 0.3)
    assert not on_end(sound, tones({A}, set()), 0.4)
    assert on_end(sound, silent, 0.3)
    assert not on_end(sound, silent, 0.4)


def test_a_tone_may_come_in_pieces_of_any_length() -> None:
    sound = joined(tone(0, 0.2), tone(A, 0.8))
    listener, so_far_s = Listener(tones({A}, set()), 0.5), 0.0
    while not listener.heard(sound.between(listener.judged_s, so_far_s)):
        so_far_s += 0.03
        assert so_far_s < 1
    assert round(so_far_s, 2) == 0.72


def test_the_tones_must_sound_together_and_no_other_with_them() -> None:
    both = together(tone(A, 1), tone(B, 1))
    assert on_end(both, tones({A, B}, set()), 0.5)
    assert on_end(both, tones({A}, set()), 0.5)
    assert not on_end(both, tones({A}, {B}), 0.5)
    assert not on_end(joined(tone(A, 1), tone(B, 1)), tones({A, B}, set()), 0.1)


def test_music_is_anything_but_a_voice() -> None:
    assert on_end(speech(1, 1), something_but({A}), 0.2)
    assert not on_end(tone(A, 1), something_but({A}), 0.1)
    assert not on_end(tone(0, 1), something_but(set()), 0.1)
