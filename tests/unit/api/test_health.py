"""/healthz and /metrics."""

from dataclasses import replace

from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL


async def test_all_is_well(stranger: Asker) -> None:
    response = await stranger.ask("GET", "/healthz")
    health = await response.json()
    assert (response.status, health["status"]) == (200, "ok")
    assert health["parts"]["redis"] == {"ok": True, "since": "2025-09-30T09:00:00.000Z", "why": None}
    assert set(health["parts"]) == {"redis", "asterisk", "sql", "recorder", "agi"}


async def test_it_says_which_part_is_not_and_why(hotline: Hotline, stranger: Asker) -> None:
    hotline.parts["asterisk"] = replace(hotline.parts["asterisk"], ok=False, why="Asterisk at 127.0.0.1:5038 is not connected.")
    response = await stranger.ask("GET", "/healthz")
    health = await response.json()
    assert (response.status, health["status"]) == (503, "not ok")
    assert health["parts"]["asterisk"]["why"] == "Asterisk at 127.0.0.1:5038 is not connected."
    assert health["parts"]["redis"]["ok"] is True


async def test_figures_by_operation_with_nothing_of_callers_in_their_labels(hotline: Hotline, observer: Asker) -> None:
    hotline.talks()
    await observer.get(f"/calls/{CALL}")
    await observer.ask("GET", "/made/up")
    await observer.ask("MKCOL", "/calls")
    response = await observer.client.get("/metrics")
    figures = await response.text()
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    assert 'zhida_api_requests_total{method="GET",operation="show_call",status="200"} 1.0' in figures
    assert 'zhida_api_requests_total{method="GET",operation="unknown",status="404"} 1.0' in figures
    assert 'zhida_api_requests_total{method="other",operation="unknown",status="405"} 1.0' in figures
    assert CALL not in figures
    assert "made" not in figures


async def test_answers_are_kept_nowhere(observer: Asker) -> None:
    response = await observer.ask("GET", "/calls")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Server"] == "Zhida"
