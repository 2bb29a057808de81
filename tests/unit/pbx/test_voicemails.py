"""Voice messages on the disk: how much sound is in them, how often a caller has begun, whether there is room."""

import math
import os
import wave
from array import array
from pathlib import Path
from types import SimpleNamespace

import pytest

from pbx.recordings import finish_recordings, sound_of
from pbx.voicemails import VoicemailFolder, on_tape
from tests.unit.pbx.test_recordings import a_half
from tickets.manifests import file_name, voicemail_name

CALL = "zhida-1.7"


def spoken(file: Path, *parts: tuple[int, float]) -> Path:
    """A file with these stretches of a tone: its height, and seconds."""
    samples = array("h")
    for height, seconds in parts:
        samples.extend(round(height * math.sin(n * 0.4)) for n in range(round(8000 * seconds)))
    return a_half(file, *samples)


def half(folder: Path, take: int = 1) -> Path:
    return folder / f"{CALL}-voicemail-{take}-in.wav"


def test_sound_is_told_from_silence(tmp_path: Path) -> None:
    file = spoken(half(tmp_path), (8000, 1.5), (20, 3), (8000, 1))
    tape = on_tape(file, least_s=2.4)
    assert tape is not None
    assert (tape.length_s, tape.enough) == (5.5, True)
    more = on_tape(file, least_s=2.7)
    assert more is not None
    assert not more.enough


def test_a_file_that_a_killed_asterisk_left_is_read_to_its_end(tmp_path: Path) -> None:
    file = spoken(half(tmp_path), (8000, 2))
    content = bytearray(file.read_bytes()[:-1])
    content[4:8] = content[40:44] = bytes(4)
    file.write_bytes(content)
    tape = on_tape(file, least_s=1)
    assert tape is not None
    assert tape.enough
    assert 1.99 < tape.length_s < 2


@pytest.mark.parametrize("content", [b"", b"RIFF"])
def test_a_file_without_a_sound_has_none(tmp_path: Path, content: bytes) -> None:
    half(tmp_path).write_bytes(content)
    tape = on_tape(half(tmp_path), least_s=1)
    assert tape is not None
    assert (tape.length_s, tape.enough) == (0, False)


async def test_how_often_he_has_begun_is_seen_on_the_disk(tmp_path: Path) -> None:
    folder = VoicemailFolder(here=tmp_path)
    assert await folder.begun(CALL) == 0
    for take in (1, 2):
        half(tmp_path, take).write_bytes(b"")
    half(tmp_path).with_name("zhida-1.70-voicemail-1-in.wav").write_bytes(b"")
    assert await folder.begun(CALL) == 2
    assert await folder.on_tape(voicemail_name(CALL, 3), least_s=1) is None
    assert folder.name(CALL, 2) == f"{CALL}-voicemail-2"


async def test_what_holds_no_message_is_discarded(tmp_path: Path) -> None:
    folder = VoicemailFolder(here=tmp_path)
    for take in (1, 2):
        half(tmp_path, take).write_bytes(b"")
    await folder.discard(CALL)
    await folder.discard(CALL)
    assert await folder.begun(CALL) == 0


async def test_a_full_disk_and_a_folder_that_is_not_there_have_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await VoicemailFolder(here=tmp_path).has_room(180)
    assert not await VoicemailFolder(here=tmp_path / "not-there").has_room(180)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=4000, f_frsize=4096))
    assert not await VoicemailFolder(here=tmp_path).has_room(0)


def test_it_becomes_a_file_of_one_channel_when_the_call_is_over(tmp_path: Path) -> None:
    spoken(half(tmp_path), (8000, 2))
    os.utime(half(tmp_path), (1, 1))
    assert finish_recordings(tmp_path, {CALL}) == []
    [made] = finish_recordings(tmp_path, ())
    assert made.name == f"{CALL}-voicemail-1.wav"
    with wave.open(str(made)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (1, 8000, 16000)
    described = sound_of(made)
    assert (described.length_s, described.left, described.right) == (2.0, "caller", "")


def test_its_name_tells_its_call_and_which_one_it_is() -> None:
    name = file_name(f"{CALL}-voicemail-2-in.wav")
    assert name is not None
    assert (name.call_id, name.take, name.half, name.stem, name.consult) == (CALL, 2, True, f"{CALL}-voicemail-2", "")
    call = file_name(f"{CALL}.wav")
    assert call is not None
    assert call.take == 0
