"""Acts: whatever changes something is noted, before it is done, with who, what, to what and why; no operation can be forgotten."""

import json
from http import HTTPStatus

import pytest

from api.acting import is_act
from api.resources.seats import ROUTES as SEATS
from api.rights import Right
from api.routes import ROUTES
from calls.errors import PbxFault
from calls.events import Act
from routing.waiting import CallState
from seats.state import SeatState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, NOW, a_live_call, a_seat
from tests.unit.api.test_openapi import (
    A_WISH,
    BODIES,
    IN_CONFERENCE,
    IN_WRAP_UP,
    OF_THE_WAITING,
    SUPERVISED,
    answered,
    confer,
    filled,
    in_call,
    linked,
)
from tests.unit.tickets import builders as told

OF_LINKS = {"issue_link", "show_code", "revoke_link"}
ACTS = [route for route in ROUTES if is_act(route)]
FREE_OF_REASON = {
    *("ask_specialist", "change_conference", "write_ticket", "cancel_hunt", "take_out", "end_supervision", "reload", "sign_in"),
    *("pause_recording", "resume_recording", "release_recording"),
    *IN_WRAP_UP,
    *("call_back", "claim_callback", "give_callback_back"),
    *("leave_ticket", "wish_for_specialist", "withdraw_wish", "mark_specialist_back"),
    *OF_LINKS,
    *("hold", "resume", "mute", "unmute", "ask_colleague", "hand_on", "complete_transfer", "cancel_transfer"),
}


@pytest.mark.parametrize("route", ACTS, ids=[route.name for route in ACTS])
async def test_every_operation_that_is_no_get_is_noted(hotline: Hotline, admin: Asker, route: object) -> None:
    name, method, path = route.name, route.method, route.path  # type: ignore[attr-defined]
    hotline.talks()
    hotline.records.add_ticket(hotline.records.add(*told.arrival(), *told.answer()))
    hotline.recordings.keeps(CALL, b"RIFF")
    hotline.records.add(*told.arrival("left"), *told.identity("left"), *told.waiting("left"), *told.end("left", reason="abandoned"))
    hotline.seats.add(a_seat("8002"))
    hotline.availability.wishes.append(A_WISH)
    if name in IN_CONFERENCE:
        await confer(hotline, admin)
    if name in SUPERVISED:
        await admin.ask("POST", f"/calls/{CALL}/supervision", json=BODIES["start_supervision"])
        answered(hotline)
    in_call(hotline, name)
    if name in OF_THE_WAITING:
        hotline.waiting.add(a_live_call(state=CallState.WAITING))
    if name in IN_WRAP_UP:
        hotline.seats.add(a_seat("8001", SeatState.WRAP_UP, call_id=CALL, wrap_up_until=NOW))
    if name in OF_LINKS:
        linked(hotline)
    hotline.acts.held.clear()
    response = await admin.ask(method, filled(path), json=BODIES.get(name))
    assert response.status < HTTPStatus.BAD_REQUEST, await response.text()
    [act] = hotline.acts.held
    thing = "/".join(filled(path).strip("/").split("/")[:2])
    assert (act.who, act.role, act.what, act.subject, act.came_of) == ("admin", "admin", name, thing, "")
    assert bool(act.why) == (name not in FREE_OF_REASON)


def test_what_has_an_effect_is_no_get_and_needs_more_than_looking() -> None:
    assert {route.method for route in ROUTES if not is_act(route)} == {"GET"}
    assert all(route.right is not Right.LOOK for route in ACTS)
    assert [route.name for route in SEATS if is_act(route)] == ["change_seat"]


async def test_who_acts_for_whom_and_what_was_asked_for(hotline: Hotline, agent: Asker, supervisor: Asker) -> None:
    hotline.seats.add(a_seat())
    body = {"state": "paused", "reason": "午餐"}
    await agent.ask("PUT", "/seats/8001/state", json=body, headers={"Zhida-Person": "wang"})
    page = await supervisor.get("/acts")
    [act] = page["items"]
    assert (act["who"], act["person"], act["why"], act["on"], act["detail"]) == ("agent", "wang", "午餐", "seats/8001", {"state": "paused"})
    assert (await supervisor.get("/acts", who="wang"))["items"] == page["items"]
    assert (await supervisor.get("/acts", who="li"))["items"] == []


async def test_no_pin_stands_in_the_log_of_acts(hotline: Hotline, agent: Asker) -> None:
    hotline.seats.add(a_seat())
    await agent.ask("PUT", "/seats/8001/agent", json={"agent": "101", "pin": "9876"})
    assert (hotline.acts.held[0].what, hotline.acts.held[0].detail) == ("sign_in", '{"agent": "101"}')


async def test_a_person_is_one_short_line(hotline: Hotline, agent: Asker) -> None:
    hotline.seats.add(a_seat())
    problem = await agent.refused("PUT", "/seats/8001/state", 400, json={"state": "paused"}, headers={"Zhida-Person": "x" * 65})
    assert problem["code"] == "person_unusable"
    assert hotline.acts.held == []


async def test_what_was_refused_is_told_again_with_the_reason_and_not_listed_as_done(hotline: Hotline, supervisor: Asker) -> None:
    await supervisor.refused("PUT", "/seats/nobody/state", 404, json={"state": "paused"})
    assert [act.came_of for act in hotline.acts.held] == ["", "seat_unknown"]
    assert len({act.act_id for act in hotline.acts.held}) == 1
    assert (await supervisor.get("/acts"))["items"] == []
    told_all = (await supervisor.get("/acts", undone="true"))["items"]
    assert sorted(act["came_of"] or "" for act in told_all) == ["", "seat_unknown"]


async def test_what_asterisk_did_not_do_is_undone_too(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    hotline.supervisors.away = True
    await supervisor.refused("POST", f"/calls/{CALL}/supervision", 503, json=BODIES["start_supervision"])
    assert [act.came_of for act in hotline.acts.held] == ["", PbxFault("ami_down", "").code]


async def test_what_cannot_be_noted_is_not_done(hotline: Hotline, supervisor: Asker) -> None:
    ticket = hotline.records.add_ticket(hotline.records.add(*told.arrival(), *told.answer()))
    hotline.acts.away = hotline.redis.away = True
    await supervisor.refused("PATCH", f"/tickets/{ticket.number}", 503, json={"content": "x"})
    assert hotline.records.tickets_held[ticket.number].written.content == ""


async def test_long_texts_are_cut_and_looking_is_no_act(hotline: Hotline, agent: Asker) -> None:
    ticket = hotline.records.add_ticket(hotline.records.add(*told.arrival(), *told.answer()))
    await agent.ask("PATCH", f"/tickets/{ticket.number}", json={"content": "长" * 5000})
    await agent.get(f"/tickets/{ticket.number}")
    [act] = hotline.acts.held
    assert len(json.loads(act.detail)["content"]) == 201


async def test_the_same_request_again_is_no_second_act(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    for _ in range(2):
        key = {"Idempotency-Key": "k1"}
        response = await supervisor.ask("POST", f"/calls/{CALL}/supervision", json=BODIES["start_supervision"], headers=key)
        assert response.status == HTTPStatus.ACCEPTED
    assert len(hotline.acts.held) == 1


async def test_only_supervisors_see_who_did_what(agent: Asker, observer: Asker) -> None:
    for asker in (agent, observer):
        assert (await asker.refused("GET", "/acts", 403))["code"] == "role_not_allowed"


def test_an_act_is_a_fact_among_facts() -> None:
    assert Act.kind == "act"
