"""Callers who are handed on: what they, their seat and the target notice, told by who answers and who leaves."""


import pytest

from calls.errors import Conflict, LegGone, PbxFault
from conference.transfer import TargetKind, TransferState, TransferTarget
from routing.waiting import CallState
from seats.state import SeatEvent
from tests.unit.conference.stage import CALL, SEAT_LEG, Stage, a_phone

SEAT = TransferTarget(kind=TargetKind.SEAT, value="8002")
GROUP = TransferTarget(kind=TargetKind.GROUP, value="qilai")
NUMBER = TransferTarget(kind=TargetKind.NUMBER, value="0515-86660003")
ANSWERS = {"PJSIP/8002": "accepts", "PJSIP/0515-86660003": "accepts"}


async def announced(stage: Stage, to: TransferTarget = SEAT) -> str:
    """The target's leg."""
    transfer = await stage.desk.transfer(CALL, to, announced=True, by="agent", summary="留抵退税")
    stage.runs()
    await stage.settles()
    return transfer.transfer_id


@pytest.mark.parametrize("to", [SEAT, GROUP, NUMBER])
async def test_blind_the_seat_is_free_at_once_and_the_caller_is_on_his_way(stage: Stage, to: TransferTarget) -> None:
    transfer = await stage.desk.transfer(CALL, to, announced=False, by="agent", summary="留抵退税")
    assert (stage.state, transfer.kind, transfer.from_seat) == (CallState.TRANSFERRED, to.kind, "8001")
    assert stage.exchange.ended == [SEAT_LEG]
    assert stage.room.kinds() == ["transfer_asked"]


async def test_out_of_a_consult_the_specialist_is_dismissed_too(stage: Stage) -> None:
    stage.exchange.answers["051586660001"] = "accepts"
    await stage.open(a_phone())
    await stage.settles()
    await stage.desk.transfer(CALL, GROUP, announced=False, by="agent")
    await stage.over()
    assert stage.exchange.in_room == set()
    assert (stage.state, stage.line.where) == (CallState.TRANSFERRED, "music")


async def test_without_asterisk_nobody_is_handed_on(stage: Stage) -> None:
    async def away(_: str) -> None:
        raise PbxFault("ami_down", "no link")

    stage.exchange.hang_up = away  # type: ignore[method-assign]
    with pytest.raises(PbxFault):
        await stage.desk.transfer(CALL, GROUP, announced=False, by="agent")
    assert stage.state is CallState.TALKING
    assert stage.room.kinds() == ["transfer_asked", "transfer_ended"]


async def test_announced_the_two_seats_talk_while_the_caller_hears_music(stage: Stage) -> None:
    stage.exchange.answers |= ANSWERS
    leg = await announced(stage)
    assert stage.exchange.in_room == {SEAT_LEG, leg}
    assert (stage.state, stage.line.where) == (CallState.CONSULT, "music")
    assert stage.room.seconds == ["reserved", "talking"]


async def test_completed_the_caller_is_with_the_second_seat(stage: Stage) -> None:
    stage.exchange.answers |= ANSWERS
    leg = await announced(stage)
    await stage.desk.complete(CALL)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, leg}
    assert stage.room.live is not None
    assert (stage.room.live.seat_id, stage.room.live.seat_leg, stage.state) == ("8002", leg, CallState.TALKING_IN_ROOM)
    stage.exchange.leaves(leg)
    await stage.over()
    assert stage.state is CallState.AFTER


async def test_to_hang_up_on_the_second_seat_completes_it(stage: Stage) -> None:
    stage.exchange.answers |= ANSWERS
    leg = await announced(stage)
    stage.exchange.leaves(SEAT_LEG)
    await stage.settles()
    assert stage.room.live is not None
    assert (stage.room.live.seat_id, stage.exchange.in_room) == ("8002", {CALL, leg})
    assert stage.room.transfer().state is TransferState.DONE


async def test_to_hang_up_while_it_rings_leaves_the_caller_to_whoever_answers(stage: Stage) -> None:
    leg = await announced(stage)
    stage.exchange.leaves(SEAT_LEG)
    await stage.settles()
    assert stage.line.where == "music"
    stage.exchange.joins(leg)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, leg}


async def test_and_where_nobody_answers_he_goes_back_to_the_waiting_room(stage: Stage) -> None:
    leg = await announced(stage)
    stage.exchange.leaves(SEAT_LEG)
    await stage.settles()
    stage.mailbox.left(leg, 19)
    await stage.over()
    assert (stage.state, stage.line.where) == (CallState.TRANSFERRED, "music")
    assert stage.room.transfer().kind is TargetKind.QUEUE


@pytest.mark.parametrize(
    ("cause", "outcome", "event"),
    [(17, "busy", "missed"), (19, "no_answer", "missed"), (21, "declined", "missed"), (3, "failed", "unreached")],
)
async def test_a_target_that_does_not_answer_leaves_the_caller_to_his_seat(stage: Stage, cause: int, outcome: str, event: str) -> None:
    leg = await announced(stage)
    stage.mailbox.left(leg, cause)
    await stage.settles()
    assert stage.room.transfer().state == outcome
    assert stage.room.seconds == ["reserved", event]
    await stage.desk.resume(CALL)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, SEAT_LEG}


async def test_the_target_that_leaves_again_leaves_him_too(stage: Stage) -> None:
    stage.exchange.answers |= ANSWERS
    leg = await announced(stage)
    stage.exchange.leaves(leg)
    await stage.settles()
    assert stage.room.transfer().state is TransferState.LEFT
    with pytest.raises(Conflict, match="on the line"):
        await stage.desk.complete(CALL)


async def test_cancelled_the_target_rings_no_more(stage: Stage) -> None:
    leg = await announced(stage)
    await stage.desk.cancel(CALL)
    await stage.settles()
    assert leg in stage.exchange.ended
    assert stage.room.seconds == ["reserved", "withdrawn"]
    stage.exchange.joins(leg)  # it was picked up at that moment
    await stage.settles()
    assert stage.exchange.in_room == {SEAT_LEG}


async def test_all_three_may_talk_before_it_is_completed(stage: Stage) -> None:
    stage.exchange.answers |= ANSWERS
    leg = await announced(stage)
    await stage.desk.join(CALL)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, SEAT_LEG, leg}
    await stage.desk.complete(CALL)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, leg}


async def test_a_number_is_talked_with_first_and_then_has_the_caller(stage: Stage) -> None:
    stage.exchange.answers |= ANSWERS
    leg = await announced(stage, NUMBER)
    await stage.desk.complete(CALL)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, leg}
    assert stage.room.live is not None
    assert stage.room.live.seat_id == ""
    stage.exchange.leaves(leg)
    await stage.over()
    assert stage.state is CallState.AFTER


async def test_of_a_group_the_seat_that_is_still_free_is_talked_with(stage: Stage) -> None:
    stage.room.busy_seats.add("8002")
    await announced(stage, GROUP)
    assert stage.exchange.rung == ["PJSIP/8004"]


async def test_where_none_is_free_nothing_is_changed(stage: Stage) -> None:
    stage.room.busy_seats |= {"8002", "8004"}
    with pytest.raises(Conflict, match="talking"):
        await stage.desk.transfer(CALL, GROUP, announced=True, by="agent")
    assert stage.state is CallState.TALKING


async def test_one_at_a_time(stage: Stage) -> None:
    await announced(stage)
    for again in (True, False):
        with pytest.raises(Conflict, match="already"):
            await stage.desk.transfer(CALL, NUMBER, announced=again, by="agent")


async def test_a_seat_that_was_taken_away_is_not_waited_for(stage: Stage) -> None:
    """A supervisor forced it, or its phone is gone."""
    leg = await announced(stage)
    await stage.room.second_left(CALL, leg, SeatEvent.WITHDRAWN)
    await stage.settles()
    assert leg in stage.exchange.ended
    assert stage.room.transfer().state is TransferState.CANCELLED


async def test_the_caller_leaves_and_the_target_rings_no_more(stage: Stage) -> None:
    leg = await announced(stage)
    stage.line.hangs_up()
    with pytest.raises(LegGone):
        await stage.over()
    assert leg in stage.exchange.ended


async def test_another_engine_goes_on_with_an_announced_transfer(stage: Stage) -> None:
    stage.exchange.answers |= ANSWERS
    leg = await announced(stage)
    await stage.engine_dies()
    stage.runs(resumed=True)
    await stage.settles()
    await stage.desk.complete(CALL)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, leg}
