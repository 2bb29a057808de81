"""What a phone hears: baresip's recordings, sorted by call, and looked into while they grow."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lab.phones.sound import TELEPHONE_RATE, Sound
from lab.phones.tones import BLOCK_S, silent, tones_in

HEADER_BYTES = 44
BYTES_A_SECOND = 16000
LISTEN_EVERY_S = 0.05


@dataclass(slots=True)
class Ears:
    """The recordings in one phone's folder.

    baresip names a recording by the second it began in, and writes a second one of the same second over the first. It is
    therefore renamed as soon as it is seen, which does not disturb the writing.
    """

    folder: Path
    _files: dict[str, list[Path]] = field(default_factory=dict)

    def notice(self, call: str) -> None:
        """Take what was begun since the last time as the call's."""
        for begun in sorted(self.folder.glob("dump-*-dec.wav")):
            files = self._files.setdefault(call, [])
            name = f"{len(self._files):03}-{len(files) + 1}.wav"
            files.append(begun.rename(self.folder / name))
        for said in self.folder.glob("dump-*-enc.wav"):
            said.unlink()  # the phone's own tone

    def file(self, call: str) -> Path | None:
        """The call's recording, None before there is any."""
        files = self._files.get(call)
        return files[-1] if files else None

    def seconds(self, call: str) -> float:
        """How much of the call has been recorded up to now."""
        file = self.file(call)
        return max(0, file.stat().st_size - HEADER_BYTES) / BYTES_A_SECOND if file else 0.0

    def since(self, call: str, start_s: float) -> Sound:
        """What was heard from `start_s` of the recording on; the file's end alone is read."""
        samples = array("h")
        if file := self.file(call):
            with file.open("rb") as recording:
                recording.seek(HEADER_BYTES + round(start_s * BYTES_A_SECOND / 2) * 2)
                content = recording.read()
            samples.frombytes(content[: len(content) // 2 * 2])
        return Sound(rate=TELEPHONE_RATE, channels=(samples,))


class Listener:
    """Waits for blocks of 0.1 s that fit to follow one another for `lasting_s`; each block is judged once."""

    def __init__(self, fits: Callable[[Sound], bool], lasting_s: float) -> None:
        self._fits = fits
        self._wanted = max(1, round(lasting_s / BLOCK_S))
        self._judged = self._run = 0

    @property
    def judged_s(self) -> float:
        """How much has been judged."""
        return self._judged * BLOCK_S

    def heard(self, more: Sound) -> bool:
        """Whether they did by the end of this: the sound from `judged_s` on."""
        for number in range(int(more.seconds / BLOCK_S + 1e-6)):
            self._judged += 1
            self._run = self._run + 1 if self._fits(more.between(number * BLOCK_S, (number + 1) * BLOCK_S)) else 0
            if self._run >= self._wanted:
                return True
        return False


def on_end(sound: Sound, fits: Callable[[Sound], bool], lasting_s: float) -> bool:
    """Whether blocks of 0.1 s that fit follow one another for `lasting_s` anywhere in the sound."""
    return Listener(fits, lasting_s).heard(sound)


def tones(wanted: set[int], unwanted: set[int]) -> Callable[[Sound], bool]:
    """A block in which all the wanted tones sound, and none of the unwanted."""
    return lambda block: tones_in(block, wanted | unwanted) == wanted


def something_but(unwanted: set[int]) -> Callable[[Sound], bool]:
    """A block that is not silent, in which none of the unwanted tones sounds."""
    return lambda block: not silent(block) and not tones_in(block, unwanted)
