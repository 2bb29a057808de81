"""Each worker's lab has addresses of its own."""

import pytest

from tests.scenarios.house import net_of


def test_no_two_labs_share_a_net(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIDA_SCENARIOS_NET", "127.0.68")
    assert [net_of(worker) for worker in ("", "gw0", "gw1", "gw12")] == ["127.0.68", "127.0.68", "127.1.68", "127.12.68"]
    nets = [net_of(f"gw{number}", spare=spare) for number in range(100) for spare in (False, True)]
    assert len(set(nets)) == len(nets)
