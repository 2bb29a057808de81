"""Supervisors: on calls, moving calls, forcing seats; and what they are refused, in which words."""

from dataclasses import replace

import pytest

from calls.events import Moved, SentAway, Supervised, SupervisionEnded, ThreeWayStarted
from conference.supervision import Supervision
from routing.waiting import CallState
from seats.state import SeatState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, a_live_call, a_seat
from tests.unit.api.test_openapi import answered

PLACE = f"/calls/{CALL}/supervision"
LISTEN = {"mode": "listen", "phone": "8010", "why": "带教"}


async def test_a_phone_is_rung_for_the_seats_leg_and_shows_as_ringing(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    response = await supervisor.ask("POST", PLACE, json=LISTEN)
    document = await response.json()
    assert (response.status, document["state"], document["mode"], document["seat"]) == (202, "ringing", "listen", "8001")
    assert hotline.supervisors.done == [("ring", "PJSIP/8010", "zhida-1.1")]
    assert (await supervisor.get(PLACE))["now"] == document


async def test_once_he_is_on_the_mode_changes_and_each_mode_is_a_fact(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    await supervisor.ask("POST", PLACE, json=LISTEN)
    answered(hotline)
    document = await (await supervisor.ask("PUT", PLACE, json={"mode": "whisper", "why": "口径"})).json()
    assert (document["state"], document["mode"], document["why"]) == ("on", "whisper", "口径")
    assert hotline.supervisors.done[-1] == ("turn", "whisper", "zhida-1.1")
    [fact] = hotline.waiting.facts
    assert isinstance(fact, Supervised)
    assert (fact.mode, fact.by, fact.phone, fact.seat_id) == ("whisper", "supervisor", "8010", "8001")


async def test_barging_in_takes_caller_and_seat_into_the_room(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    await supervisor.ask("POST", PLACE, json=LISTEN)
    answered(hotline)
    await supervisor.ask("PUT", PLACE, json={"mode": "barge", "why": "客诉升级"})
    assert hotline.waiting.held[CALL].state is CallState.THREE_WAY
    assert hotline.exchange.done == [("into_room", "PJSIP/8001-1")]
    assert any(isinstance(fact, ThreeWayStarted) for fact in hotline.waiting.facts)


async def test_where_the_seat_cannot_be_moved_they_talk_on_as_before(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    await supervisor.ask("POST", PLACE, json=LISTEN)
    answered(hotline)
    hotline.exchange.away = True
    await supervisor.refused("PUT", PLACE, 503, json={"mode": "barge", "why": "x"})
    assert hotline.waiting.held[CALL].state is CallState.TALKING
    assert (await supervisor.get(PLACE))["now"]["mode"] == "listen"


async def test_he_is_taken_off(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    await supervisor.ask("POST", PLACE, json=LISTEN)
    answered(hotline)
    assert (await supervisor.ask("DELETE", PLACE)).status == 204
    assert hotline.supervisors.done[-1] == ("hang_up",)
    assert [type(fact) for fact in hotline.waiting.facts] == [SupervisionEnded]
    assert (await supervisor.get(PLACE))["now"] is None
    assert (await supervisor.refused("DELETE", PLACE, 404))["code"] == "supervision_unknown"


async def test_who_has_hung_up_cannot_be_turned(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    await supervisor.ask("POST", PLACE, json=LISTEN)
    answered(hotline)
    hotline.supervisors.gone = True
    assert (await supervisor.refused("PUT", PLACE, 404, json={"mode": "whisper", "why": "x"}))["code"] == "supervision_unknown"
    assert (await supervisor.get(PLACE))["now"] is None


@pytest.mark.parametrize(
    ("state", "body", "code"),
    [
        (CallState.WAITING, LISTEN, "call_not_talking"),
        (CallState.IVR, LISTEN, "call_not_talking"),
        (CallState.TALKING, {**LISTEN, "phone": "8001"}, "phone_on_the_call"),
        (CallState.TALKING, {**LISTEN, "phone": "8011"}, "phone_in_use"),
        (CallState.TALKING, {**LISTEN, "phone": "8012"}, "phone_not_registered"),
    ],
)
async def test_what_the_state_does_not_allow(
    hotline: Hotline, supervisor: Asker, state: CallState, body: dict[str, str], code: str
) -> None:
    hotline.waiting.add(a_live_call(state=state))
    assert (await supervisor.refused("POST", PLACE, 409, json=body))["code"] == code
    assert hotline.supervisors.done == []


async def test_a_seat_that_left_cannot_be_whispered_to_but_the_caller_be_listened_to(hotline: Hotline, supervisor: Asker) -> None:
    hotline.waiting.add(replace(a_live_call(state=CallState.THREE_WAY), seat_id="", seat_leg="", seat_channel=""))
    problem = await supervisor.refused("POST", PLACE, 409, json={**LISTEN, "mode": "whisper"})
    assert problem["code"] == "no_seat_to_whisper_to"
    await supervisor.ask("POST", PLACE, json=LISTEN)
    assert hotline.supervisors.done == [("ring", "PJSIP/8010", CALL)]


async def test_two_supervisors_on_one_call_are_one_too_many(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    await supervisor.ask("POST", PLACE, json=LISTEN)
    problem = await supervisor.refused("POST", PLACE, 409, json={**LISTEN, "phone": "8091"})
    assert problem["detail"] == f"supervisor supervises call {CALL} already, at phone 8010; change or end that."
    assert (await supervisor.refused("PUT", PLACE, 409, json={"mode": "barge", "why": "x"}))["code"] == "supervision_rings"


async def test_a_phone_that_could_not_be_rung_leaves_nothing(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    hotline.supervisors.away = True
    await supervisor.refused("POST", PLACE, 503, json=LISTEN)
    assert (await supervisor.get(PLACE))["now"] is None


async def test_agents_neither_supervise_nor_see_that_somebody_does(hotline: Hotline, supervisor: Asker, agent: Asker) -> None:
    hotline.talks()
    await supervisor.ask("POST", PLACE, json=LISTEN)
    for method, path, body in (
        ("GET", PLACE, None),
        ("POST", PLACE, LISTEN),
        ("POST", f"/calls/{CALL}/move", {"rank": "first", "why": "x"}),
        ("POST", f"/calls/{CALL}/send-away", {"why": "x"}),
        ("POST", "/seats/8001/force", {"state": "paused", "why": "x"}),
    ):
        assert (await agent.refused(method, path, 403, json=body))["code"] == "role_not_allowed"
    assert "8010" not in str(await agent.get(f"/calls/{CALL}"))


async def test_without_a_reason_nothing_is_done(hotline: Hotline, supervisor: Asker) -> None:
    hotline.talks()
    for body in ({"mode": "listen", "phone": "8010"}, {**LISTEN, "why": "  "}):
        await supervisor.refused("POST", PLACE, 422, json=body)
    assert hotline.supervisors.done == []


async def test_a_waiting_call_is_moved_and_it_is_a_fact_with_by_and_why(hotline: Hotline, supervisor: Asker) -> None:
    hotline.waiting.add(a_live_call(state=CallState.WAITING))
    hotline.seats.add(a_seat("8001"), a_seat("8007", groups=("qilai",)))
    for body in ({"group": "qilai"}, {"seat": "8007"}, {"rank": "first"}):
        assert (await supervisor.ask("POST", f"/calls/{CALL}/move", json={**body, "why": "停产"})).status == 204
    assert hotline.dispatch.done == [(CALL, "group", "qilai"), (CALL, "seat", "8007"), (CALL, "first", "")]
    assert [(fact.by, fact.why) for fact in hotline.waiting.facts if isinstance(fact, Moved)] == [("supervisor", "停产")] * 3


async def test_what_cannot_be_moved_so(hotline: Hotline, supervisor: Asker) -> None:
    hotline.waiting.add(a_live_call(state=CallState.WAITING))
    hotline.seats.add(a_seat("8001"))
    place = f"/calls/{CALL}/move"
    problem = await supervisor.refused("POST", place, 422, json={"group": "qilai", "why": "x"})
    assert problem["detail"] == "There is no group qilai; there are priority."
    for body in ({}, {"group": "priority", "rank": "first"}):
        assert "name one of group, seat and rank" in (await supervisor.refused("POST", place, 422, json={**body, "why": "x"}))["detail"]


async def test_a_waiting_call_is_sent_away_to_a_number_or_with_a_message(hotline: Hotline, supervisor: Asker) -> None:
    hotline.waiting.add(a_live_call(state=CallState.WAITING))
    place = f"/calls/{CALL}/send-away"
    for body in ({"number": "0515-86669999"}, {"message": "welcome"}, {}):
        assert (await supervisor.ask("POST", place, json={**body, "why": "误拨"})).status == 202
    assert hotline.dispatch.done == [(CALL, "0515-86669999", "nobody-free"), (CALL, "", "welcome"), (CALL, "", "nobody-free")]
    assert [type(fact) for fact in hotline.waiting.facts] == [SentAway] * 3
    assert (await supervisor.refused("POST", place, 422, json={"number": "8001", "why": "x"}))["code"] == "number_not_callable"
    assert (await supervisor.refused("POST", place, 422, json={"message": "no-such", "why": "x"}))["code"] == "prompt_unknown"


async def test_a_seat_is_forced(hotline: Hotline, supervisor: Asker) -> None:
    hotline.seats.add(a_seat())
    body = {"state": "paused", "why": "离席未置忙"}
    document = await (await supervisor.ask("POST", "/seats/8001/force", json=body)).json()
    assert (document["state"], document["why"]) == (SeatState.PAUSED, "supervisor: 离席未置忙")


async def test_a_supervision_is_kept_as_it_was() -> None:
    text = '{"leg": "sup-zhida-1.7-ab12", "mode": "barge", "phone": "8010", "spied": "zhida-1.8", "seat_id": "8001", "by": "a", '
    text += '"why": "b", "asked": 1759222800000, "on": true}'
    supervision = Supervision.from_json(text)
    assert supervision.call_id == "zhida-1.7"
    assert Supervision.from_json(supervision.to_json()) == supervision
