"""Which command needs what. A production machine that only serves gets no softphones and no second Asterisk."""

import importlib.util
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Part(Enum):
    """Something the set-up can make ready."""

    PYTHON = "Python packages"  # the virtual environment with the locked requirements
    REDIS = "Redis"  # alone; the lab's programs hold it as well
    PROGRAMS = "the lab's programs"  # Redis, softphones, sound tools
    ASTERISK = "Asterisk"  # a tree of its own, read-only
    POSTGRES = "PostgreSQL"  # the tests run the store on it as well
    BROWSER = "Chromium"  # a seat's phone in the tests
    CLOCK = "libfaketime"  # steps the lab's wall clock in the tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A Debian package, and how to see that what it brings is there, from wherever it came.

    Args:
        name: Debian's name; the same in Debian 12 and 13.
        programs: one of these on the PATH is enough.
        file: or a file of this absolute pattern.
        module: or this module in the running Python.
    """

    name: str
    programs: tuple[str, ...] = ()
    file: str = ""
    module: str = ""

    def is_there(self) -> bool:
        """Looked up in the file system: what apt or dpkg believe is not asked, so it costs microseconds."""
        if any(shutil.which(program) for program in self.programs):
            return True
        if self.file and any(Path("/").glob(self.file.lstrip("/"))):
            return True
        return bool(self.module) and importlib.util.find_spec(self.module) is not None


FAKETIME = "/usr/lib/*/faketime/libfaketimeMT.so.1"
REDIS = Package(name="redis-tools", programs=("redis-server", "redis-check-rdb"))  # why not redis-server: places.redis_server
PACKAGES = {
    Part.PYTHON: (Package(name="python3-venv", module="ensurepip"),),
    Part.REDIS: (REDIS,),
    Part.PROGRAMS: (
        REDIS,
        Package(name="baresip-core", programs=("baresip",)),
        Package(name="sip-tester", programs=("sipp",)),
        Package(name="sox", programs=("sox",)),
        Package(name="espeak-ng", programs=("espeak-ng",)),
    ),
    Part.ASTERISK: (Package(name="mmdebstrap", programs=("mmdebstrap",)),),
    Part.POSTGRES: (Package(name="postgresql", file="/usr/lib/postgresql/*/bin/postgres"),),
    # The one without windows: two thirds of the download, because it needs no GTK.
    Part.CLOCK: (Package(name="libfaketime", file=FAKETIME),),
    Part.BROWSER: (Package(name="chromium-headless-shell", programs=("chromium-headless-shell", "chromium")),),
}

LAB = frozenset({Part.PYTHON, Part.PROGRAMS, Part.ASTERISK})
NEEDS = {
    ("demo",): LAB,
    ("bench",): LAB,
    ("lab", "up"): LAB,
    ("simulate",): frozenset({Part.PYTHON, Part.REDIS}),
    ("test",): LAB | {Part.POSTGRES, Part.BROWSER, Part.CLOCK},
}
EVERY_COMMAND = frozenset({Part.PYTHON})


def parts_for(args: Sequence[str]) -> frozenset[Part]:
    """What `./zhida ARGS` needs. Asking for help needs the command line only."""
    if "--help" in args or "-h" in args:
        return EVERY_COMMAND
    words = [arg for arg in args if not arg.startswith("-")]
    found = (parts for command, parts in NEEDS.items() if words[:1] == [command[0]] and set(command) <= set(words))
    return next(found, EVERY_COMMAND)


def missing_packages(parts: Iterable[Part]) -> tuple[str, ...]:
    """The Debian packages to install for these parts, in the table's order."""
    wanted = set(parts)
    return tuple(package.name for part in Part if part in wanted for package in PACKAGES[part] if not package.is_there())
