"""One clear sentence for what apt-get, pip and mmdebstrap say when they fail. The outputs are theirs, shortened."""

from pathlib import Path

import pytest

from lab.setup.failures import Cause, cause_of, no_room, step_failed, telling_line

APT_WITHOUT_NETWORK = """Err:1 http://mirror.example/debian bookworm InRelease
  Temporary failure resolving 'mirror.example'
W: Failed to fetch http://mirror.example/debian/dists/bookworm/InRelease  Temporary failure resolving 'mirror.example'
W: Some index files failed to download. They have been ignored, or old ones used instead.
E: Unable to locate package sox
"""
PIP_WITHOUT_NETWORK = """WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by \
'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7fd114fe4d90>: Failed to establish a new connection: \
[Errno -3] Temporary failure in name resolution')': /simple/aiohttp/
ERROR: Could not find a version that satisfies the requirement aiohttp==3.14.5 (from versions: none)
ERROR: No matching distribution found for aiohttp==3.14.5
"""
PIP_WITHOUT_ROOM = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
PIP_WITH_AN_ALTERED_FILE = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated…\n"
MMDEBSTRAP_WITHOUT_ROOM = """E: You don't have enough free space in /cache/asterisk.new/var/cache/apt/archives/.
E: mmdebstrap failed to run
"""
MMDEBSTRAP_UNSIGNED = """W: OpenPGP signature verification failed: http://mirror.example/debian forky InRelease: no keyring is specified
E: The repository 'http://mirror.example/debian forky InRelease' is not signed.
E: mmdebstrap failed to run
"""
APT_LOCKED = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt-get)\n"


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        (APT_WITHOUT_NETWORK, Cause.NO_NETWORK),
        (PIP_WITHOUT_NETWORK, Cause.NO_NETWORK),
        (PIP_WITHOUT_ROOM, Cause.NO_ROOM),
        (PIP_WITH_AN_ALTERED_FILE, Cause.TAMPERED),
        (MMDEBSTRAP_WITHOUT_ROOM, Cause.NO_ROOM),
        (MMDEBSTRAP_UNSIGNED, Cause.UNSIGNED),
        (APT_LOCKED, Cause.DPKG_BUSY),
        ("E: Unable to locate package asterisk\n", Cause.NOT_OFFERED),
        ("E: something new\n", None),
        ("", None),
    ],
)
def test_the_cause_is_known_by_the_programs_words(output: str, cause: Cause | None) -> None:
    assert cause_of(output) is cause


@pytest.mark.parametrize(
    ("output", "cause", "line"),
    [
        (APT_WITHOUT_NETWORK, Cause.NO_NETWORK, "Temporary failure resolving 'mirror.example'"),
        (PIP_WITHOUT_NETWORK, Cause.NO_NETWORK, "Temporary failure in name resolution"),
        ("I: begun\nE: the first is the reason\nE: mmdebstrap failed to run\n", None, "the first is the reason"),
        ("no word of error\nthe last word\n\n", None, "the last word"),
        ("", None, "it said nothing"),
    ],
)
def test_the_line_that_says_it_best_is_quoted(output: str, cause: Cause | None, line: str) -> None:
    assert telling_line(output, cause) == line


def test_a_quotation_is_never_a_page() -> None:
    assert len(telling_line("E: " + "x" * 10_000, None)) == 200


@pytest.mark.parametrize("output", [APT_WITHOUT_NETWORK, PIP_WITHOUT_ROOM, PIP_WITH_AN_ALTERED_FILE, MMDEBSTRAP_UNSIGNED, "odd"])
def test_a_failure_is_one_line_with_a_stable_code(output: str) -> None:
    fault = step_failed("The Python packages", "/cache", output, Path("/cache/pip.log"))
    assert fault.sentence.startswith("The Python packages could not be ")
    assert "\n" not in fault.sentence
    assert fault.code.startswith("setup_")


def test_a_full_disk_is_told_with_its_place_and_the_way_out() -> None:
    fault = no_room("The Python packages", Path("/cache/zhida"), 52, 400)
    assert fault.sentence.startswith("The Python packages need 400 MB in /cache/zhida and 52 MB are free")
    assert "XDG_CACHE_HOME" in fault.sentence
