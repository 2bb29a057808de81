"""Asterisk's tree: from where, which suite, which version."""

from pathlib import Path

import pytest

from calls.errors import Fault
from lab.setup import asterisk
from lab.setup.asterisk import apt_settings, check, debian_mirror, extract, fetch, is_ready, mmdebstrap_progress
from lab.setup.places import asterisk_cache, asterisk_command, asterisk_data, asterisk_modules
from lab.setup.progress import Progress
from lab.setup.running import Job

TARGETS = """Docker|Docker CE|stable|https://docker.example/linux/debian/
Debian|Debian-Security|main|https://mirror.example/debian-security/
Debian|Debian|contrib|https://other.example/debian/
Debian|Debian|main|https://mirror.example/debian/
"""


def a_tree(root: Path, version: str) -> Path:
    """A tree whose asterisk says so; its ld.so is a script that drops its option and runs the program."""
    library = root / "usr/lib/x86_64-linux-gnu"
    for name, text in {
        "usr/sbin/asterisk": f"#!/bin/sh\n{version}\n",
        "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2": '#!/bin/sh\nshift 2\nexec "$@"\n',
    }.items():
        program = root / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(text)
        program.chmod(0o755)
    (library / "asterisk/modules").mkdir(parents=True)
    (root / "usr/share/asterisk").mkdir(parents=True)
    return root


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no Asterisk of the user's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ZHIDA_ASTERISK", raising=False)
    monkeypatch.setattr(asterisk, "ask_for_room", lambda *_: None)
    monkeypatch.setattr(asterisk, "_said", lambda *_: "")
    (tmp_path / "zhida").mkdir()
    return tmp_path / "zhida"


class Suites:
    """Stands for mmdebstrap: which suites have Asterisk, and what was asked of it."""

    def __init__(self, *having: str, missing: Fault | None = None) -> None:
        self.having = having
        self.missing = missing or Fault("setup_not_offered", "no asterisk in the first suite")
        self.asked: list[str] = []

    def run(self, _job: Job, command: list[str], _progress: Progress, **_: object) -> None:
        suite = next(word for word in command if word in asterisk.SUITES)
        tree = Path(command[command.index(suite) + 1])
        tree.mkdir()  # mmdebstrap refuses a directory that holds something
        self.asked.append(suite)
        (tree / "half").touch()
        if suite not in self.having:
            raise self.missing
        a_tree(tree, "echo Asterisk 22.10.1+dfsg-1")


def test_the_mirror_is_the_one_debian_itself_comes_from() -> None:
    assert debian_mirror(TARGETS) == "https://mirror.example/debian/"


@pytest.mark.parametrize("targets", ["", "Debian|Debian|main|cdrom:[Debian]/\n", "Ubuntu|Ubuntu|main|https://u.example/\n", "odd line\n"])
def test_without_a_usable_mirror_debians_own_default_is_taken(targets: str) -> None:
    assert debian_mirror(targets) is None


def test_the_machines_proxy_is_carried_over_and_nothing_else() -> None:
    dump = ['Acquire::http::Proxy "http://proxy.example:3128";', 'Acquire::Languages:: "de";', 'Acquire::Retries "3";']
    settings = apt_settings("\n".join(dump))
    assert 'Acquire::http::Proxy "http://proxy.example:3128";' in settings
    assert 'Acquire::Retries "3";' in settings
    assert len(settings) == 2 + 3


def test_testing_is_taken_where_it_has_asterisk(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suites = Suites("forky", "sid")
    monkeypatch.setattr(asterisk, "run", suites.run)
    fetch(Progress())
    assert suites.asked == ["forky"]
    assert is_ready()
    assert asterisk_cache().parent == cache
    assert asterisk_command("-V")[-2:] == [str(asterisk_cache() / "usr/sbin/asterisk"), "-V"]
    assert asterisk_modules() == asterisk_cache() / "usr/lib/x86_64-linux-gnu/asterisk/modules"
    assert asterisk_data() == asterisk_cache() / "usr/share/asterisk"


def test_unstable_stands_in_while_testing_has_none(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suites = Suites("sid")
    monkeypatch.setattr(asterisk, "run", suites.run)
    fetch(Progress())
    assert suites.asked == ["forky", "sid"]


def test_where_no_suite_has_it_the_first_refusal_is_told_and_nothing_stays(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk, "run", Suites().run)
    with pytest.raises(Fault, match="no asterisk in the first suite"):
        fetch(Progress())
    assert not is_ready()
    assert list(cache.iterdir()) == []


def test_a_dead_network_is_not_tried_four_times(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suites = Suites(missing=Fault("setup_no_network", "no network"))
    monkeypatch.setattr(asterisk, "run", suites.run)
    with pytest.raises(Fault, match="no network"):
        extract(cache / "tree", Progress())
    assert suites.asked == ["forky"]


def test_what_a_killed_set_up_left_is_cleared_away(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = asterisk_cache().with_name(f"{asterisk_cache().name}.new")
    (left / "usr/sbin").mkdir(parents=True)
    monkeypatch.setattr(asterisk, "run", Suites("forky").run)
    assert not is_ready()
    fetch(Progress())
    assert is_ready()
    assert not left.exists()


@pytest.mark.parametrize("said", ["echo Asterisk 22.10.1+dfsg-1", "echo Asterisk certified/22.8-cert1", "echo Asterisk 23.1.0"])
def test_22_and_later_will_do(tmp_path: Path, said: str) -> None:
    check(a_tree(tmp_path, said))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("echo Asterisk 20.11.0", "is version 20, and 22 or later is needed"),
        ("echo libssl.so.3: not found >&2; exit 127", "does not run: libssl.so.3: not found"),
        ("true", "does not run: it said nothing"),
    ],
)
def test_another_is_refused_with_the_reason(tmp_path: Path, said: str, sentence: str) -> None:
    with pytest.raises(Fault, match=sentence):
        check(a_tree(tmp_path, said))


def test_an_asterisk_of_the_users_own_is_taken_and_looked_at(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIDA_ASTERISK", str(a_tree(tmp_path / "own", "echo Asterisk 21.0.0")))
    with pytest.raises(Fault, match="version 21"):
        is_ready()


def test_a_wrong_path_to_an_own_asterisk_is_told(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIDA_ASTERISK", "/nowhere")
    with pytest.raises(Fault, match="ZHIDA_ASTERISK=/nowhere holds no usr/sbin/asterisk"):
        is_ready()


def test_mmdebstraps_lines_tell_what_it_does() -> None:
    assert mmdebstrap_progress("I: extracting archives...") == "extracting archives"
    assert mmdebstrap_progress("I: success in 5.1 seconds") is None
    assert mmdebstrap_progress("Get:1 something") is None
