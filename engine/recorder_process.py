"""The recorder in a process of its own, seen from the engine: a full disk or a slow database costs no caller a millisecond."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import structlog

from calls.clock import Clock
from tickets.recorder import RecorderState

log = structlog.get_logger(__name__)

_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0
_LAST_FACTS_S: Final = 5.0  # so long it may take to record what is there when the engine stops; the rest is the next one's


class RecorderProcess:
    """Keeps one recorder running (`zhida record`), and knows how it is.

    The two are tied by the child's standard input, which closes when this process ends however it ends, and its standard output,
    on which it says its state as a line of JSON whenever that changed.

    Args:
        command: the program and its arguments.
    """

    def __init__(self, command: Sequence[str], clock: Clock) -> None:
        self._command = command
        self._clock = clock
        self._ended = RecorderState()
        """Totals of recorders that have ended."""
        self._now = RecorderState()
        self._process: asyncio.subprocess.Process | None = None
        self._renewed = False

    @property
    def state(self) -> RecorderState:
        """How it is; totals since this engine started."""
        before, now = self._ended, self._now
        return replace(
            now, recorded=before.recorded + now.recorded, set_aside=before.set_aside + now.set_aside, faulty=before.faulty + now.faulty
        )

    async def run(self) -> None:
        """Keep it running until cancelled; then let it record what is there."""
        pause_s = _FIRST_PAUSE_S
        while True:
            began = self._clock.monotonic()
            code = await self._once()
            self._ended = replace(self.state, fault="", since=None)
            if self._renewed:
                self._renewed, self._now = False, RecorderState()
                log.info("recorder_renewed")
                continue
            self._now = RecorderState(fault=f"The recorder's process ended ({code}) and is being started again.", since=self._clock.now())
            log.error("recorder_ended", code=code)
            pause_s = _FIRST_PAUSE_S if self._clock.monotonic() - began > _LONGEST_PAUSE_S else min(2 * pause_s, _LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    def renew(self) -> None:
        """Have it record what is there and end, and another one, which reads the configuration anew, go on."""
        process = self._process
        if process is not None and process.stdin is not None:
            self._renewed = True
            process.stdin.close()
            asyncio.get_running_loop().call_later(_LAST_FACTS_S, _end, process)

    async def _once(self) -> int:
        process = self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            await self._listen(process)
            return await process.wait()
        finally:
            self._process = None
            await _let_go(process)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101  piped
        async for line in process.stdout:
            self._now = state_of(json.loads(line))


async def _let_go(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None  # noqa: S101  piped
    process.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_FACTS_S):
            await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()


def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()


def document_of(state: RecorderState) -> dict[str, Any]:
    """The state as the child says it."""
    return {
        "recorded": state.recorded,
        "set_aside": state.set_aside,
        "faulty": state.faulty,
        "fault": state.fault,
        "since": state.since.isoformat() if state.since else None,
    }


def state_of(document: dict[str, Any]) -> RecorderState:
    """The state of `document_of`."""
    since = datetime.fromisoformat(document["since"]) if document["since"] else None
    return RecorderState(**{**document, "since": since})
