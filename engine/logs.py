"""Structured logs: one JSON object a line on stderr, or readable lines on a terminal."""

import json
import logging
import sys
from contextlib import suppress
from typing import Any, Final, TextIO, cast

import structlog


class _Unfailing:
    """Standard error, on which writing never fails: a log that cannot be written, on a full disk, must not cost a caller his call."""

    def write(self, text: str) -> int:
        """As much as can be."""
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """As far as can be."""
        with suppress(OSError):
            sys.stderr.flush()


_STDERR: Final = cast(TextIO, _Unfailing())
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, default=repr)  # json.dumps would make one for each line
_LOGGER: Final = type("Logger", (structlog.make_filtering_bound_logger(logging.NOTSET),), {})
"""The class of all loggers. Each is made once, which halves what a line costs; so it is the class that follows a level which changes."""
_PROCESSORS: Final[list[structlog.typing.Processor]] = []
"""What is done with a line; one list for ever, because loggers that were made keep it."""


def configure_logs(level: str) -> None:
    """Set structlog up for this process; `level` is debug, info, warning or error."""
    _PROCESSORS[:] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(serializer=_as_json),
    ]
    _follow(logging.getLevelNamesMapping()[level.upper()])
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=_LOGGER,
        logger_factory=structlog.WriteLoggerFactory(_STDERR),
        cache_logger_on_first_use=True,
    )
    logging.getLogger().setLevel(level.upper())  # also where the level changes later
    logging.basicConfig(level=level.upper(), stream=_STDERR, format="%(levelname)s %(name)s %(message)s")


def _as_json(line: dict[str, Any], **_: object) -> str:
    return _ENCODER.encode(line)


def _follow(level: int) -> None:
    for name, method in vars(structlog.make_filtering_bound_logger(level)).items():
        if not name.startswith("__"):
            setattr(_LOGGER, name, method)
