"""Why a step of the set-up failed, as one clear sentence for the person at the keyboard."""

import re
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from calls.errors import Fault

LONGEST_QUOTE = 200


class Cause(Enum):
    """What a failed apt-get, pip or mmdebstrap is known by: words they print in the C locale."""

    NO_ROOM = ("No space left on device", "don't have enough free space", "Errno 28", "Disk quota exceeded")
    NO_NETWORK = (
        "Temporary failure resolving",
        "Temporary failure in name resolution",
        "Name or service not known",
        "Could not resolve",
        "Network is unreachable",
        "No route to host",
        "Unable to connect to",
        "Could not connect to",
        "Connection timed out",
        "Connection refused",
        "Failed to establish a new connection",
        "ReadTimeoutError",
    )
    TAMPERED = ("DO NOT MATCH THE HASHES", "Hash Sum mismatch")
    NOT_OFFERED = (
        "Unable to locate package",
        "has no installation candidate",
        "No matching distribution found",
        "does not have a Release file",
    )
    UNSIGNED = ("is not signed", "signature verification failed")
    DPKG_BUSY = ("Could not get lock", "Unable to acquire the dpkg frontend lock")


def cause_of(output: str) -> Cause | None:
    """The first known cause in the output of a failed program; None where it is another."""
    return next((cause for cause in Cause if any(word in output for word in cause.value)), None)


def step_failed(what: str, where: str, output: str, log: Path) -> Fault:
    """The fault to raise after `what` ("The Debian packages") failed with this output.

    `where` is the place that needs room; `log` keeps the output.
    """
    cause = cause_of(output)
    said = telling_line(output, cause)
    sentences = {
        Cause.NO_ROOM: f"{what} could not be set up because the disk is full: make room in {where} and run this again.",
        Cause.NO_NETWORK: f"{what} could not be fetched because the network does not answer ({said}): see to it and run this again.",
        Cause.TAMPERED: f"{what} could not be set up because a download is not what was promised ({said}): a mirror or proxy altered it.",
        Cause.NOT_OFFERED: f"{what} could not be set up because this machine's sources do not offer them ({said}; all of it is in {log}).",
        Cause.UNSIGNED: f"{what} could not be fetched because its signature cannot be checked ({said}): update debian-archive-keyring.",
        Cause.DPKG_BUSY: f"{what} could not be set up because another program holds apt or dpkg ({said}): try again when it is done.",
        None: f"{what} could not be set up: {said} (all of it is in {log}).",
    }
    code = f"setup_{cause.name.lower()}" if cause else "setup_failed"
    return Fault(code, sentences[cause], log=str(log))


def telling_line(output: str, cause: Cause | None) -> str:
    """The line that says it best: the first with the cause's words, else the first error, else the last line.

    Of a line about the network only the reason, because pip wraps it in the names of its own parts.
    """
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip()]
    words: Sequence[str] = cause.value if cause else ("E:", "ERROR", "rror:")
    last = lines[-1] if lines else "it said nothing"
    chosen, word = next(((line, word) for line in lines for word in words if word in line), (last, ""))
    if cause is Cause.NO_NETWORK:
        chosen = chosen[chosen.index(word) :].partition("')")[0]
    chosen = re.sub(r"^(W|E|WARNING|ERROR): ", "", chosen)
    return chosen if len(chosen) <= LONGEST_QUOTE else chosen[: LONGEST_QUOTE - 1] + "…"


def no_root(packages: Sequence[str]) -> Fault:
    """Packages are missing, and this user may not install them."""
    names = " ".join(packages)
    return Fault(
        "setup_no_root",
        f"Debian packages are missing, and installing them needs root or sudo: have 'apt-get install --no-install-recommends {names}' run"
        " by root, then run this again.",
        packages=list(packages),
    )


def unsupported(system: str, packages: Sequence[str]) -> Fault:
    """This is not a Debian the set-up knows how to install on."""
    names = ", ".join(packages)
    return Fault(
        "setup_unsupported",
        f"Zhida sets itself up on Debian 12 or later with apt-get, and this is {system}: install by hand what Debian has in {names}.",
        system=system,
    )


def no_room(what: str, place: Path, free_mb: int, needed_mb: int) -> Fault:
    """Known before the step begins."""
    return Fault(
        "setup_no_room",
        f"{what} need {needed_mb} MB in {place} and {free_mb} MB are free: make room, or name another place with XDG_CACHE_HOME.",
        free_mb=free_mb,
        needed_mb=needed_mb,
    )
