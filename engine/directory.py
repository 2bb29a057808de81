"""The directory this engine answers by: read at start, followed from then on, whoever changes it."""


import structlog

from whitelist.index import Directory

log = structlog.get_logger(__name__)


class CurrentDirectory:
    """The one directory that is in force in this process."""

    def __init__(self) -> None:
        self._directory = Directory.of(())

    def __call__(self) -> Directory:
        """The directory now; immutable, so a call keeps the one it began with."""
        return self._directory

    def replace(self, directory: Directory) -> None:
        """From the next call on this one is in force."""
        self._directory = directory
        log.info("directory_replaced", entries=len(directory), numbers=directory.numbers)
