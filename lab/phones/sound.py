"""Sound files as numbers: 16-bit samples read from and written to wav, and G.711 mu-law, with the standard library alone."""

import struct
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path

TELEPHONE_RATE = 8000
_PCM, _ALAW, _MULAW, _EXTENSIBLE = 1, 6, 7, 0xFFFE


class NotASound(ValueError):
    """The file is no wav file, or of a kind that is not read here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Samples of -32768..32767, one array per channel, all of one length."""

    rate: int
    channels: tuple["array[int]", ...]

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.channels[0]) / self.rate

    def between(self, start_s: float, end_s: float | None = None) -> "Sound":
        """The slice from `start_s` up to `end_s` (its end where None); negative seconds count from the end."""
        start, end = self._sample(start_s), None if end_s is None else self._sample(end_s)
        return Sound(rate=self.rate, channels=tuple(channel[start:end] for channel in self.channels))

    def channel(self, number: int) -> "Sound":
        """One channel alone; 0 is the left one."""
        return Sound(rate=self.rate, channels=(self.channels[number],))

    def _sample(self, at_s: float) -> int:
        position = round(at_s * self.rate)
        return position if at_s >= 0 else max(0, len(self.channels[0]) + position)


def read_wav(path: Path) -> Sound:
    """Read a wav file of 16-bit PCM, mu-law or A-law; also one that is still being written.

    A recorder fills the lengths in when it closes the file, so a length of 0 or beyond the end means "up to the end".
    """
    data = path.read_bytes()
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise NotASound(f"{path} does not begin like a wav file")
    kind, count, rate, body = _PCM, 1, TELEPHONE_RATE, b""
    position = 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "little")
        content = data[position + 8 : position + 8 + size]
        if name == b"fmt ":
            kind, count, rate = struct.unpack_from("<HHI", content)
            kind = int.from_bytes(content[24:26], "little") if kind == _EXTENSIBLE else kind
        elif name == b"data":
            body = content if 0 < size <= len(data) - position - 8 else data[position + 8 :]
            break
        position += 8 + size + size % 2
    samples = _decoded(kind, body, path)
    samples = samples[: len(samples) // count * count]
    return Sound(rate=rate, channels=tuple(samples[number::count] for number in range(count)))


def write_wav(path: Path, sound: Sound) -> Path:
    """Write 16-bit PCM; the path again."""
    count = len(sound.channels)
    mixed = array("h", bytes(2 * count * len(sound.channels[0])))
    for number, channel in enumerate(sound.channels):
        mixed[number::count] = channel
    body = _little_endian(mixed).tobytes()
    head = struct.pack("<HHIIHH", _PCM, count, sound.rate, sound.rate * 2 * count, 2 * count, 16)
    chunks = b"fmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    return path


def read_mulaw(path: Path) -> Sound:
    """Read raw mu-law of 8000 samples a second, without any header."""
    return Sound(rate=TELEPHONE_RATE, channels=(array("h", map(_MULAW_VALUES.__getitem__, path.read_bytes())),))


def mulaw(samples: "array[int]") -> bytes:
    """The samples in G.711 mu-law."""
    return bytes(map(_mulaw_byte, samples))


def _decoded(kind: int, body: bytes, path: Path) -> "array[int]":
    if kind == _PCM:
        return _little_endian(array("h", body[: len(body) // 2 * 2]))
    if kind in (_MULAW, _ALAW):
        values = _MULAW_VALUES if kind == _MULAW else _ALAW_VALUES
        return array("h", map(values.__getitem__, body))
    raise NotASound(f"{path} holds wav format {kind}; 1 (16-bit PCM), 6 (A-law) and 7 (mu-law) are read here")


def _little_endian(samples: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return samples


def _mulaw_byte(sample: int) -> int:
    """One sample, G.711 §3: sign, three bits of segment, four of step, all inverted."""
    magnitude = min(abs(sample), 32635) + 132
    segment = magnitude.bit_length() - 8
    return ~((0x80 if sample < 0 else 0) | segment << 4 | (magnitude >> segment + 3) & 0x0F) & 0xFF


def _mulaw_value(byte: int) -> int:
    byte = ~byte & 0xFF
    value = ((byte & 0x0F) * 8 + 132 << (byte >> 4 & 7)) - 132
    return -value if byte & 0x80 else value


def _alaw_value(byte: int) -> int:
    byte ^= 0x55
    segment, step = byte >> 4 & 7, byte & 0x0F
    value = step * 16 + 8 if segment == 0 else step * 16 + 264 << segment - 1
    return value if byte & 0x80 else -value


_MULAW_VALUES = tuple(map(_mulaw_value, range(256)))
_ALAW_VALUES = tuple(map(_alaw_value, range(256)))
