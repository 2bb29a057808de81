"""The directory this engine answers by: read at start, followed from then on, whoever changes it."""

import asyncio
from collections.abc import Awaitable
from typing import Final, Protocol

import structlog

from calls.errors import StoreFault
from whitelist.index import Directory
from whitelist.keeping import EntryStore

log = structlog.get_logger(__name__)

_LOOK_AGAIN_S: Final = 10.0  # for an announcement that was lost
_RETRY_S: Final = 1.0


class News(Protocol):
    """Tells that somebody changed a list."""

    def announced(self, within_s: float) -> Awaitable[None]:
        """Return when something was announced, or after so long."""
        ...


class CurrentDirectory:
    """The one directory that is in force in this process. Empty until it was first read."""

    def __init__(self) -> None:
        self._directory = Directory.of(())
        self.version: int | None = None
        self.fault = "not read yet"
        self.first_read = asyncio.Event()

    def __call__(self) -> Directory:
        """The directory now; immutable, so a call keeps the one it began with."""
        return self._directory

    async def read(self, store: EntryStore) -> None:
        """Bring it to what the store has now. Raises: StoreFault: it stays as it was."""
        try:
            if self.version is None:
                loaded = await store.load()
                self._directory, version = loaded.directory, loaded.version
            else:
                changes = await store.changes_since(self.version)
                if changes.version == self.version:
                    self.fault = ""
                    return
                directory, version = self._directory, changes.version
                for changed, removed in changes.pieces():
                    directory = directory.with_changes(changed, removed)
                    await asyncio.sleep(0)  # calls go on between the pieces of a large import
                self._directory = directory
        except StoreFault as fault:
            self.fault = fault.sentence
            raise
        self.version, self.fault = version, ""
        self.first_read.set()
        log.info("directory_read", version=version, entries=len(self._directory), numbers=self._directory.numbers)

    async def follow(self, store: EntryStore, news: News) -> None:
        """Keep it at what the store has, for ever."""
        while True:
            try:
                await self.read(store)
            except StoreFault as fault:
                log.error("directory_not_read", why=fault.sentence)
                await asyncio.sleep(_RETRY_S)
            else:
                await news.announced(_LOOK_AGAIN_S)
