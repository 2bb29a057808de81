"""Who may have the configuration read again, and what he is told."""

from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline


async def test_a_dry_run_shows_what_would_change(hotline: Hotline, admin: Asker) -> None:
    response = await admin.ask("POST", "/reload", json={"dry_run": True})
    told = await response.json()
    assert (response.status, told["applied"], told["restart_needed"]) == (200, False, False)
    assert told["changes"] == [
        {"key": "groups.priority.seats", "place": "zhida.yaml:9", "old": "8001-8002", "new": "8001-8003", "at_once": True}
    ]
    assert hotline.reloads == [(True, "admin")]


async def test_the_engines_are_told_to_read_it(hotline: Hotline, admin: Asker) -> None:
    told = await (await admin.ask("POST", "/reload", json={})).json()
    assert (told["applied"], told["engines"]) == (True, 2)
    assert hotline.reloads == [(False, "admin")]


async def test_a_faulty_file_is_told_with_its_line(hotline: Hotline, admin: Asker) -> None:
    hotline.configuration_is_faulty = True
    problem = await admin.refused("POST", "/reload", 422, json={})
    assert problem["code"] == "config_faulty"
    assert problem["detail"].startswith("zhida.yaml:12: seats.ring_s")


async def test_nobody_else_may(hotline: Hotline, agent: Asker, observer: Asker) -> None:
    for who in (agent, observer):
        problem = await who.refused("POST", "/reload", 403, json={"dry_run": True})
        assert problem["code"] == "role_not_allowed"
    assert hotline.reloads == []
