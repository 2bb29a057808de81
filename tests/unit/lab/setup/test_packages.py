"""Debian packages: on what, as whom, how far."""

from pathlib import Path

import pytest

from calls.errors import Fault
from lab.setup import packages
from lab.setup.packages import apt_status, install, interrupted, is_supported, link_redis, os_release, root_command
from lab.setup.places import redis_link
from lab.setup.progress import Progress

BOOKWORM = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
# a comment = not a field
VERSION_ID="12"
ID=debian
HOME_URL='https://www.debian.org/'
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "zhida").mkdir()
    return tmp_path / "zhida"


def test_os_release_is_read_without_its_quotes() -> None:
    fields = os_release(BOOKWORM)
    assert fields["VERSION_ID"] == "12"
    assert fields["PRETTY_NAME"] == "Debian GNU/Linux 12 (bookworm)"
    assert fields["HOME_URL"] == "https://www.debian.org/"
    assert len(fields) == 5


@pytest.mark.parametrize(
    ("fields", "supported"),
    [
        ({"ID": "debian", "VERSION_ID": "12"}, True),
        ({"ID": "debian", "VERSION_ID": "13"}, True),
        ({"ID": "debian"}, True),  # testing and unstable
        ({"ID": "debian", "VERSION_ID": "11"}, False),
        ({"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_ID": "24.04"}, False),
        ({}, False),
    ],
)
def test_debian_12_and_later_is_supported(fields: dict[str, str], supported: bool) -> None:
    assert is_supported(fields) is supported


@pytest.mark.parametrize(
    ("line", "news"),
    [
        ("dlstatus:3:45.2:Retrieving file 4 of 9 (2min 3s remaining)", "downloading 45 %"),
        ("pmstatus:sox:61.6667:Installing sox (amd64)", "installing 62 %"),
        ("pmstatus:libsox3:amd64:7.1:Unpacking libsox3", "installing 7 %"),
        ("pmstatus:dpkg-exec:x:Running dpkg", None),
        ("Setting up sox (14.4.2) ...", None),
        ("", None),
    ],
)
def test_apts_status_lines_tell_how_far_it_is(line: str, news: str | None) -> None:
    assert apt_status(line) == news


def test_root_needs_no_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert root_command(["sox"], Progress()) == []


def test_without_root_and_sudo_the_sentence_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("lab.setup.packages.shutil.which", lambda _: None)
    with pytest.raises(Fault, match="--no-install-recommends sox espeak-ng' run by root") as refused:
        root_command(["sox", "espeak-ng"], Progress())
    assert refused.value.code == "setup_no_root"


def test_another_system_is_named_in_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "os_release", lambda _: {"ID": "fedora", "PRETTY_NAME": "Fedora Linux 42"})
    with pytest.raises(Fault, match="this is Fedora Linux 42: install by hand what Debian has in sox"):
        install(["sox"], Progress())


def test_a_killed_installation_leaves_a_note_of_its_packages(cache: Path) -> None:
    assert interrupted() == ()
    (cache / "packages-under-way").write_text("sox espeak-ng")
    assert interrupted() == ("sox", "espeak-ng")


def test_a_failed_installation_leaves_none(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failing = tmp_path / "install.sh"
    failing.write_text("echo E: Unable to locate package sox; exit 100")
    monkeypatch.setattr(packages, "INSTALLER", failing)
    monkeypatch.setattr(packages, "is_supported", lambda _: True)
    monkeypatch.setattr(packages, "root_command", lambda _packages, _progress: [])
    monkeypatch.setattr("lab.setup.packages.shutil.which", lambda program: program)
    with pytest.raises(Fault, match="do not offer them"):
        install(["sox"], Progress())
    assert interrupted() == ()


def test_the_program_in_redis_tools_gets_its_name_as_a_server(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"redis-check-rdb": "/usr/bin/redis-check-rdb"}
    monkeypatch.setattr("lab.setup.packages.shutil.which", here.get)
    link_redis()
    link_redis()
    assert redis_link().readlink() == Path("/usr/bin/redis-check-rdb")
    assert list((cache / "bin").iterdir()) == [redis_link()]


def test_a_machine_with_a_redis_server_keeps_its_own(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.setup.packages.shutil.which", lambda program: f"/usr/bin/{program}")
    link_redis()
    assert not (cache / "bin").exists()
