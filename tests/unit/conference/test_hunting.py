"""Several phones at once, who picked up too late, what the seat hears, and what is left where nobody comes."""

import json

import pytest

from calls.errors import Conflict, Refused
from calls.events import DepartmentAssigned
from conference.desk import AskedFor, PhoneToRing
from conference.errand import Attempt, AttemptState, Errand
from conference.leaving import DepartmentTickets
from routing.waiting import CallState
from tests.unit.conference.stage import CALL, SEAT_LEG, OneClock, Stage, a_phone

FIRST, SECOND, THIRD = (f"spec-{CALL}-{number}" for number in range(3))


async def hunts(stage: Stage, *phones: PhoneToRing, parallel: int = 2) -> None:
    await stage.desk.ask(CALL, phones, what=AskedFor(wanted="税务", about="出口退税", parallel=parallel))
    stage.runs()
    await stage.settles()


def tickets(stage: Stage) -> DepartmentTickets:
    return DepartmentTickets(waiting=stage.room, legs=stage.exchange, clock=OneClock())  # type: ignore[arg-type]


async def test_so_many_specialists_are_rung_at_once_each_at_one_phone(stage: Stage) -> None:
    await hunts(stage, a_phone(), a_phone("13900001001", phone="mobile"), a_phone("051586660002", name="乙"), a_phone("3", name="丙"))
    assert stage.exchange.rung == ["051586660001", "051586660002"]
    stage.exchange.leaves(FIRST)
    await stage.settles()
    assert stage.exchange.rung[2:] == ["13900001001"]


async def test_the_first_to_accept_has_it_and_the_others_stop_ringing(stage: Stage) -> None:
    stage.exchange.answers["051586660002"] = "accepts"
    await hunts(stage, a_phone(), a_phone("051586660002", name="乙"), a_phone("3", name="丙"))
    assert stage.states() == ["cancelled", "joined", "cancelled"]
    assert stage.exchange.ended == [FIRST]
    assert stage.room.kinds().count("specialist_joined") == 1


async def test_who_listens_already_is_told_that_somebody_else_has_it(stage: Stage) -> None:
    await hunts(stage, a_phone(), a_phone("051586660002", name="乙"))
    stage.mailbox.picked_up(FIRST, "PJSIP/out-1", dialled_by_call=False)
    await stage.settles()
    stage.mailbox.picked_up(SECOND, "PJSIP/out-2", dialled_by_call=False)
    stage.exchange.joins(SECOND)
    await stage.settles()
    assert stage.exchange.dismissed == [(FIRST, True)]
    assert stage.exchange.ended == []
    ended = next(fact for fact in stage.room.facts if fact.kind == "specialist_attempt_ended")
    assert ended.picked_up  # type: ignore[attr-defined]


async def test_two_who_press_the_key_in_one_moment_are_not_both_in_the_room(stage: Stage) -> None:
    await hunts(stage, a_phone(), a_phone("051586660002", name="乙"))
    for leg in (FIRST, SECOND):
        stage.mailbox.picked_up(leg, f"PJSIP/{leg}", dialled_by_call=False)
        stage.exchange.joins(leg)
    await stage.settles()
    assert stage.states() == ["joined", "cancelled"]
    assert stage.exchange.dismissed == [(SECOND, True)]
    assert stage.exchange.in_room == {SEAT_LEG, FIRST}


async def test_a_cancelled_hunt_tells_who_listens_that_he_is_not_needed(stage: Stage) -> None:
    await hunts(stage, a_phone())
    stage.mailbox.picked_up(FIRST, "PJSIP/out-1", dialled_by_call=False)
    await stage.settles()
    await stage.desk.cancel(CALL)
    await stage.settles()
    assert stage.exchange.dismissed == [(FIRST, False)]


async def test_the_leader_is_not_rung_while_anybody_else_rings(stage: Stage) -> None:
    leader = PhoneToRing(specialist_id="s-l", name="领导", department="税务", phone="office", number="9", ring_s=20, role="leader", round=2)
    await hunts(stage, a_phone(), leader)
    assert stage.exchange.rung == ["051586660001"]
    stage.exchange.leaves(FIRST)
    await stage.settles()
    assert stage.exchange.rung == ["051586660001", "9"]


async def test_the_seat_alone_hears_each_step(stage: Stage) -> None:
    stage.exchange.answers["051586660001"] = "no answer"
    await hunts(stage, a_phone(), a_phone("13900001001", phone="mobile"), a_phone("051586660002", name="乙"), parallel=1)
    assert stage.exchange.said == [(SEAT_LEG, "hunt-office", "hunt-no-answer", "hunt-mobile")]
    stage.exchange.answers["051586660002"] = "busy"
    stage.exchange.leaves(SECOND)
    await stage.settles()
    assert stage.exchange.said[1:] == [(SEAT_LEG, "hunt-no-answer", "hunt-next", "hunt-office", "hunt-busy", "hunt-nobody")]


async def test_it_hears_nothing_of_nobody_after_it_cancelled_itself(stage: Stage) -> None:
    await hunts(stage, a_phone())
    await stage.desk.cancel(CALL)
    await stage.settles()
    assert [said for said in stage.exchange.said if "hunt-nobody" in said] == []


async def test_another_is_asked_instead(stage: Stage) -> None:
    stage.exchange.answers["051586660002"] = "accepts"
    await hunts(stage, a_phone())
    await stage.desk.ask(CALL, [a_phone("051586660002", name="乙")], what=AskedFor(wanted="人社"), instead=True)
    await stage.settles()
    assert stage.exchange.ended == [FIRST]
    assert stage.states() == ["cancelled", "joined"]
    assert [attempt.hunt for attempt in stage.room.errand().attempts] == [0, 1]


async def test_the_ticket_is_left_to_the_department_and_the_caller_hears_so_in_place_of_his_music(stage: Stage) -> None:
    stage.exchange.answers["051586660001"] = "busy"
    await hunts(stage, a_phone())
    fact = await tickets(stage).leave(CALL, summary="退税", by="话务员甲")
    await stage.settles()
    assert (fact.department, fact.told) == ("税务", True)
    assert stage.line.heard == ["ticket-made"]
    assert stage.line.where == "music"
    assert stage.room.errand().owed == ""
    assert [one.summary for one in stage.room.facts if isinstance(one, DepartmentAssigned)] == ["退税"]


async def test_a_caller_who_talks_hears_it_and_so_does_his_seat_that_it_does_not_speak_into_it(stage: Stage) -> None:
    fact = await tickets(stage).leave(CALL, department="税务", by="话务员甲")
    assert stage.exchange.said == [(CALL, "ticket-made"), (SEAT_LEG, "ticket-made")]
    assert fact.told
    assert stage.state is CallState.TALKING


async def test_a_ticket_needs_a_department_and_a_call_that_is_served(stage: Stage) -> None:
    with pytest.raises(Refused, match="name the department"):
        await tickets(stage).leave(CALL)
    assert stage.room.live is not None
    await stage.room.change(CALL, expect=CallState.TALKING, state=CallState.AFTER)
    with pytest.raises(Conflict, match="while it is served"):
        await tickets(stage).leave(CALL, department="税务")


def test_a_document_of_an_older_or_newer_version_can_be_read() -> None:
    told = {"attempt_id": "a", "specialist_id": "s", "name": "甲", "department": "税务", "phone": "office", "number": "1", "ring_s": 20}
    errand = Errand.from_json(json.dumps([{**told, "later": 1, "state": "ringing"}]))
    assert errand.attempts == (Attempt(**told, state=AttemptState.RINGING),)  # type: ignore[arg-type]
