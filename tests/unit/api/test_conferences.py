"""A specialist into a call: who is rung and in which order, who is in the room, who leaves."""

import pytest

from conference.errand import AttemptState, Errand
from routing.waiting import CallState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.lists import a_specialist
from tests.unit.api.live import CALL, a_live_call

ASK = f"/calls/{CALL}/specialists"


def happened(hotline: Hotline, number: int, state: AttemptState) -> None:
    """What becomes of an attempt, as the engine that owns the call writes it."""
    live = hotline.waiting.held[CALL]
    errand = Errand.from_json(live.errand)
    errand = errand.with_state(errand.attempts[number].attempt_id, state)
    hotline.waiting.add(a_live_call(state=live.state, errand=errand.to_json(), room=CALL))


async def test_a_department_is_rung_office_first_then_mobile_then_the_next_and_its_leader_last(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    response = await agent.ask("POST", ASK, json={"department": "税务"})
    assert response.status == 202
    conference = await response.json()
    assert [(attempt["name"], attempt["phone"], attempt["number"], attempt["ring_s"]) for attempt in conference["attempts"]] == [
        ("张专员", "office", "051586660001", 20.0),
        ("张专员", "mobile", "13900001001", 25.0),
        ("李专员", "office", "051586660002", 20.0),
        ("赵局", "mobile", "13900001009", 25.0),
    ]
    assert (conference["call_id"], conference["state"], conference["hunting"]) == (CALL, "consult", True)
    assert hotline.exchange.done == [("into_room", "PJSIP/8001-1")]


async def test_one_specialist_by_his_id(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    conference = await (await agent.ask("POST", ASK, json={"specialist_id": "t-2"})).json()
    assert [attempt["name"] for attempt in conference["attempts"]] == ["李专员"]


async def test_who_cannot_be_asked_for(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    bodies = {
        "department_unknown": {"department": "气象"},
        "department_ambiguous": {"department": "市"},
        "specialist_unknown": {"specialist_id": "nobody"},
        "specialist_without_phone": {"specialist_id": "r-1"},
    }
    for code, body in bodies.items():
        assert (await agent.refused("POST", ASK, 422, json=body))["code"] == code
    assert hotline.waiting.held[CALL].state is CallState.TALKING


@pytest.mark.parametrize("name", ["住建", "市住建局", "住"])
async def test_a_department_by_its_short_name_its_whole_name_or_a_part_of_it(hotline: Hotline, agent: Asker, name: str) -> None:
    hotline.talks()
    conference = await (await agent.ask("POST", ASK, json={"department": name})).json()
    assert [attempt["name"] for attempt in conference["attempts"]] == ["孙专员"]


async def test_two_units_of_one_short_name_are_told_apart_by_their_whole_names(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    hotline.roster.held.append(a_specialist("d-1", "吴专员", "示例区税务局", office=("0515-86660005",)))
    problem = await agent.refused("POST", ASK, 422, json={"department": "税务"})
    assert problem["detail"] == "税务 may be 市税务局、示例区税务局; name one of them."
    conference = await (await agent.ask("POST", ASK, json={"department": "示例区税务局"})).json()
    assert [attempt["name"] for attempt in conference["attempts"]] == ["吴专员"]


async def test_either_a_specialist_or_a_department(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    for body in ({}, {"specialist_id": "t-1", "department": "税务"}):
        problem = await agent.refused("POST", ASK, 422, json=body)
        assert "either specialist_id or department" in problem["detail"]


async def test_a_call_in_which_no_seat_talks(hotline: Hotline, agent: Asker) -> None:
    hotline.waiting.add(a_live_call(state=CallState.WAITING))
    assert (await agent.refused("POST", ASK, 409, json={"department": "税务"}))["code"] == "call_not_talking"


async def test_a_call_that_is_over(agent: Asker) -> None:
    assert (await agent.refused("POST", ASK, 404, json={"department": "税务"}))["code"] == "call_not_live"


async def test_without_asterisk_the_call_goes_on_and_the_reason_is_told(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    hotline.exchange.away = True
    response = await agent.ask("POST", ASK, json={"department": "税务"})
    assert response.status == 503
    assert response.headers["Retry-After"] == "1"
    assert (await response.json())["detail"] == "Asterisk at 127.0.0.1:5038 is not connected."
    assert hotline.waiting.held[CALL].state is CallState.TALKING


async def test_all_three_and_back_to_consult(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    await agent.ask("POST", ASK, json={"department": "税务"})
    happened(hotline, 0, AttemptState.NO_ANSWER)
    happened(hotline, 1, AttemptState.JOINED)
    change = f"/conferences/{CALL}/state"
    joined = await (await agent.ask("PUT", change, json={"state": "three_way"})).json()
    assert [(member["kind"], member["id"]) for member in joined["members"]] == [
        ("caller", "0515-88880001"),
        ("seat", "8001"),
        ("specialist", "t-1"),
    ]
    assert joined["hunting"] is False
    assert [attempt["state"] for attempt in joined["attempts"]] == ["no_answer", "joined", "cancelled", "cancelled"]
    consulting = await (await agent.ask("PUT", change, json={"state": "consult"})).json()
    assert [member["kind"] for member in consulting["members"]] == ["seat", "specialist"]
    assert (await agent.refused("PUT", change, 409, json={"state": "consult"}))["code"] == "call_not_in_three_way"


async def test_the_hunt_is_cancelled(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    await agent.ask("POST", ASK, json={"department": "税务"})
    cancelled = await (await agent.ask("DELETE", f"/conferences/{CALL}/hunt")).json()
    assert cancelled["hunting"] is False
    assert {attempt["state"] for attempt in cancelled["attempts"]} == {"cancelled"}


async def test_seat_or_specialist_leave(hotline: Hotline, agent: Asker) -> None:
    hotline.talks()
    await agent.ask("POST", ASK, json={"specialist_id": "t-1"})
    happened(hotline, 0, AttemptState.JOINED)
    for member in ("seat", "t-1", f"spec-{CALL}-0"):
        response = await agent.ask("DELETE", f"/conferences/{CALL}/members/{member}")
        assert (response.status, await response.text()) == (204, "")
    assert [what for what, *_ in hotline.exchange.done] == ["into_room", "hang_up", "hang_up", "hang_up"]
    assert (await agent.refused("DELETE", f"/conferences/{CALL}/members/t-2", 404))["code"] == "member_not_there"


async def test_which_conferences_there_are(hotline: Hotline, observer: Asker) -> None:
    for number in range(5):
        hotline.waiting.add(a_live_call(f"c-{number}", state=CallState.CONSULT if number % 2 else CallState.THREE_WAY))
    hotline.waiting.add(a_live_call("talks"))
    first = await observer.get("/conferences", limit=3)
    second = await observer.get("/conferences", limit=3, cursor=first["next"])
    assert [one["call_id"] for one in [*first["items"], *second["items"]]] == ["c-0", "c-1", "c-2", "c-3", "c-4"]
    assert second["next"] is None
    assert [one["call_id"] for one in (await observer.get("/conferences", state="consult"))["items"]] == ["c-1", "c-3"]


async def test_a_call_without_a_conference(hotline: Hotline, observer: Asker) -> None:
    hotline.talks()
    assert (await observer.refused("GET", f"/conferences/{CALL}", 404))["code"] == "conference_unknown"
    assert (await observer.refused("GET", "/conferences/zhida-0.0", 404))["code"] == "call_not_live"
