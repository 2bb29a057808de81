"""Sound files as numbers."""

import struct
from array import array
from pathlib import Path

import pytest

from lab.phones.sound import NotASound, Sound, mulaw, read_mulaw, read_wav, write_wav
from lab.phones.tones import tone
from tests.unit.lab.phones.builders import side_by_side


@pytest.mark.parametrize("sound", [tone(1000, 0.5), side_by_side(tone(410, 0.5), tone(480, 0.5))], ids=["mono", "stereo"])
def test_what_is_written_is_read(sound: Sound, tmp_path: Path) -> None:
    assert read_wav(write_wav(tmp_path / "x.wav", sound)) == sound


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_a_recording_that_still_grows_is_read_up_to_its_end(length: int, tmp_path: Path) -> None:
    file = write_wav(tmp_path / "x.wav", tone(1000, 0.5))
    file.write_bytes(file.read_bytes()[:40] + struct.pack("<I", length) + file.read_bytes()[44:] + b"\x01")
    assert read_wav(file) == tone(1000, 0.5)


def test_chunks_that_are_not_known_are_passed_over(tmp_path: Path) -> None:
    file = write_wav(tmp_path / "x.wav", tone(1000, 0.1))
    data = file.read_bytes()
    file.write_bytes(data[:12] + b"LIST" + struct.pack("<I", 3) + b"abc\0" + data[12:] + b"PEAK" + struct.pack("<I", 2) + b"xy")
    assert read_wav(file) == tone(1000, 0.1)


def test_mulaw_and_alaw_wavs_are_decoded(tmp_path: Path) -> None:
    samples = array("h", [0, 100, -100, 8000, -32000])
    file = tmp_path / "x.wav"
    for kind, body in ((7, mulaw(samples)), (6, bytes([0xD5, 0xD3, 0x53, 0xAA, 0x2A]))):
        head = struct.pack("<HHIIHH", kind, 1, 8000, 8000, 1, 8)
        file.write_bytes(b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", len(body)) + body)
        decoded = read_wav(file).channels[0]
        assert decoded[1] == -decoded[2] > 0
        assert decoded[3] > decoded[1]


def test_mulaw_keeps_every_value_it_has(tmp_path: Path) -> None:
    raw = tmp_path / "x.ul"
    raw.write_bytes(bytes(range(256)))
    values = read_mulaw(raw).channels[0]
    assert bytes(value | 0x80 if value == 0x7F else value for value in mulaw(values)) == bytes(
        value | 0x80 if value == 0x7F else value for value in range(256)
    )
    assert (min(values), max(values)) == (-32124, 32124)


@pytest.mark.parametrize(("value", "coded"), [(0, 0xFF), (-1, 0x7F), (32767, 0x80), (-32768, 0x00), (1000, 0xCE)])
def test_mulaw_of_single_values(value: int, coded: int) -> None:
    assert mulaw(array("h", [value])) == bytes([coded])


@pytest.mark.parametrize("data", [b"", b"RIFF", b"MThd" + bytes(50)])
def test_what_is_no_wav_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(data)
    with pytest.raises(NotASound, match="does not begin like a wav"):
        read_wav(tmp_path / "x.wav")


def test_a_wav_of_another_format_is_refused(tmp_path: Path) -> None:
    file = write_wav(tmp_path / "x.wav", tone(1000, 0.1))
    file.write_bytes(file.read_bytes()[:20] + b"\x31\x00" + file.read_bytes()[22:])
    with pytest.raises(NotASound, match="format 49"):
        read_wav(file)


def test_slices_count_from_either_end() -> None:
    sound = tone(1000, 2)
    assert sound.between(0.5, 1.0).seconds == 0.5
    assert sound.between(-0.25).seconds == 0.25
    assert sound.between(-5, -1.5).seconds == 0.5
    assert sound.between(3).seconds == 0
