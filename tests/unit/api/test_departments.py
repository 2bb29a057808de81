"""What a seat sees of departments before it chooses, and what it does where nobody of them can be had."""

from datetime import timedelta

from conference.duty import Absence
from conference.figures import DepartmentFigures
from routing.waiting import CallState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, NOW, a_live_call

ASK = f"/calls/{CALL}/specialists"


async def test_the_figures_of_each_department_before_one_is_chosen(hotline: Hotline, agent: Asker) -> None:
    seconds = (4.0, 8.0, 30.0)
    hotline.availability.figures["税务"] = DepartmentFigures(asked=5, answered=4, accepted=3, seconds=seconds, solved_online=2, assigned=1)
    hotline.availability.away["t-1"] = Absence(specialist_id="t-1", until=NOW + timedelta(hours=1), why="", by="x", since=NOW)
    found = {one["department"]: one for one in (await agent.get("/departments"))["items"]}
    assert set(found) == {"税务", "住建", "人社"}
    assert (found["税务"]["specialists"], found["税务"]["on_duty"]) == (2, 1)
    assert found["税务"]["figures"] == {
        "asked": 5,
        "answered": 4,
        "accepted": 3,
        "share_accepted": 0.6,
        "seconds_median": 8.0,
        "seconds_p90": 30.0,
        "solved_online": 2,
        "share_solved_online": 2 / 3,
        "assigned": 1,
    }
    assert found["住建"]["figures"]["share_accepted"] is None
    assert [one["department"] for one in (await agent.get("/departments?department=税务"))["items"]] == ["税务"]
    wrong = await agent.refused("GET", "/departments?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 422)
    assert wrong["code"] == "time_reversed"


async def test_the_ticket_is_left_to_the_department_that_was_asked(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    assert (await agent.refused("POST", f"{ASK}/ticket", 422, json={}))["code"] == "department_not_named"
    await agent.ask("POST", ASK, json={"department": "税务"})
    left = await (await agent.ask("POST", f"{ASK}/ticket", json={"summary": "出口退税进度"})).json()
    assert (left["department"], left["summary"], left["caller_told"], left["ticket"]) == ("税务", "出口退税进度", True, None)
    fact = next(fact for fact in hotline.waiting.facts if fact.kind == "department_assigned")
    assert fact.by == left["by"]  # type: ignore[attr-defined]
    other = await (await agent.ask("POST", f"{ASK}/ticket", json={"department": "市住建局", "tell_caller": False})).json()
    assert (other["department"], other["caller_told"]) == ("住建", False)


async def test_no_ticket_of_a_call_that_nobody_serves(hotline: Hotline, agent: Asker) -> None:
    hotline.waiting.add(a_live_call(state=CallState.WAITING))
    assert (await agent.refused("POST", f"{ASK}/ticket", 409, json={"department": "税务"}))["code"] == "call_not_served"
    assert (await agent.refused("POST", "/calls/nobody/specialists/ticket", 404, json={"department": "税务"}))["code"] == "call_not_live"


async def test_who_is_away_is_not_asked_unless_the_seat_wants_it_anyway(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    until = (NOW + timedelta(hours=1)).isoformat()
    shown = await (await agent.ask("PUT", "/specialists/t-2/away", json={"until": until, "why": "会议"})).json()
    assert (shown["on_duty"], "会议" in shown["off_duty_why"]) == (False, True)
    refused = await agent.refused("POST", ASK, 409, json={"specialist_id": "t-2"})
    assert refused["code"] == "nobody_to_ask"
    assert "李专员 is away until" in refused["detail"]
    assert hotline.waiting.held[CALL].state is CallState.TALKING
    asked = await (await agent.ask("POST", ASK, json={"specialist_id": "t-2", "anyway": True})).json()
    assert [attempt["name"] for attempt in asked["attempts"]] == ["李专员"]
    assert (await (await agent.ask("DELETE", "/specialists/t-2/away")).json())["on_duty"] is True
    past = await agent.refused("PUT", "/specialists/t-2/away", 422, json={"until": (NOW - timedelta(hours=1)).isoformat()})
    assert past["code"] == "moment_past"


async def test_a_wish_is_on_the_list_until_it_is_withdrawn(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    wish = await (await agent.ask("POST", f"{ASK}/wish", json={"department": "税务"})).json()
    assert (wish["seat"], wish["wanted"], wish["told"]) == ("8001", "税务", None)
    assert [one["wish_id"] for one in (await agent.get("/wishes?seat=8001"))["items"]] == [wish["wish_id"]]
    assert (await agent.get("/wishes?seat=8002"))["items"] == []
    assert (await agent.ask("DELETE", f"/wishes/{wish['wish_id']}")).status == 204
    assert (await agent.refused("DELETE", f"/wishes/{wish['wish_id']}", 404))["code"] == "wish_unknown"


async def test_whom_a_call_has_in_it_already_is_not_asked_by_another(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    await agent.ask("POST", ASK, json={"specialist_id": "t-2"})
    shown = await agent.get("/specialists/t-2")
    assert shown["busy"] is False  # his turn has not come
    again = await agent.refused("POST", ASK, 409, json={"specialist_id": "t-1"})
    assert again["code"] == "hunt_goes_on"
    instead = await (await agent.ask("POST", ASK, json={"specialist_id": "t-1", "instead": True, "about": "出口退税"})).json()
    assert [(one["name"], one["state"], one["hunt"]) for one in instead["attempts"]] == [
        ("李专员", "cancelled", 0),
        ("张专员", "pending", 1),
        ("张专员", "pending", 1),
    ]
    assert instead["attempts"][1]["about"] == "出口退税"
