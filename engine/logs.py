"""Structured logs: one JSON object a line on stderr, or readable lines on a terminal."""

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class _Unfailing:
    """A stream on which writing never fails: a log that cannot be written, on a full disk, must not cost a caller his call."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As much as can be."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """As far as can be."""
        with suppress(OSError):
            self._stream.flush()


def configure_logs(level: str) -> None:
    """Set structlog up for this process; `level` is debug, info, warning or error."""
    unfailing = _Unfailing(sys.stderr)
    last = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, unfailing)),
        cache_logger_on_first_use=False,
    )
    logging.getLogger().setLevel(level.upper())  # also where the level changes later
    logging.basicConfig(level=level.upper(), stream=unfailing, format="%(levelname)s %(name)s %(message)s")
