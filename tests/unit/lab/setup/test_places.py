"""Where the things are that the set-up made."""

from pathlib import Path

import pytest

from calls.errors import Fault
from lab.setup import places
from lab.setup.places import asterisk_command, asterisk_in, asterisk_root, cache_dir, postgres_bin, redis_server


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ZHIDA_ASTERISK", raising=False)
    return tmp_path / "zhida"


def test_the_cache_is_where_the_user_wants_it(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_dir() == cache
    for odd in ("", "relative/path"):
        monkeypatch.setenv("XDG_CACHE_HOME", odd)
        assert cache_dir() == Path.home() / ".cache/zhida"


def test_a_user_without_a_home_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")

    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(Fault, match="XDG_CACHE_HOME"):
        cache_dir()


def test_before_the_set_up_one_is_told_what_fetches_asterisk() -> None:
    with pytest.raises(Fault, match=r"\./zhida lab up, demo and test fetch it"):
        asterisk_root()


def test_the_machines_own_asterisk_runs_as_it_is() -> None:
    assert asterisk_in(Path("/"), "-V") == ["/usr/sbin/asterisk", "-V"]


def test_a_tree_runs_under_its_own_loader_and_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "tree"
    for file in ("usr/sbin/asterisk", "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1"):
        (root / file).parent.mkdir(parents=True)
        (root / file).touch()
    monkeypatch.setenv("ZHIDA_ASTERISK", str(root))
    loader, option, libraries, program, argument = asterisk_command("-V")
    assert loader == f"{root}/usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1"
    assert (option, argument) == ("--library-path", "-V")
    assert libraries.split(":")[0] == f"{root}/usr/lib/aarch64-linux-gnu"
    assert program == f"{root}/usr/sbin/asterisk"


def test_a_tree_without_libraries_is_no_asterisk(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="not a whole Asterisk"):
        asterisk_in(tmp_path, "-V")


def test_redis_comes_from_the_machine_or_from_the_link_in_the_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places.shutil, "which", lambda _: None)
    with pytest.raises(Fault, match="no redis-server on this machine"):
        redis_server()
    (cache / "bin").mkdir(parents=True)
    (cache / "bin/redis-server").touch()
    assert redis_server() == cache / "bin/redis-server"
    monkeypatch.setattr(places.shutil, "which", lambda _: "/usr/local/bin/redis-server")
    assert redis_server() == Path("/usr/local/bin/redis-server")


def test_postgresqls_programs_are_the_newest_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = [Path(f"/usr/lib/postgresql/{version}/bin/postgres") for version in ("9.6", "17", "15")]
    monkeypatch.setattr(Path, "glob", lambda _self, _pattern: servers)
    assert postgres_bin() == Path("/usr/lib/postgresql/17/bin")
