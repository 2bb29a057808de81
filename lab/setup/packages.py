"""Debian packages that are missing on this machine, installed by apt-get."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from calls.errors import Fault
from lab.setup.failures import no_root, unsupported
from lab.setup.places import cache_dir, redis_link
from lab.setup.progress import Progress
from lab.setup.running import Job, run

INSTALLER = Path(__file__).with_name("install-packages.sh")
OLDEST_DEBIAN = 12
JOB = Job(what="The Debian packages", where="/var and /usr", log="apt.log")


def interrupted() -> tuple[str, ...]:
    """The packages of an installation that was begun and never seen to end; apt may have been killed with it."""
    note = _note()
    return tuple(note.read_text(encoding="utf-8").split()) if note.exists() else ()


def install(packages: Sequence[str], progress: Progress) -> None:
    """Install them, and start nothing on the machine (see install-packages.sh).

    Raises: Fault: not Debian, neither root nor sudo, no network, no room, …
    """
    system = os_release(Path("/etc/os-release").read_text(encoding="utf-8")) if Path("/etc/os-release").exists() else {}
    name = system.get("PRETTY_NAME", "an unknown system")
    if not is_supported(system):
        raise unsupported(name, packages)
    if not shutil.which("apt-get"):
        raise unsupported(f"{name} without apt-get", packages)
    become_root = root_command(packages, progress)
    note = _note()
    note.write_text(" ".join(packages), encoding="utf-8")
    try:
        run(JOB, [*become_root, "sh", str(INSTALLER), *packages], progress, how_far=apt_status)
    except Fault:
        note.unlink()
        raise
    note.unlink()  # one that is killed or broken off leaves it


def link_redis() -> None:
    """Give the program in redis-tools its name as a server (see `places.redis_server`), where the machine has none of that name."""
    program = shutil.which("redis-check-rdb")
    link = redis_link()
    if not program or shutil.which("redis-server") or link.exists():
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f"{link.name}.{os.getpid()}")
    fresh.symlink_to(program)
    fresh.replace(link)


def root_command(packages: Sequence[str], progress: Progress) -> list[str]:
    """What to put before a command so that root runs it. On a terminal sudo may ask for the password, once.

    Raises: Fault: this user cannot become root.
    """
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if not sudo:
        raise no_root(packages)
    if subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    if sys.stdin.isatty():
        progress.say(f"Debian packages are missing ({' '.join(packages)}); sudo asks for your password to install them.")
        if subprocess.run([sudo, "-v"], check=False).returncode == 0:
            return [sudo]
    raise no_root(packages)


def apt_status(line: str) -> str | None:
    """How far apt-get is, by a line of its APT::Status-Fd (apt's README.progress-reporting): `dlstatus:3:45.2:Retrieving…`."""
    words = {"dlstatus": "downloading", "pmstatus": "installing"}
    fields = line.split(":")
    if len(fields) < 4 or fields[0] not in words:
        return None
    try:
        return f"{words[fields[0]]} {float(fields[-2]):.0f} %"
    except ValueError:
        return None


def os_release(text: str) -> dict[str, str]:
    """The fields of os-release(5); quotes are taken off."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#"))
    return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}


def is_supported(system: Mapping[str, str]) -> bool:
    """Debian 12 or later; testing and unstable carry no VERSION_ID."""
    if system.get("ID") != "debian":
        return False
    version = system.get("VERSION_ID", "")
    return not version or (version.isdigit() and int(version) >= OLDEST_DEBIAN)


def _note() -> Path:
    return cache_dir() / "packages-under-way"
