"""Seats: look at them, change their states."""

from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from api.app import build_app
from api.rights import Role
from api.tokens import Token
from routing.waiting import CallState
from seats.seat import Phone
from seats.state import SeatState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, NOW, a_seat


async def test_what_a_seat_tells(hotline: Hotline, observer: Asker) -> None:
    hotline.talks(state=CallState.OFFERED)
    assert await observer.get("/seats/8001") == {
        "seat_id": "8001",
        "state": "talking",
        "since": "2025-09-30T09:00:00.000Z",
        "why": "signed in",
        "phone": "idle",
        "call": CALL,
        "not_rung_why": None,
        "wish": None,
        "wish_why": None,
        "agent": None,
        "agent_name": None,
        "groups": ["priority"],
        "skills": {},
        "devices": ["PJSIP/8001"],
        "wrap_up_until": None,
        "wrap_up_left_s": None,
        "on_call": {
            "call_id": CALL,
            "number": "0515-88880001",
            "enterprise": "示例机械有限公司",
            "class": "key_enterprise",
            "state": "offered",
            "arrived": "2025-09-30T08:59:00.000Z",
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


async def test_an_agent_signs_in_by_his_pin(hotline: Hotline, agent: Asker) -> None:
    hotline.seats.add(a_seat("8001", SeatState.LOGGED_OUT), a_seat("8002", SeatState.LOGGED_OUT))
    assert (await agent.refused("PUT", "/seats/8001/agent", 422, json={"agent": "101", "pin": "0000"}))["code"] == "pin_wrong"
    assert (await agent.refused("PUT", "/seats/8001/agent", 422, json={"agent": "101"}))["code"] == "pin_wrong"
    seat = await (await agent.ask("PUT", "/seats/8001/agent", json={"agent": "101", "pin": "1101"})).json()
    assert (seat["state"], seat["agent"], seat["agent_name"]) == ("ready", "101", "话务员甲")
    assert (await agent.refused("PUT", "/seats/8002/agent", 404, json={"agent": "999"}))["code"] == "agent_unknown"
    assert (await agent.refused("PUT", "/seats/9999/agent", 404, json={"agent": "102"}))["code"] == "seat_unknown"


async def test_after_five_wrong_pins_the_right_one_is_no_good_for_a_while(hotline: Hotline, agent: Asker, supervisor: Asker) -> None:
    hotline.seats.add(a_seat("8001", SeatState.LOGGED_OUT))
    for _ in range(5):
        await agent.refused("PUT", "/seats/8001/agent", 422, json={"agent": "101", "pin": "0000"})
    assert (await agent.refused("PUT", "/seats/8001/agent", 422, json={"agent": "101", "pin": "1101"}))["code"] == "pin_locked"
    assert (await supervisor.ask("PUT", "/seats/8001/agent", json={"agent": "101"})).status == 200


async def test_a_supervisor_signs_an_agent_in_without_his_pin_and_he_is_nowhere_else(hotline: Hotline, supervisor: Asker) -> None:
    hotline.seats.add(a_seat("8001"), a_seat("8002", SeatState.LOGGED_OUT))
    for number in ("8001", "8002"):
        await supervisor.ask("PUT", f"/seats/{number}/agent", json={"agent": "101", "state": "paused"})
    assert (await supervisor.get("/seats/8002"))["state"] == "paused"
    agents = (await supervisor.get("/agents"))["items"]
    assert [(one["agent"], one["name"], one["seat"], one["has_pin"]) for one in agents] == [
        ("101", "话务员甲", "8002", True),
        ("102", "话务员乙", None, False),
    ]
    assert not any("1101" in str(one) for one in agents)


async def test_a_pause_for_a_configured_reason(hotline: Hotline, agent: Asker) -> None:
    hotline.seats.add(a_seat())
    assert (await agent.get("/pause-reasons"))["items"] == [{"code": "1", "text": "小休"}, {"code": "2", "text": "用餐"}]
    seat = await (await agent.ask("PUT", "/seats/8001/state", json={"state": "paused", "reason_code": "2", "reason": "食堂"})).json()
    assert seat["why"] == "用餐 · 食堂"
    problem = await agent.refused("PUT", "/seats/8001/state", 422, json={"state": "paused", "reason_code": "7"})
    assert (problem["code"], "1 (小休), 2 (用餐)" in problem["detail"]) == ("pause_reason_unknown", True)
    unused = {"state": "ready", "reason_code": "1"}
    assert (await agent.refused("PUT", "/seats/8001/state", 422, json=unused))["code"] == "reason_code_unused"


async def test_what_is_asked_while_the_seat_talks_is_shown_with_its_reason(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    seat = await (await agent.ask("PUT", "/seats/8001/state", json={"state": "paused", "reason_code": "1"})).json()
    assert (seat["state"], seat["wish"], seat["wish_why"]) == ("talking", "paused", "小休")


async def test_wrap_up_shows_what_is_left_of_it_is_extended_and_ended(hotline: Hotline, agent: Asker) -> None:
    hotline.seats.add(a_seat("8001", SeatState.WRAP_UP, call_id=CALL, wrap_up_until=NOW + timedelta(seconds=12)))
    assert (await agent.get("/seats/8001"))["wrap_up_left_s"] == 12
    longer = await (await agent.ask("POST", "/seats/8001/wrap-up/extend", json={"seconds": 50})).json()
    assert longer["wrap_up_left_s"] == 50
    assert (await (await agent.ask("POST", "/seats/8001/wrap-up/extend", json={})).json())["wrap_up_left_s"] == 30
    ended = await (await agent.ask("POST", "/seats/8001/wrapped-up")).json()
    assert (ended["state"], ended["wrap_up_left_s"]) == ("ready", None)
    assert (await agent.refused("POST", "/seats/8001/wrapped-up", 409))["code"] == "seat_event_illegal"


async def test_a_ready_seat_that_is_not_rung_says_why(hotline: Hotline, observer: Asker) -> None:
    hotline.seats.add(a_seat("8001", phone=Phone.IN_USE), a_seat("8002", SeatState.PAUSED, phone=Phone.IN_USE))
    assert (await observer.get("/seats/8001"))["not_rung_why"] == "its phone is in use by a call that the hotline did not bring"
    assert (await observer.get("/seats/8002"))["not_rung_why"] is None


@pytest.mark.parametrize(("owner", "pin", "status"), [("101", "", 200), ("102", "", 422), ("102", "1101", 200)])
async def test_an_agents_own_token_stands_for_his_pin_and_for_no_other_agents(hotline: Hotline, owner: str, pin: str, status: int) -> None:
    hotline.seats.add(a_seat("8001", SeatState.LOGGED_OUT))
    own = {"own": Token(secret="own-secret-0123456789", role=Role.AGENT, agent=owner)}
    headers = {"Authorization": "Bearer own-secret-0123456789"}
    async with TestClient(TestServer(build_app(hotline.sources(), tokens=own))) as client:
        answer = await client.put("/api/v1/seats/8001/agent", headers=headers, json={"agent": "101", "pin": pin})
        assert answer.status == status
    assert hotline.seats.held["8001"].agent == ("101" if status == 200 else "")
