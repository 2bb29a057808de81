"""Start and stop of one Asterisk in its own folder, as an ordinary user, several side by side."""

import asyncio
import shutil
from collections.abc import Mapping

from calls.errors import Fault
from lab.asterisk.files import Box, configuration
from lab.setup.places import asterisk_command

_SOCKET_PATH_LIMIT = 107  # bytes in a Unix socket's path (sys/un.h), less the final NUL


def write_files(box: Box, snippets: Mapping[str, str]) -> None:
    """Make the folder anew around what must outlive a restart (spool, log, lib).

    Raises: Fault: the folder's path is too long for Asterisk's control socket.
    """
    control = box.folder / "run" / "asterisk.ctl"
    if len(str(control).encode()) > _SOCKET_PATH_LIMIT:
        raise Fault(
            "path_too_long",
            f"Asterisk's control socket {control} would have {len(str(control).encode())} bytes; a Unix socket allows "
            f"{_SOCKET_PATH_LIMIT}: use a folder with a shorter path.",
        )
    shutil.rmtree(box.folder / "etc", ignore_errors=True)
    for name in ("etc", "lib", "run", "spool/recording", "log/cdr-custom", "log/cdr-csv"):
        (box.folder / name).mkdir(parents=True, exist_ok=True)
    (box.folder / "log/cdr-custom/zhida.csv").touch()  # an audit before the first call has an empty witness, not none
    for name, text in configuration(box, snippets).items():
        (box.folder / "etc" / name).write_text(text, encoding="utf-8")


def command(box: Box) -> list[str]:
    """The command line that runs it in the foreground."""
    return asterisk_command("-f", "-C", str(box.folder / "etc" / "asterisk.conf"))


async def console(box: Box, line: str) -> str:
    """What Asterisk's console answers to a command."""
    process = await asyncio.create_subprocess_exec(
        *asterisk_command("-C", str(box.folder / "etc" / "asterisk.conf"), "-rx", line),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return output.decode(errors="replace")


async def fully_booted(box: Box, within_s: float = 20.0) -> None:
    """Return when calls can be placed.

    Raises: Fault: it did not start; the sentence names its log.
    """
    try:
        async with asyncio.timeout(within_s):
            while "fully booted" not in await console(box, "core waitfullybooted"):
                await asyncio.sleep(0.05)  # another process boots; there is no event of it to await
    except TimeoutError:
        raise Fault("asterisk_not_up", f"Asterisk did not start within {within_s:.0f} s; see {box.folder / 'log/messages.log'}.") from None
