"""One process of the lab: started, watched, started again when it ends unasked."""

import asyncio
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_RESTART_AFTER_S: Final = 0.3
_RESTART_AFTER_AT_MOST_S: Final = 5.0
_LONG_LIVED_S: Final = 5.0  # a part that lived this long is restarted without waiting longer than the first time
_STOP_WITHIN_S: Final = 6.0

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a part is run by. Its output is appended to `log`."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)


class Running:
    """A part being kept alive."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.restarts = 0
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it and keep it alive until `stop()`."""
        self._task = asyncio.create_task(self._keep(), name=f"part {self.part.name}")

    async def stop(self) -> None:
        """End it: SIGTERM, and SIGKILL for one that does not go."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def state(self) -> dict[str, Any]:
        """For `lab status`: pid, whether it runs, how often it was started again."""
        runs = self._process is not None and self._process.returncode is None
        return {"pid": self._process.pid if self._process is not None and runs else None, "running": runs, "restarts": self.restarts}

    async def _keep(self) -> None:
        pause = _RESTART_AFTER_S
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            with self.part.log.open("ab") as log:
                try:
                    await self._live(log)
                except OSError as error:
                    log.write(f"{self.part.name} cannot be started: {error}\n".encode())
            pause = _RESTART_AFTER_S if loop.time() - began > _LONG_LIVED_S else min(pause * 2, _RESTART_AFTER_AT_MOST_S)
            await asyncio.sleep(pause)
            self.restarts += 1

    async def _live(self, log: IO[bytes]) -> None:
        """Raises: OSError: its program cannot be run."""
        self._process = await asyncio.create_subprocess_exec(
            *self.part.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **self.part.environment},
            preexec_fn=end_with_parent,
            start_new_session=True,
        )
        await self._process.wait()


def end_with_parent() -> None:
    """A keeper killed by force leaves nothing behind; nor does a part that crashes, which would drop its core into the checkout."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        sys.stderr.write("prctl(PR_SET_PDEATHSIG) failed: this part may outlive its keeper\n")
