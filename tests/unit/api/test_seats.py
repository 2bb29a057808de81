"""Seats: look at them, change their states."""

import pytest

from routing.waiting import CallState
from seats.state import SeatState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import CALL, Hotline, a_seat


async def test_what_a_seat_tells(hotline: Hotline, observer: Asker) -> None:
    hotline.talks(state=CallState.OFFERED)
    assert await observer.get("/seats/8001") == {
        "seat_id": "8001",
        "state": "talking",
        "since": "2025-09-30T09:00:00Z",
        "why": "signed in",
        "phone": "idle",
        "call": CALL,
        "wish": None,
        "agent": None,
        "groups": ["priority"],
        "skills": {},
        "devices": ["PJSIP/8001"],
        "wrap_up_until": None,
        "on_call": {
            "call_id": CALL,
            "number": "0515-88880001",
            "enterprise": "示例机械有限公司",
            "class": "key_enterprise",
            "state": "offered",
            "arrived": "2025-09-30T08:59:00Z",
        },
    }


async def test_seats_page_by_page(hotline: Hotline, observer: Asker) -> None:
    hotline.seats.add(*(a_seat(str(number)) for number in range(8020, 8000, -1)))
    first = await observer.get("/seats", limit=12)
    second = await observer.get("/seats", limit=12, cursor=first["next"])
    assert [seat["seat_id"] for seat in [*first["items"], *second["items"]]] == [str(number) for number in range(8001, 8021)]


async def test_seats_of_a_group_or_in_a_state(hotline: Hotline, observer: Asker) -> None:
    hotline.seats.add(a_seat("8001"), a_seat("8004", SeatState.PAUSED, groups=("qilai",)), a_seat("8010", groups=("qilai", "general")))
    assert [seat["seat_id"] for seat in (await observer.get("/seats", group="qilai"))["items"]] == ["8004", "8010"]
    assert [seat["seat_id"] for seat in (await observer.get("/seats", state="ready"))["items"]] == ["8001", "8010"]


@pytest.mark.parametrize(("wanted", "state"), [("paused", "paused"), ("logged_out", "logged_out"), ("ready", "ready")])
async def test_a_person_changes_a_seat(hotline: Hotline, agent: Asker, wanted: str, state: str) -> None:
    hotline.seats.add(a_seat())
    seat = await (await agent.ask("PUT", "/seats/8001/state", json={"state": wanted, "reason": "午餐"})).json()
    assert (seat["state"], seat["why"]) == (state, "午餐")
    assert hotline.seats.asked[0][2:] == ("午餐", "agent")


async def test_without_a_reason_the_log_still_says_who_it_was(hotline: Hotline, agent: Asker) -> None:
    hotline.seats.add(a_seat())
    assert (await (await agent.ask("PUT", "/seats/8001/state", json={"state": "paused"})).json())["why"] == "paused by agent"


async def test_a_seat_that_talks_keeps_it_as_its_wish(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    seat = await (await agent.ask("PUT", "/seats/8001/state", json={"state": "paused"})).json()
    assert (seat["state"], seat["wish"]) == ("talking", "paused")


async def test_what_cannot_be_asked_of_a_seat(hotline: Hotline, agent: Asker) -> None:
    hotline.seats.add(a_seat())
    unusable = ({"state": "talking"}, {"state": "ready", "reason": None}, {"state": "ready", "reason": "x" * 201}, {"stat": "ready"})
    for body in ({}, [], *unusable):
        assert (await agent.refused("PUT", "/seats/8001/state", 422, json=body))["code"] == "request_unusable"
    assert hotline.seats.asked == []


async def test_seats_that_do_not_exist(agent: Asker) -> None:
    assert (await agent.refused("GET", "/seats/9999", 404))["code"] == "seat_unknown"
    assert (await agent.refused("PUT", "/seats/9999/state", 404, json={"state": "ready"}))["code"] == "seat_unknown"
    assert (await agent.refused("GET", "/seats/80%2001", 404))["code"] == "path_unknown"


async def test_redis_away(hotline: Hotline, observer: Asker) -> None:
    hotline.redis.away = True
    problem = await observer.refused("GET", "/seats", 503)
    assert (problem["code"], problem["detail"]) == ("redis_away", "Redis at unix:///run/redis.sock does not answer.")
