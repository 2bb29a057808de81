"""The application behind a port."""

from typing import Final

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

IDLE_S: Final = 75.0
"""A connection without a whole request for so long is closed, whether it sends nothing or sends slowly."""
STOP_S: Final = 5.0


class ApiServer:
    """Serves the application. `start` and `close` may each be called once; closing what was never started is harmless."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=IDLE_S, shutdown_timeout=STOP_S, lingering_time=2.0, auto_decompress=False
        )
        self._host = host
        self._port = port

    @property
    def port(self) -> int:
        """The port it listens on; where 0 was asked for, the one it got."""
        return int(self._runner.addresses[0][1]) if self._runner.addresses else self._port

    async def start(self) -> None:
        """Listen. Raises: OSError: the address cannot be had."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        log.info("api_started", host=self._host, port=self.port)

    async def close(self) -> None:
        """Stop listening, let requests in hand end (for STOP_S), then close what is left, streams included."""
        await self._runner.cleanup()
        log.info("api_stopped")
