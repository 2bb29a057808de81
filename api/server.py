"""The application behind a port."""

import logging
from typing import Final

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

IDLE_S: Final = 75.0
"""A connection on which no whole request came for so long is closed, whether it sends nothing or sends slowly."""
STOP_S: Final = 5.0
LINGER_S: Final = 2.0


class ApiServer:
    """Serves the application. Start it once, close it once; closing what was never started is harmless."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(
            app,
            access_log=None,  # api.access logs what was served
            logger=_unreadable_requests(),
            keepalive_timeout=IDLE_S,
            shutdown_timeout=STOP_S,
            lingering_time=LINGER_S,
            auto_decompress=False,
        )
        self.host = host
        self._port = port

    @property
    def port(self) -> int:
        """The port it listens on; where 0 was asked for, the one it got."""
        return int(self._runner.addresses[0][1]) if self._runner.addresses else self._port

    async def start(self) -> None:
        """Listen. Raises: OSError: the address cannot be had."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        log.info("api_started", host=self.host, port=self.port)

    async def close(self) -> None:
        """Stop listening, let the requests in hand end (for STOP_S), then close what is left."""
        await self._runner.cleanup()


def _unreadable_requests() -> logging.Logger:
    """What aiohttp logs of requests it cannot parse, without what stands in them: that may be a token."""
    logger = logging.getLogger(__name__)
    logger.addFilter(_without_content)  # the same one again is not added twice
    return logger


def _without_content(record: logging.LogRecord) -> bool:
    kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "none"
    record.msg, record.args, record.exc_info = "request_unreadable kind=%s", (kind,), None
    return True
