"""Where the things are that the set-up made; cheap to ask, at any time, by any part of the lab.

Nothing here creates anything. What is not there raises `Fault` with the sentence for the user.
"""

import hashlib
import os
import platform
import shutil
import sys
from pathlib import Path

from calls.errors import Fault

ASTERISK_PACKAGES = ("asterisk", "asterisk-modules", "asterisk-config", "asterisk-core-sounds-en")
ASTERISK_VARIABLE = "ZHIDA_ASTERISK"


def cache_dir() -> Path:
    """What all checkouts of this user share: `$XDG_CACHE_HOME/zhida`, by default `~/.cache/zhida`."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if named.startswith("/"):  # relative ones are to be ignored (XDG base directory specification)
        return Path(named) / "zhida"
    try:
        return Path.home() / ".cache/zhida"
    except RuntimeError as error:
        raise Fault("no_home", "This user has no home directory to keep things in: name a place with XDG_CACHE_HOME.") from error


def venv_dir(checkout: Path) -> Path:
    """The virtual environment for this checkout's locked requirements under the running Python."""
    locked = hashlib.sha256((checkout / "requirements.txt").read_bytes()).hexdigest()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return cache_dir() / f"venv-{version}-{platform.machine()}-{locked[:12]}"


def asterisk_cache() -> Path:
    """Where the set-up puts its own Asterisk. Another list of packages gives another place."""
    recipe = hashlib.sha256(" ".join(ASTERISK_PACKAGES).encode()).hexdigest()
    return cache_dir() / f"asterisk-{platform.machine()}-{recipe[:12]}"


def asterisk_root() -> Path:
    """The root of the tree that holds `usr/sbin/asterisk`: the user's (`ZHIDA_ASTERISK`) or the cache's. Read-only.

    Raises: Fault: it is not there.
    """
    own = os.environ.get(ASTERISK_VARIABLE, "")
    root = Path(own).absolute() if own else asterisk_cache()
    if (root / "usr/sbin/asterisk").is_file():
        return root
    if own:
        raise Fault(
            "asterisk_not_there",
            f"{ASTERISK_VARIABLE}={own} holds no usr/sbin/asterisk: name a tree's root that does (/ for this machine's own) or unset it.",
            root=str(root),
        )
    raise Fault("asterisk_not_there", f"There is no Asterisk in {root} yet: ./zhida lab up, demo and test fetch it.", root=str(root))


def asterisk_command(*args: str) -> list[str]:
    """The command line that runs this Asterisk: `asterisk_command("-C", conf, "-rx", "core show channels")`.

    A tree of its own runs under its own ld.so and libraries, because its libc is newer than the host's. Children of
    Asterisk (System(), AGI scripts) get the host's libraries again. Needs no root and no namespace.
    """
    return asterisk_in(asterisk_root(), *args)


def asterisk_in(root: Path, *args: str) -> list[str]:
    """As `asterisk_command`, for the Asterisk of this tree."""
    program = str(root / "usr/sbin/asterisk")
    if root == Path("/"):
        return [program, *args]
    loader = _first(root, "usr/lib/*-linux-gnu*/ld-linux*.so.*", "usr/lib64/ld-linux*.so.*", "lib/ld-linux*.so.*")
    return [str(loader), "--library-path", f"{loader.parent}:{root / 'usr/lib'}", program, *args]


def asterisk_modules() -> Path:
    """For asterisk.conf `astmoddir`."""
    return _first(asterisk_root(), "usr/lib/*-linux-gnu*/asterisk/modules", "usr/lib/asterisk/modules", "usr/lib64/asterisk/modules")


def asterisk_data() -> Path:
    """For asterisk.conf `astdatadir`: the sounds that came with it are in `sounds/`. Read-only."""
    return _first(asterisk_root(), "usr/share/asterisk", "var/lib/asterisk")


def redis_server() -> Path:
    """A redis-server to start.

    Debian's redis-tools holds the program itself, under another name; the set-up installs only that, with a link in
    the cache, because the package redis-server would start and enable a service on port 6379.
    """
    return _program("redis-server", redis_link())


def redis_link() -> Path:
    """Where the set-up puts that link; `./zhida` has its directory at the end of the PATH."""
    return cache_dir() / "bin/redis-server"


def postgres_bin() -> Path:
    """The directory of PostgreSQL's server programs (`initdb`, `postgres`, `pg_ctl`); the newest where there are several."""
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[4]))
    if servers:
        return servers[-1].parent
    return _program("postgres", Path("/usr/lib/postgresql")).parent


def _program(name: str, other: Path) -> Path:
    """The program of this name on the PATH, or else `other`."""
    found = shutil.which(name)
    if found:
        return Path(found)
    if other.is_file():
        return other
    raise Fault("program_not_there", f"There is no {name} on this machine yet: run ./zhida test, which installs it.", program=name)


def _first(root: Path, *patterns: str) -> Path:
    for pattern in patterns:
        for found in sorted(root.glob(pattern)):
            return found
    raise Fault("asterisk_incomplete", f"{root} is not a whole Asterisk: there is no {patterns[0]} in it.", root=str(root))
