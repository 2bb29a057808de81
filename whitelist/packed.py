"""An immutable sorted map from 64-bit numbers to short byte strings, small in memory and cheap to change by copy.

A key takes 12 bytes beside its value. Keys lie in chunks; a changed copy rebuilds only the chunks it touches and shares
all others with the map it came from, so a change costs microseconds whatever the size.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Final, NamedTuple

CHUNK: Final = 256
"""Keys in a new chunk; one that grows past twice as many is cut."""


class _Chunk(NamedTuple):
    """Sorted keys, the ends of their values in `blob`, and the values end to end."""

    keys: "array[int]"
    ends: "array[int]"
    blob: bytes

    def items(self) -> Iterator[tuple[int, bytes]]:
        start = 0
        for key, end in zip(self.keys, self.ends, strict=True):
            yield key, self.blob[start:end]
            start = end


class PackedMap:
    """The map. Values are small; all of a chunk's together stay below 4 GB."""

    __slots__ = ("_chunks", "_firsts", "_size")

    def __init__(self, chunks: list[_Chunk], firsts: "array[int]", size: int) -> None:
        self._chunks = chunks
        self._firsts = firsts
        self._size = size

    @classmethod
    def of_sorted(cls, pairs: Iterable[tuple[int, bytes]]) -> "PackedMap":
        """The map of pairs whose keys rise.

        Raises: ValueError: a key is not above the one before it.
        """
        writer = PackedWriter()
        for key, value in pairs:
            writer.add(key, value)
        return writer.finish()

    def __len__(self) -> int:
        return self._size

    def items(self) -> Iterator[tuple[int, bytes]]:
        """Every pair, by rising key."""
        for chunk in self._chunks:
            yield from chunk.items()

    def get(self, key: int) -> bytes | None:
        """The value of a key, None where there is none."""
        place = bisect_right(self._firsts, key) - 1
        if place < 0:
            return None
        keys, ends, blob = self._chunks[place]
        index = bisect_left(keys, key)
        if index == len(keys) or keys[index] != key:
            return None
        return blob[ends[index - 1] if index else 0 : ends[index]]

    def with_changes(self, changes: Mapping[int, bytes | None]) -> "PackedMap":
        """A copy in which these keys have these values; None takes a key out."""
        by_chunk: dict[int, dict[int, bytes | None]] = {}
        for key, value in changes.items():
            by_chunk.setdefault(max(bisect_right(self._firsts, key) - 1, 0), {})[key] = value
        chunks, firsts, size = self._chunks[:], self._firsts[:], self._size
        for place in sorted(by_chunk, reverse=True):  # from the end, so that the places before stay true
            old = chunks[place : place + 1]
            new = _changed(old, by_chunk[place])
            chunks[place : place + 1] = new
            firsts[place : place + 1] = array("Q", [chunk.keys[0] for chunk in new])
            size += sum(len(chunk.keys) for chunk in new) - sum(len(chunk.keys) for chunk in old)
        return PackedMap(chunks, firsts, size)


class PackedWriter:
    """Writes a map from pairs as they come, without keeping them twice; their keys must rise."""

    def __init__(self) -> None:
        self._chunks: list[_Chunk] = []
        self._pairs: list[tuple[int, bytes]] = []
        self._last = -1

    def add(self, key: int, value: bytes) -> None:
        """Add the next pair.

        Raises: ValueError: its key is not above the last.
        """
        if key <= self._last:
            raise ValueError(f"key {key} comes after {self._last}; the keys must rise")
        self._last = key
        self._pairs.append((key, value))
        if len(self._pairs) == CHUNK:
            self._flush()

    def finish(self) -> PackedMap:
        """The map of everything added."""
        self._flush()
        firsts = array("Q", [chunk.keys[0] for chunk in self._chunks])
        return PackedMap(self._chunks, firsts, sum(len(chunk.keys) for chunk in self._chunks))

    def _flush(self) -> None:
        if self._pairs:
            self._chunks.append(_pack(self._pairs))
            self._pairs = []


def _changed(old: list[_Chunk], changes: Mapping[int, bytes | None]) -> list[_Chunk]:
    pairs: dict[int, bytes | None] = {key: value for chunk in old for key, value in chunk.items()}
    pairs.update(changes)
    ordered = sorted((key, value) for key, value in pairs.items() if value is not None)
    step = CHUNK if len(ordered) > 2 * CHUNK else 2 * CHUNK
    return [_pack(ordered[start : start + step]) for start in range(0, len(ordered), step)]


def _pack(pairs: list[tuple[int, bytes]]) -> _Chunk:
    ends = array("I", accumulate([len(value) for _, value in pairs]))
    return _Chunk(array("Q", [key for key, _ in pairs]), ends, b"".join([value for _, value in pairs]))
