"""A Redis for as long as a block lasts."""

from pathlib import Path

import pytest
import redis

from calls.errors import Fault
from lab.own_redis import own_redis


def test_two_of_them_know_nothing_of_each_other_and_leave_nothing() -> None:
    with own_redis() as one, own_redis() as other:
        assert one != other
        with redis.Redis(unix_socket_path=str(one)) as client:
            client.set("key", "value")
        with redis.Redis(unix_socket_path=str(other)) as client:
            assert client.get("key") is None
    assert not one.parent.exists()


def test_one_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\necho no memory left >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr("lab.own_redis.redis_server", lambda: program)
    with pytest.raises(Fault, match="did not start: no memory left"), own_redis():
        pytest.fail("it started")
