"""Who is on duty, and what is to be warned of."""

from seats.state import SeatState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import a_seat


async def test_who_is_on_duty_now_and_who_is_not_there(hotline: Hotline, observer: Asker) -> None:
    hotline.seats.add(a_seat("8001", SeatState.LOGGED_OUT), a_seat("8002", SeatState.PAUSED))
    hotline.shifts.look(list(hotline.seats.held.values()))
    assert await observer.get("/shifts") == {
        "at": "2025-09-30T09:00:00.000Z",  # five in the afternoon
        "groups": [
            {
                "group": "priority",
                "label": "直达专席",
                "on_duty": {"seats": ["8001"], "agents": []},
                "until": "2025-09-30T12:00:00.000Z",
                "then": {"seats": ["8002"], "agents": ["li"]},
                "wanted": 1,
                "signed_in": ["8002"],
                "gaps": [],
                "missing": ["8001"],
            }
        ],
        "warnings": [],
    }


async def test_who_answers_at_two_on_the_first_of_october(observer: Asker) -> None:
    said = await observer.get("/shifts", at="2026-10-01T02:00", group="priority")
    assert said["at"] == "2026-09-30T18:00:00.000Z"
    [group] = said["groups"]
    assert (group["on_duty"], group["signed_in"], group["missing"]) == ({"seats": ["8002"], "agents": ["li"]}, None, None)
    assert (await observer.get("/shifts", group="general"))["groups"] == []


async def test_who_is_missing_is_told_to_those_who_may_look(hotline: Hotline, observer: Asker) -> None:
    hotline.shifts.look([])
    why = "直达专席 (priority): nobody signed in, 1 wanted."
    warned = {"group": "priority", "lack": "nobody", "why": why, "missing": ["8001"], "since": None}
    assert (await observer.get("/shifts", at="2026-10-01T02:00"))["warnings"] == [warned]


async def test_healthz_tells_the_warnings_and_names_nobody_and_stays_well(hotline: Hotline, stranger: Asker) -> None:
    hotline.shifts.look([])
    response = await stranger.ask("GET", "/healthz")
    health = await response.json()
    assert (response.status, health["status"]) == (200, "ok")
    assert health["warnings"] == ["直达专席 (priority): nobody signed in, 1 wanted."]


async def test_what_cannot_be_asked(stranger: Asker, observer: Asker) -> None:
    await stranger.refused("GET", "/shifts", 401)
    assert (await observer.refused("GET", "/shifts", 422, params={"at": "9999-12-31T23:00"}))["code"] == "moment_too_far"
    assert (await observer.refused("GET", "/shifts", 422, params={"at": "soon"}))["code"] == "request_unusable"
