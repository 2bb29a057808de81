"""Recordings in the folders that Asterisk writes to: what is finished stays where it was made."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from calls.errors import NotFound, StoreFault
from tickets.manifests import SoundFile, Stored

_AT_ONCE: Final = 256 * 1024
_LISTED_AT_ONCE: Final = 500
_TEMPORARY: Final = ".tmp-"


class LocalRecordings:
    """Implements `tickets.manifests.RecordingStore`.

    Args:
        folders: all of them. folder_of: the one that a name's call belongs to.
    """

    def __init__(self, folders: Sequence[Path], folder_of: Callable[[str], Path]) -> None:
        self._folders = tuple(dict.fromkeys(folders))
        self._folder_of = folder_of

    @property
    def place(self) -> str:
        """See `RecordingStore.place`."""
        return ", ".join(str(folder) for folder in self._folders)

    def path(self, name: str) -> Path:
        """Where a file of this name is, or would be. Raises: NotFound: it is no name of a file."""
        if not name or name != Path(name).name or name.startswith("."):
            raise NotFound("recording_unknown", f"{name[:80]!r} is not the name of a recording.")
        return self._folder_of(name) / name

    async def put(self, sound: SoundFile, file: Path) -> None:
        """See `RecordingStore.put`: it was made here."""
        if file != self.path(sound.name):
            raise StoreFault("recording_elsewhere", f"{file} does not lie where {sound.name} belongs.")

    async def write(self, name: str, content: bytes) -> None:
        """See `RecordingStore.write`."""
        await asyncio.to_thread(_write, self.path(name), content)

    async def read(self, name: str) -> bytes | None:
        """See `RecordingStore.read`."""
        return await asyncio.to_thread(_read, self.path(name))

    async def find(self, name: str) -> Stored | None:
        """See `RecordingStore.find`."""
        return await asyncio.to_thread(_found, self.path(name))

    async def stream(self, name: str, *, start: int, size: int) -> AsyncIterator[bytes]:
        """See `RecordingStore.stream`."""
        path = self.path(name)
        with _faults(path):
            try:
                file = await asyncio.to_thread(path.open, "rb")
            except FileNotFoundError:
                raise NotFound("recording_unknown", f"There is no recording {name}.", name=name) from None
            with file:
                await asyncio.to_thread(file.seek, start)
                while size and (chunk := await asyncio.to_thread(file.read, min(size, _AT_ONCE))):
                    size -= len(chunk)
                    yield chunk

    async def remove(self, name: str) -> bool:
        """See `RecordingStore.remove`."""
        return await asyncio.to_thread(_remove, self.path(name))

    async def everything(self) -> AsyncIterator[Stored]:
        """See `RecordingStore.everything`. Also what is not finished yet: halves, and what was set aside."""
        for folder in self._folders:
            with _faults(folder):
                names = await asyncio.to_thread(_names, folder)
            for first in range(0, len(names), _LISTED_AT_ONCE):
                some = names[first : first + _LISTED_AT_ONCE]
                for stored in await asyncio.to_thread(_all_found, folder, some):
                    yield stored


def _write(path: Path, content: bytes) -> None:
    half_done = path.with_name(f"{path.name}{_TEMPORARY}{os.getpid()}-{time.monotonic_ns()}")
    with _faults(path):
        try:
            with half_done.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half_done.replace(path)
        finally:
            half_done.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    with _faults(path):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def _found(path: Path) -> Stored | None:
    with _faults(path):
        try:
            known = path.stat()
        except FileNotFoundError:
            return None
    return Stored(name=path.name, size=known.st_size, modified=datetime.fromtimestamp(known.st_mtime, UTC))


def _all_found(folder: Path, names: Sequence[str]) -> list[Stored]:
    return [stored for name in names if (stored := _found(folder / name)) is not None]


def _remove(path: Path) -> bool:
    with _faults(path):
        try:
            path.unlink()
        except FileNotFoundError:
            return False
    return True


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  iterdir would make an object for each of a year's recordings
    except FileNotFoundError:
        return []  # nothing was ever recorded


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreFault("recordings_away", f"{path} cannot be read or written: {error.strerror}.") from None
