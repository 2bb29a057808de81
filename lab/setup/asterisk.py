"""A real Asterisk, fetched from Debian testing into a tree of its own; nothing of it is installed on the machine."""

import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from calls.errors import Fault
from lab.setup.places import ASTERISK_PACKAGES, ASTERISK_VARIABLE, asterisk_cache, asterisk_in, asterisk_root, cache_dir
from lab.setup.progress import Progress
from lab.setup.room import ask_for_room
from lab.setup.running import Job, run

NEEDED_MB = 600
OLDEST = 22
HOPELESS = ("setup_no_network", "setup_no_room")  # the same for every mirror
SUITES = ("forky", "sid")  # sid has it when testing, for a while, has not
# Apt's settings of this machine that decide how a mirror is reached.
CARRIED_OVER = re.compile(r"Acquire::(http|https|Retries|ForceIPv[46]|Check-Valid-Until|Check-Date)\b")


def is_own() -> bool:
    """The user points at an Asterisk of his own."""
    return bool(os.environ.get(ASTERISK_VARIABLE))


def is_ready() -> bool:
    """The tree gets its name when it is whole and has been run. One of the user's own is run at every start: it is cheap.

    Raises: Fault: the user's own is not there or too old.
    """
    if is_own():
        check(asterisk_root())
        return True
    return asterisk_cache().is_dir()


def fetch(progress: Progress) -> None:
    """Extract Debian's packages, see that the Asterisk in them runs, then give the tree its name."""
    tree = asterisk_cache()
    fresh = tree.with_name(f"{tree.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    ask_for_room("Asterisk", cache_dir(), NEEDED_MB)
    try:
        extract(fresh, progress)
        check(fresh)
        fresh.rename(tree)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def extract(fresh: Path, progress: Progress) -> None:
    """Try the machine's mirror, then Debian's own; the first suite that has Asterisk wins.

    Raises: Fault: of the first attempt, which is the one that should have worked.
    """
    settings = apt_settings(_said("apt-config", "dump", "--no-empty", "Acquire"))
    job = Job(what="Asterisk", where=str(cache_dir()), log="asterisk.log")
    mirrors = dict.fromkeys((debian_mirror(_said(*INDEX_TARGETS)), None))
    refusals: list[Fault] = []
    for mirror, suite in itertools.product(mirrors, SUITES):
        try:
            return run(job, mmdebstrap(suite, fresh, mirror, settings), progress, how_far=mmdebstrap_progress)
        except Fault as fault:
            shutil.rmtree(fresh, ignore_errors=True)
            if fault.code in HOPELESS:
                raise
            refusals.append(fault)
    raise refusals[0]


def check(root: Path) -> None:
    """Run it and look at its version.

    Raises: Fault: it does not run, or is older than 22.
    """
    command = asterisk_in(root, "-V")
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    version = re.search(r"Asterisk (?:certified/)?(\d+)", ran.stdout)
    if ran.returncode != 0 or not version:
        said = (ran.stderr or ran.stdout).strip().splitlines()
        raise Fault("asterisk_broken", f"The Asterisk in {root} does not run: {said[-1] if said else 'it said nothing'}.", root=str(root))
    if int(version[1]) < OLDEST:
        raise Fault("asterisk_too_old", f"The Asterisk in {root} is version {version[1]}, and {OLDEST} or later is needed.", root=str(root))


def mmdebstrap(suite: str, tree: Path, mirror: str | None, settings: Sequence[str]) -> list[str]:
    """Extract only: no root is needed, no chroot, and no maintainer script is run.

    The scripts are why mmdebstrap 1.5 refuses this mode to root, so that check does not apply.
    """
    return [
        "mmdebstrap",
        "--mode=chrootless",
        "--variant=extract",
        "--skip=check/chrootless",
        "--format=directory",
        *(f"--aptopt={setting}" for setting in settings),
        f"--include={','.join(ASTERISK_PACKAGES)}",
        suite,
        str(tree),
        *([mirror] if mirror else []),
    ]


INDEX_TARGETS = ("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)", "Created-By: Packages")


def debian_mirror(targets: str) -> str | None:
    """The mirror this machine takes Debian itself from, by apt's list of its indexes; None where apt names none."""
    for line in targets.splitlines():
        *whose, uri = line.split("|", 3)
        if whose == ["Debian", "Debian", "main"] and uri.startswith(("http://", "https://", "file:/")):
            return uri
    return None


def apt_settings(dump: str) -> Sequence[str]:
    """What apt must know of this machine to fetch the tree: proxies, certificates. A mirror may lag; signatures are checked."""
    carried = [line for line in dump.splitlines() if CARRIED_OVER.match(line)]
    return [*carried, 'Acquire::Check-Valid-Until "false";', 'APT::Install-Recommends "false";', 'Acquire::Languages "none";']


def mmdebstrap_progress(line: str) -> str | None:
    """Its `I:` lines say what it does."""
    return line.removeprefix("I: ").rstrip(".") if line.startswith("I: ") and line.endswith("...") else None


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
