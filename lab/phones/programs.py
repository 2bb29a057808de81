"""Programs that end with us: started so that the kernel kills them when this process dies, stopped one by one by their id."""

import asyncio
import os
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.phones.errors import PhoneFault

STOP_S = 6.0
"""A program that has not ended this long after it was asked to is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A started program; its output goes to `log`."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def ended(self) -> bool:
        """Whether it is gone, by itself or not."""
        return self.process.returncode is not None

    def last_words(self, lines: int = 5) -> str:
        """The end of its output, for a sentence that says why it failed."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return " / ".join(line.strip() for line in text.strip().splitlines()[-lines:])

    async def stop(self, ask: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end and wait; kill it where it does not. Safe to call twice."""
        if self.ended:
            return
        self._send(ask)
        try:
            async with asyncio.timeout(STOP_S):
                await self.process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it at once, without a last word to anybody. Safe to call twice."""
        if self.ended:
            return
        self._send(signal.SIGKILL)
        await self.process.wait()

    def _send(self, what: signal.Signals) -> None:
        try:
            self.process.send_signal(what)
        except ProcessLookupError:
            pass  # it ended in between, which is what was wanted


async def start(command: Sequence[str], *, folder: Path, log: Path) -> Running:
    """Start a program in `folder`, its output in `log`.

    `setpriv --pdeathsig` (util-linux, on every Debian) asks the kernel for the kill and then *becomes* the program: the id is
    the program's own, and no Python code runs between fork and exec, which threads would make unsafe. Were this process to
    die before the kernel was asked, the shell in between would find another parent, and end.
    """
    if shutil.which(command[0]) is None:
        raise PhoneFault("program_missing", f"The program {command[0]} is not installed.", program=command[0])
    mortal = ["setpriv", "--pdeathsig", "KILL", "--", "sh", "-c", 'test "$PPID" = "$0" && exec "$@"', str(os.getpid()), *command]
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *mortal, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
        )
    return Running(process=process, log=log)
