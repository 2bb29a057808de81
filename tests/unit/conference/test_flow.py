"""What the caller, the seat and the specialists notice of a conference, told by whoever leaves or does not answer."""

import asyncio
from typing import Any

import pytest

from calls.errors import Conflict, LegGone, NotFound, PbxFault
from conference import flow
from routing.waiting import CallState, LiveCall
from tests.unit.conference.stage import CALL, SEAT_LEG, Stage, a_phone, three_way

SPECIALIST = f"spec-{CALL}-0"


async def test_while_the_seat_consults_the_caller_hears_music(stage: Stage) -> None:
    stage.exchange.answers["051586660001"] = "accepts"
    await stage.open(a_phone())
    await stage.settles()
    assert stage.line.where == "music"
    assert stage.exchange.moved == ["PJSIP/8001-1"]
    assert stage.states() == ["joined"]
    assert stage.room.kinds() == ["consult_started", "specialist_asked", "specialist_joined"]


async def test_his_own_recording_is_begun_anew_once_behind_the_talk(stage: Stage) -> None:
    await three_way(stage)
    assert stage.line.where == "room"
    assert stage.recorded_anew == ["music"]


class Recorded:
    """conference.recording.ConsultsRecorded: notes where the caller was as it was told of a state."""

    def __init__(self, stage: Stage, *, hangs: bool = False) -> None:
        self.told: list[tuple[CallState, str]] = []
        self._stage, self._hangs = stage, hangs

    async def follow(self, call: LiveCall) -> None:
        self.told.append((call.state, self._stage.line.where))
        if self._hangs and call.state is CallState.THREE_WAY:
            self._hangs = False
            await asyncio.Event().wait()


async def test_what_is_recorded_of_a_consult_is_silent_before_the_caller_comes_in(stage: Stage) -> None:
    stage.recorded = recorded = Recorded(stage)  # type: ignore[assignment]
    stage.exchange.answers["051586660001"] = "accepts"
    await stage.open(a_phone())
    await stage.settles()
    await stage.desk.join(CALL)
    await stage.settles()
    assert stage.line.where == "room"
    assert next(where for state, where in recorded.told if state is CallState.THREE_WAY) == "music"


async def test_an_asterisk_that_does_not_answer_keeps_him_from_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "_SILENCED_WITHIN_S", 0)
    stage.recorded = Recorded(stage, hangs=True)  # type: ignore[assignment]
    stage.exchange.answers["051586660001"] = "accepts"
    await stage.open(a_phone())
    await stage.settles()
    await stage.desk.join(CALL)
    await stage.settles()
    assert stage.line.where == "room"


async def test_the_mobile_is_rung_when_the_office_phone_does_not_answer(stage: Stage) -> None:
    stage.exchange.answers |= {"051586660001": "no answer", "13900001001": "accepts"}
    await stage.open(a_phone(), a_phone("13900001001", phone="mobile"))
    await stage.settles()
    assert stage.exchange.rung == ["051586660001", "13900001001"]
    assert stage.states() == ["no_answer", "joined"]


@pytest.mark.parametrize(
    ("what", "state"), [("busy", "busy"), ("voicemail", "declined"), ("no answer", "no_answer"), ("fault", "failed")]
)
async def test_an_attempt_that_brought_nobody_says_why(stage: Stage, what: str, state: str) -> None:
    stage.exchange.answers["051586660001"] = what
    await stage.open(a_phone())
    await stage.settles()
    assert stage.states() == [state]
    assert stage.state is CallState.CONSULT  # the seat may ask another, or take the caller back


async def test_once_somebody_accepted_nobody_else_is_rung(stage: Stage) -> None:
    stage.exchange.answers |= {"051586660001": "accepts", "051586660002": "accepts"}
    await stage.open(a_phone(), a_phone("051586660002", name="乙"))
    await stage.settles()
    assert stage.exchange.rung == ["051586660001"]
    assert stage.states() == ["joined", "cancelled"]


async def test_joined_all_three_are_in_the_room(stage: Stage) -> None:
    await three_way(stage)
    assert stage.exchange.in_room == {CALL, SEAT_LEG, SPECIALIST}
    assert stage.state is CallState.THREE_WAY


async def test_the_seat_leaves_and_caller_and_specialist_go_on(stage: Stage) -> None:
    await three_way(stage)
    stage.exchange.leaves(SEAT_LEG)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, SPECIALIST}
    assert stage.room.live is not None
    assert stage.room.live.seat_id == ""
    stage.exchange.leaves(SPECIALIST)
    await stage.over()
    assert stage.state is CallState.AFTER


async def test_the_specialist_leaves_and_caller_and_seat_go_on(stage: Stage) -> None:
    await three_way(stage)
    stage.exchange.leaves(SPECIALIST)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, SEAT_LEG}
    assert stage.states() == ["left"]
    stage.exchange.leaves(SEAT_LEG)
    await stage.over()


async def test_the_caller_leaves_and_the_conference_is_over(stage: Stage) -> None:
    await three_way(stage)
    stage.line.hangs_up()
    with pytest.raises(LegGone):
        await stage.over()


async def test_a_caller_who_hangs_up_on_music_ends_it_too(stage: Stage) -> None:
    await stage.open(a_phone())
    await stage.settles()
    stage.line.hangs_up()
    with pytest.raises(LegGone):
        await stage.over()


async def test_the_seat_leaves_in_the_consult_and_the_caller_goes_on_with_the_specialist(stage: Stage) -> None:
    stage.exchange.answers["051586660001"] = "accepts"
    await stage.open(a_phone())
    await stage.settles()
    stage.exchange.leaves(SEAT_LEG)
    await stage.settles()
    assert stage.line.where == "room"
    assert stage.exchange.in_room == {CALL, SPECIALIST}


async def test_the_seat_leaves_while_a_phone_rings_and_the_hunt_ends_with_it(stage: Stage) -> None:
    await stage.open(a_phone(), a_phone("13900001001", phone="mobile"))
    await stage.settles()
    stage.exchange.leaves(SEAT_LEG)
    await stage.over()
    assert stage.exchange.ended == [SPECIALIST]
    assert stage.states() == ["cancelled", "cancelled"]
    assert stage.state is CallState.TRANSFERRED  # back to the waiting room: who heard music is not dropped by another's leaving


async def test_back_to_the_consult_the_caller_hears_music_again(stage: Stage) -> None:
    await three_way(stage)
    await stage.desk.consult(CALL)
    await stage.settles()
    assert stage.line.where == "music"
    assert stage.exchange.in_room == {SEAT_LEG, SPECIALIST}


async def test_the_seat_takes_the_caller_back_without_a_specialist(stage: Stage) -> None:
    stage.exchange.answers["051586660001"] = "no answer"
    await stage.open(a_phone())
    await stage.settles()
    await stage.desk.join(CALL)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, SEAT_LEG}


async def test_a_hunt_that_goes_on_is_not_doubled(stage: Stage) -> None:
    await stage.open(a_phone())
    await stage.settles()
    with pytest.raises(Conflict, match="already looking"):
        await stage.desk.ask(CALL, [a_phone("051586660002")])


async def test_a_cancelled_hunt_ends_the_ringing_and_another_may_be_asked(stage: Stage) -> None:
    stage.exchange.answers["051586660002"] = "accepts"
    await stage.open(a_phone())
    await stage.settles()
    await stage.desk.cancel(CALL)
    await stage.settles()
    assert stage.exchange.ended == [SPECIALIST]
    await stage.desk.ask(CALL, [a_phone("051586660002", name="乙")])
    await stage.settles()
    assert stage.states() == ["cancelled", "joined"]


async def test_a_second_specialist_can_be_brought_in(stage: Stage) -> None:
    await three_way(stage)
    stage.exchange.answers["051586660002"] = "accepts"
    await stage.desk.ask(CALL, [a_phone("051586660002", name="乙")])
    await stage.settles()
    assert len(stage.exchange.in_room) == 4


async def test_a_specialist_is_taken_out_by_his_id(stage: Stage) -> None:
    await three_way(stage)
    await stage.desk.take_out(CALL, "s-甲")
    await stage.settles()
    assert stage.exchange.in_room == {CALL, SEAT_LEG}
    with pytest.raises(NotFound, match="no 99"):
        await stage.desk.take_out(CALL, "99")


async def test_a_seat_that_cannot_be_moved_goes_on_talking(stage: Stage) -> None:
    stage.exchange.refuses_to_move = True
    with pytest.raises(PbxFault):
        await stage.desk.ask(CALL, [a_phone()])
    assert stage.state is CallState.TALKING


async def test_join_without_a_consult_is_refused(stage: Stage) -> None:
    with pytest.raises(Conflict, match="in no consult"):
        await stage.desk.join(CALL)


async def test_another_engine_goes_on_with_the_consult_where_the_first_one_died(stage: Stage) -> None:
    stage.exchange.answers["13900001001"] = "accepts"
    await stage.open(a_phone(), a_phone("13900001001", phone="mobile"))
    await stage.settles()
    await stage.engine_dies()  # the office phone still rings
    stage.runs(resumed=True)
    await stage.settles()
    assert (stage.exchange.ended, stage.states()) == ([], ["ringing", "pending"]), "it rings on"
    stage.exchange.joins(SPECIALIST)
    await stage.settles()
    assert stage.states() == ["joined", "cancelled"]
    assert stage.line.where == "music"


async def test_another_engine_rings_the_next_phone_where_the_one_that_rang_has_been_given_up_meanwhile(stage: Stage) -> None:
    stage.exchange.answers["13900001001"] = "accepts"
    await stage.open(a_phone(), a_phone("13900001001", phone="mobile"))
    await stage.settles()
    await stage.engine_dies()
    stage.exchange.ringing.clear()  # it rang out while no engine looked
    stage.runs(resumed=True)
    await stage.settles()
    assert stage.states() == ["no_answer", "joined"]


async def test_another_engine_finds_that_the_seat_left_while_no_engine_looked(stage: Stage) -> None:
    await three_way(stage)
    await stage.engine_dies()
    stage.exchange.in_room = {SPECIALIST}
    stage.runs(resumed=True)
    await stage.settles()
    assert stage.room.live is not None
    assert stage.room.live.seat_id == ""
    assert stage.exchange.in_room == {CALL, SPECIALIST}


async def test_a_hunt_that_took_too_long_rings_no_further_phone(stage: Stage) -> None:
    stage.exchange.answers["051586660001"] = "no answer"
    stage.hunt_s = -1
    await stage.open(a_phone(), a_phone("13900001001", phone="mobile"))
    await stage.settles()
    assert stage.states() == ["no_answer", "cancelled"]


async def test_a_hunt_that_is_cancelled_when_its_turn_comes_rings_nobody(stage: Stage) -> None:
    change = stage.room.change

    async def cancelled_first(call_id: str, **given: Any) -> bool:  # noqa: ANN401  as Room.change
        if '"ringing"' in (given.get("errand") or "") and stage.states() == ["pending"]:
            await stage.desk.cancel(CALL)
        return await change(call_id, **given)

    stage.room.change = cancelled_first  # type: ignore[method-assign]
    await stage.open(a_phone())
    await stage.settles()
    assert stage.exchange.rung == []
    assert stage.states() == ["cancelled"]
